// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/openssl_raii.h"

#include <openssl/err.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace isthmus::crypto {

namespace {

using namespace std::chrono_literals;

/// For clocks that lag behind ours: istiod and the proxies refuse a certificate from the future.
constexpr auto backDated = 10min;
constexpr int longestDays = 36'500;

/// What goes into a certificate besides its key.
struct Template
{
    std::vector<std::pair<const char*, std::string>> subject;
    std::vector<std::pair<int, std::string>> extensions; ///< NID and OpenSSL's own notation
    UtcTime notBefore;
    UtcTime notAfter;
};

Error invalid(Message what, std::string why, Message remedy)
{
    return Error { ErrorCode::Invalid, std::move(what), std::move(why), {}, std::move(remedy) };
}

Error failed(std::string_view otherwise)
{
    return Error { ErrorCode::Internal, msg("crypto.failed"), reason(otherwise) };
}

Result<void> checkDays(int days)
{
    if (days < 1 || days > longestDays) {
        return invalid(msg("crypto.bad-days", { { "days", std::to_string(days) } }),
                       {},
                       msg("crypto.give-days"));
    }
    return {};
}

Result<PrivateKey> makeKey(const char* curve)
{
    ERR_clear_error();
    PrivateKey key(EVP_EC_gen(curve));
    if (!key) {
        return failed("no key could be made");
    }
    return key;
}

/// The digest that is as strong as the signing key; Ed25519 wants none.
const EVP_MD* digestFor(EVP_PKEY* key)
{
    const std::string name = keyName(key);
    if (name == "Ed25519" || name == "ED448") {
        return nullptr;
    }
    return name == "EC P-384" || name == "EC P-521" ? EVP_sha384() : EVP_sha256();
}

bool setSerial(X509* certificate)
{
    std::string bytes = randomBytes(16);
    // Positive, and never zero: RFC 5280 wants both, Go refuses negative ones.
    bytes[0] = static_cast<char>((static_cast<unsigned char>(bytes[0]) & 0x7F) | 0x40);
    const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()),
                  nullptr));
    return number
        && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool setTimes(X509* certificate, const Template& form)
{
    const auto toTime = [](UtcTime time) { return std::chrono::system_clock::to_time_t(time); };
    return ASN1_TIME_set(X509_getm_notBefore(certificate), toTime(form.notBefore)) != nullptr
        && ASN1_TIME_set(X509_getm_notAfter(certificate), toTime(form.notAfter)) != nullptr;
}

bool setSubject(X509* certificate, const Template& form)
{
    X509_NAME* name = X509_get_subject_name(certificate);
    return std::ranges::all_of(form.subject, [name](const auto& part) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(part.second.data());
        return part.second.empty()
            || X509_NAME_add_entry_by_txt(name,
                                          part.first,
                                          MBSTRING_UTF8,
                                          bytes,
                                          static_cast<int>(part.second.size()),
                                          -1,
                                          0)
            == 1;
    });
}

bool addExtensions(X509* certificate, X509* issuer, const Template& form)
{
    X509V3_CTX context {};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    return std::ranges::all_of(form.extensions, [&](const auto& part) {
        const Extension extension(
            X509V3_EXT_conf_nid(nullptr, &context, part.first, part.second.c_str()));
        return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
    });
}

/// `issuer` null: self-signed with `key`.
Result<Certificate> sign(const Template& form, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuerKey)
{
    ERR_clear_error();
    Certificate certificate(X509_new());
    X509* self = certificate.get();
    if (self == nullptr || X509_set_version(self, X509_VERSION_3) != 1 || !setSerial(self)
        || !setTimes(self, form) || X509_set_pubkey(self, key) != 1) {
        return failed("the certificate could not be made");
    }
    if (!setSubject(self, form)) {
        return invalid(msg("crypto.bad-subject"),
                       reason("a name could not be used"),
                       msg("crypto.give-subject"));
    }
    X509* parent = issuer == nullptr ? self : issuer;
    if (X509_set_issuer_name(self, X509_get_subject_name(parent)) != 1
        || !addExtensions(self, parent, form)) {
        return failed("the certificate's extensions could not be made");
    }
    EVP_PKEY* signer = issuerKey == nullptr ? key : issuerKey;
    if (X509_sign(self, signer, digestFor(signer)) == 0) {
        return failed("the certificate could not be signed");
    }
    return certificate;
}

