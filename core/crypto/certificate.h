// SPDX-License-Identifier: GPL-3.0-or-later
// Keys and certificates: made, read, checked. RAII over OpenSSL, which stays in the .cpp files.
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::crypto {

/// A certificate and its private key, PEM. The key is PKCS#8, or SEC1 where it was read so.
struct KeyPair
{
    std::string certificatePem;
    Secret keyPem;
};

/// What people and checks want to know of one certificate.
struct CertificateInfo
{
    std::string subject; ///< "O=Isthmus, CN=Root CA"
    std::string issuer;
    UtcTime notBefore;
    UtcTime notAfter;
    bool isCa = false;
    std::vector<std::string> dnsNames;
    std::vector<std::string> ipAddresses;
    std::vector<std::string> uris;
    std::string fingerprint; ///< SHA-256 over DER, lower-case hex
    std::string spki; ///< SHA-256 over SubjectPublicKeyInfo, lower-case hex
    std::string key; ///< "RSA-4096", "EC P-256"
};

struct AuthorityOptions
{
    std::string organization = "Isthmus";
    std::string commonName = {}; ///< empty: "Root CA" or "Intermediate CA"
    std::string location = {}; ///< L=, the cluster's name for an intermediate
    int days = 3650; ///< 1 to 36500
    UtcTime now; ///< notBefore is ten minutes earlier, for clocks that lag
};

/// A self-signed root, EC P-384, critical CA:TRUE. Errors: Invalid.
[[nodiscard]] Result<KeyPair> makeRoot(const AuthorityOptions& options);
/// An intermediate below `root`, EC P-256, critical CA:TRUE, pathlen:0, SAN
/// istiod.istio-system.svc; never longer than the root, and verified against it. Errors: Invalid,
/// Refused (public sample key), Tls.
[[nodiscard]] Result<KeyPair> makeIntermediate(const KeyPair& root,
                                               const AuthorityOptions& options);
/// A self-signed server certificate for `dnsNames` (wildcards allowed), EC P-256, usable as its own
/// CA file. Errors: Invalid (no name, or one that no client would accept).
[[nodiscard]] Result<KeyPair>
makeServer(const std::vector<std::string>& dnsNames, int days, UtcTime now);

struct LeafOptions
{
    std::string organization = {};
    std::string commonName;
    std::vector<std::string> dnsNames = {};
    std::vector<std::string> ipAddresses = {};
    bool client = false; ///< to log in with, in place of serving
    int days = 1;
    UtcTime now;
};

/// A certificate below `root` for one server or one client, EC P-256: what a server on loopback and
/// its visitors need. Errors: Invalid.
[[nodiscard]] Result<KeyPair> makeLeaf(const KeyPair& root, const LeafOptions& options);

/// Every certificate of a PEM text, in order. Errors: Invalid.
[[nodiscard]] Result<std::vector<CertificateInfo>> readCertificates(std::string_view pem);
/// Whether the key belongs to the first certificate of the PEM text. Errors: Invalid (unreadable,
/// encrypted).
[[nodiscard]] Result<bool> keyMatches(std::string_view certificatePem, const Secret& keyPem);
/// Verifies the first certificate of `leafPem` through `chainPem` up to `rootPem` at `now`.
/// Errors: Tls with OpenSSL's reason and the certificate that failed.
[[nodiscard]] Result<void> verifyChain(std::string_view leafPem,
                                       std::string_view chainPem,
                                       std::string_view rootPem,
                                       UtcTime now);
/// Whether two bundles have a root in common, compared as sets of certificates: what two clusters
/// need to trust each other's workloads. Errors: Invalid.
[[nodiscard]] Result<bool> sameRoots(std::string_view pemA, std::string_view pemB);
/// Whether `certificate` may serve `host` (RFC 6125: exact, or a wildcard for one label;
/// an address by its own entry, never by a name).
[[nodiscard]] bool covers(const CertificateInfo& certificate, std::string_view host);
/// The public sample keys of Istio's repository, by SPKI: whoever signs with one can be anyone in
/// the mesh.
[[nodiscard]] bool isPublicSampleKey(std::string_view spki);

/// SHA-256, 32 bytes raw or 64 digits.
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string sha256Hex(std::string_view bytes);
/// `count` random bytes from the system.
[[nodiscard]] std::string randomBytes(std::size_t count);

} // namespace isthmus::crypto
