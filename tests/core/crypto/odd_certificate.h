// SPDX-License-Identifier: GPL-3.0-or-later
// Certificates that the product itself would never make: expired, with other keys, with other
// extensions.
#pragma once

#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/openssl_raii.h"

#include <string>
#include <utility>
#include <vector>

namespace isthmus::test {

/// 2026-06-01T00:00:00Z
inline const UtcTime today = *parseTime("2026-06-01T00:00:00Z");

inline UtcTime days(int count)
{
    return today + std::chrono::hours(24) * count;
}

struct OddCertificate
{
    std::string name = "odd";
    std::string key = "P-256"; ///< a curve, "RSA-N", "ED25519", or the base64 of a public key's DER
    UtcTime notBefore = days(-1);
    UtcTime notAfter = days(365);
    std::vector<std::pair<int, std::string>> extensions = {};
    const crypto::KeyPair* issuer = nullptr;
    const EVP_MD* digest = EVP_sha256();
};

inline crypto::PrivateKey oddKey(const std::string& kind)
{
    if (kind.starts_with("RSA-")) {
        return crypto::PrivateKey(
            EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::stoul(kind.substr(4))));
    }
    if (kind == "ED25519") {
        return crypto::PrivateKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    }
    return crypto::PrivateKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kind.c_str()));
}

inline crypto::PrivateKey publicKey(const std::string& base64)
{
    const std::string der = base64Decode(base64).value_or("");
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    return crypto::PrivateKey(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
}

inline crypto::KeyPair make(const OddCertificate& odd)
{
    const bool publicOnly = odd.key.size() > 64;
    const crypto::PrivateKey own = oddKey(publicOnly ? "P-256" : odd.key);
    const crypto::PrivateKey shown = publicOnly ? publicKey(odd.key) : nullptr;
    const crypto::Certificate certificate(X509_new());
    X509* self = certificate.get();
    X509_set_version(self, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(self), 4711);
    ASN1_TIME_set(X509_getm_notBefore(self), std::chrono::system_clock::to_time_t(odd.notBefore));
    ASN1_TIME_set(X509_getm_notAfter(self), std::chrono::system_clock::to_time_t(odd.notAfter));
    X509_set_pubkey(self, shown ? shown.get() : own.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(self),
                               "CN",
                               MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(odd.name.data()),
                               static_cast<int>(odd.name.size()),
                               -1,
                               0);
    crypto::Certificates issuers;
    crypto::PrivateKey signer;
    if (odd.issuer != nullptr) {
        issuers = std::move(*crypto::parseBundle(odd.issuer->certificatePem));
        signer = std::move(*crypto::parseKey(odd.issuer->keyPem));
    }
    X509* issuer = issuers.empty() ? self : issuers.front().get();
    X509_set_issuer_name(self, X509_get_subject_name(issuer));
    X509V3_CTX context {};
    X509V3_set_ctx(&context, issuer, self, nullptr, nullptr, 0);
    for (const auto& [nid, value] : odd.extensions) {
        const crypto::Extension extension(
            X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
        X509_add_ext(self, extension.get(), -1);
    }
    X509_sign(self,
              signer ? signer.get() : own.get(),
              odd.key == "ED25519" && !signer ? nullptr : odd.digest);
    return { crypto::writePem(self), std::move(*crypto::writePem(own.get())) };
}

/// The public half of the root of Istio's samples.
inline const char* const sampleKey =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA38uEfAatzQYqbaLou1nxJ348VyNzumYMmDDt5pbLYRrC"
    "o2pS3ki1ZVDN8yxIENJFkpKw9UctTGdbNGuGCiSDP7uqF6BiVn+XKAU/3pnPFBbTd0S33NqbDEQuIYraHSl/tSk5"
    "rARbC1DrQRdZ6nYD2KrapC4g0XbjY6Pu5l4y7KnFwSunnp9uqpZwuERv/BgumJ5QlSeSeCmhnDhLxooG8w5tC2yV"
    "r1yDpsOHGimP/mc8Cds4V0zfIhQvYzfIHphhE9DKjmnjBYLOdj4aycv44jHnOGc+wvA1Jqsl60t3wgms+zJTiWwA"
    "BLdwzgMAa7yxLyoV0+PiVQud6k+8ZoIFcwIDAQAB";

} // namespace isthmus::test
