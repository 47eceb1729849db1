// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/crypto and its tests: owning handles over OpenSSL, so that no .cpp frees by hand.
// OpenSSL's error queue is per thread; `reason()` empties it.
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/crypto/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::crypto {

template<auto function>
struct Freed
{
    template<typename T>
    void operator()(T* handle) const
    {
        function(handle);
    }
};

using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING_free>>;
using Certificates = std::vector<Certificate>;

/// The first reason in OpenSSL's queue, which is the innermost one, or `otherwise`. Empties the
/// queue.
[[nodiscard]] std::string reason(std::string_view otherwise);

/// A read-only view as BIO; `bytes` must outlive it.
[[nodiscard]] Bio reader(std::string_view bytes);

/// Every certificate of a PEM text, at least one. Errors: Invalid.
[[nodiscard]] Result<Certificates> parseBundle(std::string_view pem);
/// Errors: Invalid (unreadable, encrypted). Never asks for a passphrase.
[[nodiscard]] Result<PrivateKey> parseKey(const Secret& pem);

[[nodiscard]] std::string writePem(X509* certificate);
/// PKCS#8 without encryption, through memory that OpenSSL overwrites.
[[nodiscard]] Result<Secret> writePem(EVP_PKEY* key);

/// "O=Isthmus, CN=Root CA", control characters escaped.
[[nodiscard]] std::string distinguishedName(const X509_NAME* name);
/// SHA-256 over DER, lower-case hex.
[[nodiscard]] std::string fingerprintOf(X509* certificate);
/// SHA-256 over SubjectPublicKeyInfo, lower-case hex.
[[nodiscard]] std::string spkiOf(X509* certificate);
[[nodiscard]] UtcTime timeOf(const ASN1_TIME* time);
/// "RSA-4096", "EC P-256", "Ed25519".
[[nodiscard]] std::string keyName(EVP_PKEY* key);
[[nodiscard]] CertificateInfo infoOf(X509* certificate);

/// A path that holds, from the certificate asked about up to a root. Errors: Tls.
[[nodiscard]] Result<Certificates>
findChain(X509* leaf, const Certificates& between, const Certificates& roots, UtcTime now);

} // namespace isthmus::crypto