Result<KeyPair> packed(X509* certificate, EVP_PKEY* key)
{
    Result<Secret> keyPem = writePem(key);
    if (!keyPem) {
        return std::move(keyPem).error();
    }
    return KeyPair { writePem(certificate), std::move(*keyPem) };
}

Template authority(const AuthorityOptions& options, std::string defaultName)
{
    Template form;
    form.subject = { { "O", options.organization },
                     { "CN",
                       options.commonName.empty() ? std::move(defaultName) : options.commonName },
                     { "L", options.location } };
    form.notBefore = options.now - backDated;
    form.notAfter = options.now + std::chrono::hours(24) * options.days;
    return form;
}

/// A root as it was handed to us, checked to be one that can sign.
struct Signer
{
    Certificate certificate;
    PrivateKey key;
};

Result<Signer> readSigner(const KeyPair& root, UtcTime now)
{
    Result<Certificates> certificates = parseBundle(root.certificatePem);
    if (!certificates) {
        return std::move(certificates).error();
    }
    Result<PrivateKey> key = parseKey(root.keyPem);
    if (!key) {
        return std::move(key).error();
    }
    Signer signer { std::move(certificates->front()), std::move(*key) };
    X509* certificate = signer.certificate.get();
    std::string subject = distinguishedName(X509_get_subject_name(certificate));
    const auto unfit = [&](ErrorCode code, Message what, Message remedy) {
        return Error { code, std::move(what), {}, std::move(subject), std::move(remedy) };
    };
    if (EVP_PKEY_eq(X509_get0_pubkey(certificate), signer.key.get()) != 1) {
        return unfit(
            ErrorCode::Invalid, msg("crypto.key-mismatch"), msg("crypto.give-matching-key"));
    }
    if (X509_check_ca(certificate) == 0) {
        return unfit(ErrorCode::Invalid, msg("crypto.not-a-ca"), msg("crypto.give-ca"));
    }
    if (isPublicSampleKey(spkiOf(certificate))) {
        return unfit(
            ErrorCode::Refused, msg("crypto.sample-key"), msg("crypto.replace-sample-key"));
    }
    if (timeOf(X509_get0_notAfter(certificate)) <= now) {
        return unfit(ErrorCode::Invalid, msg("crypto.expired"), msg("crypto.renew-root"));
    }
    return signer;
}

/// Lower case, or nothing where it is no host name that a certificate could carry. A wildcard
/// directly below a top-level domain is refused by OpenSSL and curl, so that it would be a
/// certificate for nobody.
std::optional<std::string> serverName(std::string name)
{
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    const bool wildcard = name.starts_with("*.");
    const std::string_view base = std::string_view(name).substr(wildcard ? 2 : 0);
    if (!isDns1123Subdomain(base) || (wildcard && base.find('.') == std::string_view::npos)) {
        return std::nullopt;
    }
    return name;
}

} // namespace

Result<KeyPair> makeRoot(const AuthorityOptions& options)
{
    if (Result<void> days = checkDays(options.days); !days) {
        return std::move(days).error();
    }
    Result<PrivateKey> key = makeKey("P-384");
    if (!key) {
        return std::move(key).error();
    }
    Template form = authority(options, "Root CA");
    form.extensions = { { NID_basic_constraints, "critical,CA:TRUE" },
                        { NID_key_usage, "critical,keyCertSign,cRLSign" },
                        { NID_subject_key_identifier, "hash" },
                        { NID_authority_key_identifier, "keyid" } };
    Result<Certificate> certificate = sign(form, key->get(), nullptr, nullptr);
    if (!certificate) {
        return std::move(certificate).error();
    }
    return packed(certificate->get(), key->get());
}

