// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/curl_error.h"

#include <curl/curl.h>

#include <array>
#include <string_view>
#include <utility>

namespace isthmus::http {

namespace {

bool contains(std::string_view text, std::string_view what)
{
    return text.find(what) != std::string_view::npos;
}

Retry retryOf(bool sent)
{
    return sent ? Retry::After : Retry::Now;
}

/// A handshake can end because the other side said no, or because the line went dead: only the
/// first is a matter of certificates. libcurl has one code for both and tells them apart in its
/// text alone: where OpenSSL has a reason, that stands behind "error:".
bool lineWentDead(std::string_view text)
{
    return !contains(text, "error:") || contains(text, "unexpected eof");
}

/// A certificate signed by another key of the authority's name (every kubeadm cluster has one
/// called "kubernetes") ends in an error of OpenSSL's signature code, not in "certificate verify
/// failed".
bool isBadSignature(const Failure& failure)
{
    return failure.curlCode == CURLE_SSL_CONNECT_ERROR && !contains(failure.text, "SSL routines");
}

/// Alerts by which a TLS 1.3 server refuses our certificate: they arrive after the handshake looked
/// complete to us, as a read error. The request is lost then; the server never decrypts it.
bool isClientRefused(std::string_view text)
{
    constexpr std::array<std::string_view, 10> alerts {
        "alert certificate required", "alert bad certificate",     "alert certificate unknown",
        "alert unknown ca",           "alert certificate expired", "alert certificate revoked",
        "alert access denied",        "alert handshake failure",   "alert unsupported certificate",
        "alert decrypt error", // signed by a namesake of the authority
    };
    for (const std::string_view alert : alerts) {
        if (contains(text, alert)) {
            return true;
        }
    }
    return false;
}

Error tlsError(const Failure& failure)
{
    constexpr long neverLooked = 1; // libcurl's initial value
    constexpr long notYetValid = 9; // X509_V_ERR_CERT_NOT_YET_VALID
    constexpr long expired = 10; // X509_V_ERR_CERT_HAS_EXPIRED
    const Message::Argument host { "host", failure.host };
    Error error { ErrorCode::Tls, msg("http.tls.failed", { host }), failure.text };
    error.remedy = msg("http.tls.failed.do");
    if (isClientRefused(failure.text)) {
        error.message = msg("http.tls.client-refused", { host });
        error.remedy = msg("http.tls.client-refused.do");
    } else if (failure.curlCode == CURLE_SSL_CERTPROBLEM) {
        error.message = msg("http.tls.client-unusable", { host });
        error.remedy = msg("http.tls.client-unusable.do");
    } else if (failure.curlCode == CURLE_SSL_CACERT_BADFILE) {
        error.message = msg("http.tls.ca-unusable", { host });
        error.remedy = msg("http.tls.ca-unusable.do");
    } else if (isBadSignature(failure)) {
        error.message = msg("http.tls.untrusted", { host });
        error.remedy = msg("http.tls.untrusted.do");
    } else if (failure.curlCode == CURLE_PEER_FAILED_VERIFICATION) {
        error.message = msg("http.tls.untrusted", { host });
        if (failure.verifyResult == expired || failure.verifyResult == notYetValid) {
            error.remedy = msg("http.tls.validity.do");
        } else if (failure.verifyResult <= neverLooked) {
            error.remedy = msg("http.tls.name.do"); // the chain is fine
        } else {
            error.remedy = msg("http.tls.untrusted.do");
        }
    }
    return error;
}

Error unreachable(const Failure& failure)
{
    const Message::Argument host { "host", failure.host };
    Error error { ErrorCode::Unreachable, msg("http.unreachable", { host }), failure.text };
    error.remedy = msg("http.unreachable.do");
    error.retry = retryOf(failure.sent);
    if (failure.curlCode == CURLE_COULDNT_RESOLVE_HOST) {
        error.message = msg("http.unresolved", { host });
        error.remedy = msg("http.unresolved.do");
    } else if (failure.curlCode == CURLE_COULDNT_RESOLVE_PROXY || failure.curlCode == CURLE_PROXY) {
        error.message = msg("http.proxy", { host });
        error.remedy = msg("http.proxy.do");
    } else if (failure.answered) {
        error.message = msg("http.cut-off", { host });
        error.remedy = msg("http.broken.do");
    } else if (failure.sent) {
        error.message = msg("http.no-answer", { host });
        error.remedy = msg("http.broken.do");
    }
    return error;
}

} // namespace

Error transferError(const Failure& failure)
{
    switch (failure.curlCode) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return tlsError(failure);
    case CURLE_SSL_CONNECT_ERROR:
        return lineWentDead(failure.text) ? unreachable(failure) : tlsError(failure);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
        return unreachable(failure);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return !failure.answered && isClientRefused(failure.text) ? tlsError(failure)
                                                                  : unreachable(failure);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: {
        Error error = unreachable(failure);
        error.message = msg("http.not-http", { { "host", failure.host } });
        error.remedy = msg("http.not-http.do");
        return error;
    }
    default:
        break;
    }
    Error error = setupError(failure.host, failure.text);
    error.retry = failure.sent ? Retry::Never : Retry::Now;
    return error;
}

Error timeoutError(const Due& due, const std::string& host, bool sent)
{
    const Message::Argument where { "host", host };
    const Message::Argument limit { "limit", formatDuration(due.limit) };
    Error error { ErrorCode::Timeout, {} };
    error.retry = retryOf(sent);
    error.remedy = msg("http.timeout.do");
    switch (due.phase) {
    case Phase::Queue:
        error.message = msg("http.timeout.queue", { where, limit });
        error.remedy = msg("http.timeout.queue.do");
        break;
    case Phase::Connect:
        error.message = msg("http.timeout.connect", { where, limit });
        error.remedy = msg("http.unreachable.do");
        break;
    case Phase::FirstByte:
        error.message = msg("http.timeout.first-byte", { where, limit });
        break;
    case Phase::Total:
        error.message = msg("http.timeout.total", { where, limit });
        break;
    case Phase::Silence:
        error.message = msg("http.timeout.silence", { where, limit });
        break;
    }
    return error;
}

Error cancelledError(const std::string& host, bool sent)
{
    Error error { ErrorCode::Cancelled, msg("http.cancelled", { { "host", host } }) };
    error.retry = retryOf(sent);
    return error;
}

Error tooLargeError(const std::string& host, std::size_t limit)
{
    Error error { ErrorCode::Invalid,
                  msg("http.too-large", { { "host", host }, { "limit", std::to_string(limit) } }) };
    error.remedy = msg("http.too-large.do");
    return error;
}

Error setupError(const std::string& host, std::string why)
{
    Error error { ErrorCode::Internal, msg("http.setup", { { "host", host } }), std::move(why) };
    error.remedy = msg("http.setup.do");
    return error;
}

} // namespace isthmus::http
