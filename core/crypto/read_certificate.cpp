// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/certificate.h"
#include "core/crypto/openssl_raii.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <set>

namespace isthmus::crypto {

namespace {

std::string_view bytesOf(const ASN1_STRING* text)
{
    return { reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
             static_cast<std::size_t>(ASN1_STRING_length(text)) };
}

/// A name with a NUL or a control character is a trick on whoever compares C strings; it names
/// nobody.
bool isPlain(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string ipText(std::string_view bytes)
{
    std::string out;
    const auto at = [bytes](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(bytes[i]));
    };
    if (bytes.size() == 4) {
        for (std::size_t i = 0; i < 4; ++i) {
            out += (i == 0 ? "" : ".") + std::to_string(at(i));
        }
        return out;
    }
    if (bytes.size() != 16) {
        return {};
    }
    // RFC 5952: the longest run of at least two zero groups, the first of equals, becomes "::".
    std::array<unsigned, 8> groups {};
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups.at(i) = at(2 * i) << 8 | at(2 * i + 1);
    }
    std::size_t from = 8;
    std::size_t longest = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t end = i;
        while (end < 8 && groups.at(end) == 0) {
            ++end;
        }
        if (end - i > longest) {
            from = i;
            longest = end - i;
        }
    }
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == from) {
            out += "::";
            i += longest - 1;
            continue;
        }
        std::array<char, 8> text {};
        const int size = std::snprintf(text.data(), text.size(), "%x", groups.at(i));
        out += !out.empty() && !out.ends_with("::") ? ":" : "";
        out.append(text.data(), static_cast<std::size_t>(size));
    }
    return out;
}

void readNames(X509* certificate, CertificateInfo& info)
{
    const GeneralNames names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS && isPlain(bytesOf(name->d.dNSName))) {
            info.dnsNames.emplace_back(bytesOf(name->d.dNSName));
        } else if (name->type == GEN_URI && isPlain(bytesOf(name->d.uniformResourceIdentifier))) {
            info.uris.emplace_back(bytesOf(name->d.uniformResourceIdentifier));
        } else if (name->type == GEN_IPADD) {
            if (std::string text = ipText(bytesOf(name->d.iPAddress)); !text.empty()) {
                info.ipAddresses.push_back(std::move(text));
            }
        }
    }
}

std::string lowered(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return out;
}

bool nameCovers(std::string_view pattern, std::string_view host)
{
    if (pattern == host) {
        return true;
    }
    const std::size_t dot = host.find('.');
    // One label, and never all of a top-level domain: what OpenSSL, curl and the browsers accept.
    return pattern.starts_with("*.") && pattern.find('.', 2) != std::string_view::npos && dot != 0
        && dot != std::string_view::npos && host.substr(0, dot) != "*"
        && pattern.substr(1) == host.substr(dot);
}

std::set<std::string> fingerprints(const Certificates& certificates)
{
    std::set<std::string> all;
    for (const Certificate& certificate : certificates) {
        all.insert(fingerprintOf(certificate.get()));
    }
    return all;
}

} // namespace

CertificateInfo infoOf(X509* certificate)
{
    CertificateInfo info;
    info.subject = distinguishedName(X509_get_subject_name(certificate));
    info.issuer = distinguishedName(X509_get_issuer_name(certificate));
    info.notBefore = timeOf(X509_get0_notBefore(certificate));
    info.notAfter = timeOf(X509_get0_notAfter(certificate));
    info.isCa = X509_check_ca(certificate) != 0;
    info.fingerprint = fingerprintOf(certificate);
    info.spki = spkiOf(certificate);
    info.key = keyName(X509_get0_pubkey(certificate));
    readNames(certificate, info);
    ERR_clear_error(); // an unknown key type leaves its complaint in the queue
    return info;
}

Result<std::vector<CertificateInfo>> readCertificates(std::string_view pem)
{
    return parseBundle(pem).transform([](const Certificates& certificates) {
        std::vector<CertificateInfo> all;
        for (const Certificate& certificate : certificates) {
            all.push_back(infoOf(certificate.get()));
        }
        return all;
    });
}

Result<bool> keyMatches(std::string_view certificatePem, const Secret& keyPem)
{
    const Result<Certificates> certificates = parseBundle(certificatePem);
    if (!certificates) {
        return certificates.error();
    }
    return parseKey(keyPem).transform([&](const PrivateKey& key) {
        const bool same =
            EVP_PKEY_eq(X509_get0_pubkey(certificates->front().get()), key.get()) == 1;
        ERR_clear_error();
        return same;
    });
}

Result<bool> sameRoots(std::string_view pemA, std::string_view pemB)
{
    const Result<Certificates> first = parseBundle(pemA);
    if (!first) {
        return first.error();
    }
    const Result<Certificates> second = parseBundle(pemB);
    if (!second) {
        return second.error();
    }
    const std::set<std::string> known = fingerprints(*first);
    return std::ranges::any_of(fingerprints(*second), [&known](const std::string& print) {
        return known.contains(print);
    });
}

bool covers(const CertificateInfo& certificate, std::string_view host)
{
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    const std::string name = lowered(host.ends_with('.') ? host.substr(0, host.size() - 1) : host);
    const Octets address(a2i_IPADDRESS(name.c_str()));
    ERR_clear_error();
    if (address) {
        return std::ranges::find(certificate.ipAddresses, ipText(bytesOf(address.get())))
            != certificate.ipAddresses.end();
    }
    return !name.empty()
        && std::ranges::any_of(certificate.dnsNames, [&name](const std::string& pattern) {
               return nameCovers(lowered(pattern), name);
           });
}

bool isPublicSampleKey(std::string_view spki)
{
    // Computed from samples/certs of Istio's repository, whose private keys lie beside them
    // (reference: reliability-security §4.5).
    constexpr std::array<std::string_view, 5> published {
        "42d8cfd1102e06e3f2579e68f9db4f787ec9cbcd1f19f1bae7934cee918c2fef", // ca-cert
        "88e809261b157f0db238901c0033e6bfeba79793c20ab8af41963cdd41ce6600", // ca-cert-alt
        "7c5f2208b98507d0d6f1fda0a6609e93fbb7fb434d39ed78b71e305e23d7a46d", // ca-cert-alt-2
        "f0592d4d660052580d0c0bfe09f9a4d795ad8ab7c2fa86c33276fbb352145ee5", // root-cert
        "42d0f6531c3afb84b72f12f458fa35dc74402771fed9b27ad48a665474dde501", // root-cert-alt
    };
    return std::ranges::find(published, spki) != published.end();
}

} // namespace isthmus::crypto
