// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/answer.h"

#include "core/base/strings.h"
#include "core/json/parse.h"
#include "core/kube/status.h"

namespace isthmus::api {

namespace {

constexpr std::size_t shownBytes = 200;

Error notKubernetes(const http::Response& response, std::string why)
{
    return { .code = ErrorCode::Internal,
             .message =
                 msg("api.not-kubernetes", { { "status", std::to_string(response.status) } }),
             .detail = std::move(why),
             .remedy = msg("api.not-kubernetes.do") };
}

} // namespace

Result<void> accepted(const Result<http::Response>& outcome)
{
    if (!outcome) {
        return outcome.error();
    }
    if (outcome->status >= 400) {
        return kube::errorOf(*outcome);
    }
    if (outcome->status < 200 || outcome->status >= 300) {
        // We follow no redirect: it would carry the credentials somewhere else.
        return notKubernetes(*outcome,
                             "it points to "
                                 + std::string(outcome->header("Location").value_or("nowhere")));
    }
    return {};
}

Result<json::Value> decoded(const Result<http::Response>& outcome)
{
    if (auto good = accepted(outcome); !good) {
        return std::move(good).error();
    }
    if (!kube::isJson(*outcome)) {
        const std::string start = shortened(trimmed(outcome->body), shownBytes);
        return notKubernetes(*outcome, isUtf8(start) ? start : "it is no text");
    }
    auto value = json::parse(outcome->body, { .bytes = std::size_t { 256 } << 20 });
    if (!value) {
        return notKubernetes(*outcome, value.error().detail);
    }
    return value;
}

Error cancelled()
{
    return { .code = ErrorCode::Cancelled, .message = msg("api.cancelled") };
}

} // namespace isthmus::api