Result<KeyPair> makeIntermediate(const KeyPair& root, const AuthorityOptions& options)
{
    if (Result<void> days = checkDays(options.days); !days) {
        return std::move(days).error();
    }
    Result<Signer> signer = readSigner(root, options.now);
    if (!signer) {
        return std::move(signer).error();
    }
    Result<PrivateKey> key = makeKey("P-256");
    if (!key) {
        return std::move(key).error();
    }
    X509* parent = signer->certificate.get();
    Template form = authority(options, "Intermediate CA");
    form.notAfter = std::min(form.notAfter, timeOf(X509_get0_notAfter(parent)));
    form.extensions = { { NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
                        { NID_key_usage, "critical,digitalSignature,keyCertSign,cRLSign" },
                        { NID_subject_key_identifier, "hash" },
                        { NID_subject_alt_name, "DNS:istiod.istio-system.svc" } };
    if (X509_get0_subject_key_id(parent) != nullptr) { // an old root may have none to point to
        form.extensions.emplace_back(NID_authority_key_identifier, "keyid:always");
    }
    Result<Certificate> certificate = sign(form, key->get(), parent, signer->key.get());
    if (!certificate) {
        return std::move(certificate).error();
    }
    if (X509_NAME_cmp(X509_get_subject_name(certificate->get()), X509_get_subject_name(parent))
        == 0) {
        // Every verifier would take it for a root of its own.
        return invalid(
            msg("crypto.bad-subject"), "it is the root's own name", msg("crypto.give-subject"));
    }
    Result<KeyPair> pair = packed(certificate->get(), key->get());
    if (!pair) {
        return pair;
    }
    // What an existing root forbids (path length, key usage, its own start) shows here, not in
    // istiod's log.
    if (Result<void> chain =
            verifyChain(pair->certificatePem, {}, root.certificatePem, options.now);
        !chain) {
        return std::move(chain).error();
    }
    return pair;
}

Result<KeyPair> makeLeaf(const KeyPair& root, const LeafOptions& options)
{
    if (Result<void> days = checkDays(options.days); !days) {
        return std::move(days).error();
    }
    Result<Signer> signer = readSigner(root, options.now);
    if (!signer) {
        return std::move(signer).error();
    }
    Result<PrivateKey> key = makeKey("P-256");
    if (!key) {
        return std::move(key).error();
    }
    X509* parent = signer->certificate.get();
    std::vector<std::string> names;
    for (const std::string& name : options.dnsNames) {
        names.push_back("DNS:" + name);
    }
    for (const std::string& address : options.ipAddresses) {
        names.push_back("IP:" + address);
    }
    Template form;
    form.subject = { { "O", options.organization }, { "CN", options.commonName } };
    form.notBefore = options.now - backDated;
    form.notAfter = std::min(options.now + std::chrono::hours(24) * options.days,
                             timeOf(X509_get0_notAfter(parent)));
    form.extensions = { { NID_basic_constraints, "critical,CA:FALSE" },
                        { NID_key_usage, "critical,digitalSignature" },
                        { NID_ext_key_usage, options.client ? "clientAuth" : "serverAuth" },
                        { NID_subject_key_identifier, "hash" },
                        { NID_authority_key_identifier, "keyid:always" } };
    if (!names.empty()) {
        form.extensions.emplace_back(NID_subject_alt_name, join(names, ","));
    }
    Result<Certificate> certificate = sign(form, key->get(), parent, signer->key.get());
    if (!certificate) {
        return std::move(certificate).error();
    }
    return packed(certificate->get(), key->get());
}

Result<KeyPair> makeServer(const std::vector<std::string>& dnsNames, int days, UtcTime now)
{
    if (Result<void> valid = checkDays(days); !valid) {
        return std::move(valid).error();
    }
    std::string names;
    Template form;
    form.subject = { { "O", "Isthmus" } };
    for (const std::string& given : dnsNames) {
        const std::optional<std::string> name = serverName(given);
        if (!name) {
            return invalid(msg("crypto.bad-host", { { "host", shortened(given, 100) } }),
                           {},
                           msg("crypto.give-host"));
        }
        if (names.empty() && name->size() <= 64) { // the most that X.520 allows for a common name
            form.subject.emplace_back("CN", *name);
        }
        names += (names.empty() ? "DNS:" : ",DNS:") + *name;
    }
    if (names.empty()) {
        return invalid(msg("crypto.no-hosts"), {}, msg("crypto.give-host"));
    }
    Result<PrivateKey> key = makeKey("P-256");
    if (!key) {
        return std::move(key).error();
    }
    form.notBefore = now - backDated;
    form.notAfter = now + std::chrono::hours(24) * days;
    // CA:FALSE: a self-signed leaf is its own trust anchor for curl, OpenSSL, Go and Python, while
    // browsers refuse a CA that serves. A key stolen from the ingress can then sign for no other
    // name either.
    form.extensions = { { NID_basic_constraints, "critical,CA:FALSE" },
                        { NID_key_usage, "critical,digitalSignature" },
                        { NID_ext_key_usage, "serverAuth" },
                        { NID_subject_key_identifier, "hash" },
                        { NID_authority_key_identifier, "keyid" },
                        { NID_subject_alt_name, names } };
    Result<Certificate> certificate = sign(form, key->get(), nullptr, nullptr);
    if (!certificate) {
        return std::move(certificate).error();
    }
    return packed(certificate->get(), key->get());
}

} // namespace isthmus::crypto
