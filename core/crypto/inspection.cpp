// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/inspection.h"

#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/openssl_raii.h"

#include <openssl/err.h>

#include <algorithm>
#include <set>

namespace isthmus::crypto {

namespace {

using Days = std::chrono::duration<int, std::ratio<86'400>>;

/// Renewal is due in the last third of a life, as cert-manager has it, but nobody wants to hear of
/// it for years: these are the most.
constexpr Days serverNotice { 30 };
constexpr Days authorityNotice { 180 };
constexpr int smallestRsa = 2048;

Diagnostic error(Message what, Message remedy, std::string subject = {}, std::string why = {})
{
    return {
        Severity::Error, std::move(what), std::move(why), std::move(subject), std::move(remedy)
    };
}

Diagnostic warning(Message what, Message remedy, std::string subject = {}, std::string why = {})
{
    return {
        Severity::Warning, std::move(what), std::move(why), std::move(subject), std::move(remedy)
    };
}

Diagnostic fromError(const Error& problem, std::string_view file)
{
    std::string subject = problem.subject.empty() ? std::string(file) : problem.subject;
    return error(problem.message, problem.remedy, std::move(subject), problem.detail);
}

/// The certificates of one file, or a problem. A key beside them would end up where anyone may read
/// it.
Certificates readFileOf(std::string_view pem, std::string_view file, Diagnostics& problems)
{
    if (pem.find("PRIVATE KEY-----") != std::string_view::npos) {
        problems.push_back(
            error(msg("crypto.key-in-bundle"), msg("crypto.remove-key"), std::string(file)));
    }
    Result<Certificates> certificates = parseBundle(pem);
    if (!certificates) {
        problems.push_back(fromError(certificates.error(), file));
        return {};
    }
    return std::move(*certificates);
}

void checkLife(const CertificateInfo& info, UtcTime now, Days notice, Diagnostics& problems)
{
    if (now < info.notBefore) {
        problems.push_back(error(msg("crypto.not-yet-valid"),
                                 msg("crypto.check-clock"),
                                 info.subject,
                                 "it begins " + formatTime(info.notBefore)));
    } else if (now >= info.notAfter) {
        problems.push_back(error(msg("crypto.expired"),
                                 msg("crypto.renew"),
                                 info.subject,
                                 "it ended " + formatTime(info.notAfter)));
    } else {
        const Milliseconds left = info.notAfter - now;
        if (left < std::min<Milliseconds>((info.notAfter - info.notBefore) / 3, notice)) {
            problems.push_back(
                warning(msg("crypto.expires-soon", { { "left", formatDuration(left) } }),
                        msg("crypto.renew"),
                        info.subject,
                        "it ends " + formatTime(info.notAfter)));
        }
    }
}

void checkSampleKey(const CertificateInfo& info, Diagnostics& problems)
{
    if (isPublicSampleKey(info.spki)) {
        problems.push_back(error(msg("crypto.sample-key"),
                                 msg("crypto.replace-sample-key"),
                                 info.subject,
                                 "SPKI " + info.spki));
    }
}

bool allowsServers(X509* certificate)
{
    const std::uint32_t usage =
        X509_get_extended_key_usage(certificate); // all bits where there is none
    return (usage & (XKU_SSL_SERVER | XKU_ANYEKU)) != 0;
}

bool isShortRsa(EVP_PKEY* key)
{
    return keyName(key).starts_with("RSA-") && EVP_PKEY_get_bits(key) < smallestRsa;
}

/// What Envoy's TLS library serves with.
bool envoyServes(EVP_PKEY* key)
{
    const std::string name = keyName(key);
    return (name.starts_with("RSA-") && !isShortRsa(key)) || name == "EC P-256"
        || name == "EC P-384" || name == "EC P-521";
}

bool belongs(X509* certificate, EVP_PKEY* key)
{
    const bool same = EVP_PKEY_eq(X509_get0_pubkey(certificate), key) == 1;
    ERR_clear_error();
    return same;
}

/// Index of the certificate that the key belongs to; the first where none is.
std::size_t findLeaf(const Certificates& bundle, const Secret& keyPem, Diagnostics& problems)
{
    const Result<PrivateKey> key = parseKey(keyPem);
    if (!key) {
        problems.push_back(fromError(key.error(), "key"));
        return 0;
    }
    const auto found = std::ranges::find_if(bundle, [&](const Certificate& certificate) {
        return belongs(certificate.get(), key->get());
    });
    const std::string first = infoOf(bundle.front().get()).subject;
    if (found == bundle.end()) {
        problems.push_back(
            error(msg("crypto.key-mismatch"), msg("crypto.give-matching-key"), first));
        return 0;
    }
    if (found != bundle.begin()) {
        problems.push_back(error(msg("crypto.leaf-not-first"),
                                 msg("crypto.order-chain"),
                                 first,
                                 "the key belongs to " + infoOf(found->get()).subject));
    }
    return static_cast<std::size_t>(found - bundle.begin());
}

void checkOrder(const Certificates& bundle, Diagnostics& problems)
{
    for (std::size_t i = 1; i < bundle.size(); ++i) {
        if (X509_check_issued(bundle[i].get(), bundle[i - 1].get()) != X509_V_OK) {
            const CertificateInfo before = infoOf(bundle[i - 1].get());
            problems.push_back(warning(msg("crypto.chain-order"),
                                       msg("crypto.order-chain"),
                                       infoOf(bundle[i].get()).subject,
                                       "before it stands " + before.subject + ", which "
                                           + before.issuer + " issued"));
        }
    }
}

void checkServer(X509* leaf, const std::vector<std::string>& hosts, Diagnostics& problems)
{
    const CertificateInfo info = infoOf(leaf);
    for (const std::string& host : hosts) {
        if (!covers(info, host)) {
            const std::string names = join(info.dnsNames, ", ");
            problems.push_back(
                error(msg("crypto.host-not-covered", { { "host", host } }),
                      msg("crypto.cover-host"),
                      info.subject,
                      names.empty() ? "it names no host" : "it is for " + shortened(names, 300)));
        }
    }
    if (!allowsServers(leaf)) {
        problems.push_back(
            error(msg("crypto.not-for-servers"), msg("crypto.allow-servers"), info.subject));
    }
    if (!envoyServes(X509_get0_pubkey(leaf))) {
        problems.push_back(error(msg("crypto.key-not-served", { { "key", info.key } }),
                                 msg("crypto.use-strong-key"),
                                 info.subject));
    }
    if (info.isCa) {
        problems.push_back(warning(msg("crypto.ca-serves"), msg("crypto.give-leaf"), info.subject));
    }
}

/// What a certificate in the position of a signer must allow.
void checkSigner(X509* certificate, Diagnostics& problems)
{
    const std::string subject = infoOf(certificate).subject;
    const bool maySign =
        (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) != 0; // all bits where there is none
    if (!maySign && (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0) {
        problems.push_back(error(msg("crypto.may-not-sign"), msg("crypto.give-ca"), subject));
    } else if (X509_check_ca(certificate) == 0) {
        problems.push_back(error(msg("crypto.not-a-ca"), msg("crypto.give-ca"), subject));
    }
    if (!allowsServers(certificate)) {
        problems.push_back(
            error(msg("crypto.not-for-servers"), msg("crypto.allow-servers"), subject));
    }
    if (isShortRsa(X509_get0_pubkey(certificate))) {
        problems.push_back(warning(msg("crypto.short-key"), msg("crypto.use-strong-key"), subject));
    }
}

/// Workload certificates will stand one below: a path length that is just enough for the authority
/// itself passes istiod's start and then fails every handshake.
void checkPathLengths(const Certificates& chain, Diagnostics& problems)
{
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const long allowed = X509_get_pathlen(chain[i].get());
        if (allowed >= 0 && static_cast<std::size_t>(allowed) < i) {
            problems.push_back(
                error(msg("crypto.path-too-long", { { "allowed", std::to_string(allowed) } }),
                      msg("crypto.shorten-path"),
                      infoOf(chain[i].get()).subject));
        }
    }
}

/// istiod sends cert-chain.pem behind every workload certificate as it stands, so the issuer comes
/// first.
void checkSentChain(X509* authority,
                    const Certificates& between,
                    const Certificates& roots,
                    Diagnostics& problems)
{
    const std::string print = fingerprintOf(authority);
    const bool isRoot = std::ranges::any_of(
        roots, [&](const Certificate& root) { return fingerprintOf(root.get()) == print; });
    if (!isRoot && (between.empty() || fingerprintOf(between.front().get()) != print)) {
        problems.push_back(error(msg("crypto.chain-misses-ca"),
                                 msg("crypto.start-chain-with-ca"),
                                 infoOf(authority).subject));
    }
}

void checkAuthorityKey(X509* authority, const Secret& keyPem, Diagnostics& problems)
{
    const Result<PrivateKey> key = parseKey(keyPem);
    if (!key) {
        problems.push_back(fromError(key.error(), "ca-key.pem"));
    } else if (!belongs(authority, key->get())) {
        problems.push_back(error(msg("crypto.key-mismatch"),
                                 msg("crypto.give-matching-key"),
                                 infoOf(authority).subject));
    }
}

/// Dates and sample keys of every certificate once, however many files it stands in.
void checkEach(const std::vector<const Certificates*>& files,
               UtcTime now,
               Days notice,
               Diagnostics& problems)
{
    std::set<std::string> seen;
    for (const Certificates* file : files) {
        for (const Certificate& certificate : *file) {
            const CertificateInfo info = infoOf(certificate.get());
            if (seen.insert(info.fingerprint).second) {
                checkLife(info, now, notice, problems);
                checkSampleKey(info, problems);
            }
        }
    }
}

} // namespace

Diagnostics checkServerPair(std::string_view certificatePem,
                            const Secret& keyPem,
                            const std::vector<std::string>& hosts,
                            UtcTime now)
{
    Diagnostics problems;
    const Certificates bundle = readFileOf(certificatePem, "certificate", problems);
    if (bundle.empty()) {
        if (const Result<PrivateKey> key = parseKey(keyPem); !key) {
            problems.push_back(fromError(key.error(), "key"));
        }
        return problems;
    }
    const std::size_t leaf = findLeaf(bundle, keyPem, problems);
    checkServer(bundle[leaf].get(), hosts, problems);
    if (leaf == 0) {
        checkOrder(bundle, problems);
    }
    checkEach({ &bundle }, now, serverNotice, problems);
    return problems;
}

Diagnostics checkAuthority(std::string_view certificatePem,
                           std::string_view chainPem,
                           std::string_view rootPem,
                           const std::optional<Secret>& keyPem,
                           UtcTime now)
{
    Diagnostics problems;
    const Certificates authority = readFileOf(certificatePem, "ca-cert.pem", problems);
    const Certificates between = trimmed(chainPem).empty()
        ? Certificates {}
        : readFileOf(chainPem, "cert-chain.pem", problems);
    const Certificates roots = readFileOf(rootPem, "root-cert.pem", problems);
    checkEach({ &authority, &between, &roots }, now, authorityNotice, problems);
    if (authority.empty() || roots.empty() || (between.empty() && !trimmed(chainPem).empty())) {
        return problems;
    }
    X509* signer = authority.front().get();
    checkSentChain(signer, between, roots, problems);
    if (keyPem) {
        checkAuthorityKey(signer, *keyPem, problems);
    }
    const Result<Certificates> chain = findChain(signer, between, roots, now);
    if (!chain) {
        checkSigner(signer, problems);
        if (!hasErrors(
                problems)) { // what makes the chain fail may have been said already, and better
            problems.push_back(fromError(chain.error(), "ca-cert.pem"));
        }
        return problems;
    }
    for (const Certificate& certificate : *chain) {
        checkSigner(certificate.get(), problems);
    }
    checkPathLengths(*chain, problems);
    return problems;
}

} // namespace isthmus::crypto
