// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/certificate.h"
#include "core/crypto/openssl_raii.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

namespace isthmus::crypto {

namespace {

using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;

/// Frees the stack alone; the certificates belong to somebody else.
struct StackFreed
{
    void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};

using BorrowedStack = std::unique_ptr<STACK_OF(X509), StackFreed>;

/// SHA-1 and shorter keys than this level allows are refused by istiod and the proxies, too.
constexpr int authenticationLevel = 1;

Error brokenChain(X509_STORE_CTX* context, X509* leaf)
{
    const int code = X509_STORE_CTX_get_error(context);
    X509* at = X509_STORE_CTX_get_current_cert(context);
    const CertificateInfo info = infoOf(at != nullptr ? at : leaf);
    std::string why = X509_verify_cert_error_string(code);
    Message remedy = msg("crypto.check-chain");
    if (code == X509_V_ERR_CERT_HAS_EXPIRED) {
        why += ": it ended " + formatTime(info.notAfter);
        remedy = msg("crypto.renew");
    } else if (code == X509_V_ERR_CERT_NOT_YET_VALID) {
        why += ": it begins " + formatTime(info.notBefore);
        remedy = msg("crypto.check-clock");
    } else if (code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
               || code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT) {
        why += ": " + info.issuer;
    }
    return Error {
        ErrorCode::Tls, msg("crypto.chain-broken"), std::move(why), info.subject, std::move(remedy)
    };
}

} // namespace

Result<Certificates>
findChain(X509* leaf, const Certificates& between, const Certificates& roots, UtcTime now)
{
    const Store store(X509_STORE_new());
    const StoreContext context(X509_STORE_CTX_new());
    const BorrowedStack untrusted(sk_X509_new_null());
    if (!store || !context || !untrusted) {
        return Error { ErrorCode::Internal, msg("crypto.failed"), reason("no memory") };
    }
    for (const Certificate& root : roots) {
        X509_STORE_add_cert(store.get(), root.get());
    }
    for (const Certificate& certificate : between) {
        sk_X509_push(untrusted.get(), certificate.get());
    }
    X509_STORE_CTX_init(context.get(), store.get(), leaf, untrusted.get());
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
    // What stands in the root file is trusted even if another signed it: so do Go and curl.
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_auth_level(parameters, authenticationLevel);
    X509_VERIFY_PARAM_set_time(parameters, std::chrono::system_clock::to_time_t(now));
    ERR_clear_error();
    const bool good = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    if (!good) {
        return brokenChain(context.get(), leaf);
    }
    Certificates chain;
    const STACK_OF(X509)* found = X509_STORE_CTX_get0_chain(context.get());
    for (int i = 0; i < sk_X509_num(found); ++i) {
        X509* certificate = sk_X509_value(found, i);
        X509_up_ref(certificate);
        chain.emplace_back(certificate);
    }
    return chain;
}

Result<void> verifyChain(std::string_view leafPem,
                         std::string_view chainPem,
                         std::string_view rootPem,
                         UtcTime now)
{
    const Result<Certificates> leaf = parseBundle(leafPem);
    if (!leaf) {
        return leaf.error();
    }
    const Result<Certificates> roots = parseBundle(rootPem);
    if (!roots) {
        return roots.error();
    }
    const Result<Certificates> between =
        chainPem.empty() ? Result<Certificates>(Certificates {}) : parseBundle(chainPem);
    if (!between) {
        return between.error();
    }
    const Result<Certificates> chain = findChain(leaf->front().get(), *between, *roots, now);
    return chain ? Result<void> {} : Result<void>(chain.error());
}

} // namespace isthmus::crypto
