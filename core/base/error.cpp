// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

namespace isthmus {

std::string_view name(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Cancelled:
        return "cancelled";
    case ErrorCode::Timeout:
        return "timeout";
    case ErrorCode::Unreachable:
        return "unreachable";
    case ErrorCode::Tls:
        return "tls";
    case ErrorCode::Unauthorized:
        return "unauthorized";
    case ErrorCode::Forbidden:
        return "forbidden";
    case ErrorCode::NotFound:
        return "notFound";
    case ErrorCode::AlreadyExists:
        return "alreadyExists";
    case ErrorCode::Conflict:
        return "conflict";
    case ErrorCode::Gone:
        return "gone";
    case ErrorCode::Throttled:
        return "throttled";
    case ErrorCode::Invalid:
        return "invalid";
    case ErrorCode::Usage:
        return "usage";
    case ErrorCode::Unsupported:
        return "unsupported";
    case ErrorCode::Refused:
        return "refused";
    case ErrorCode::Storage:
        return "storage";
    case ErrorCode::Preflight:
        return "preflight";
    case ErrorCode::Internal:
        return "internal";
    }
    return "internal";
}

Error Error::withSubject(std::string value) &&
{
    subject = std::move(value);
    return std::move(*this);
}

Error Error::withRemedy(Message value) &&
{
    remedy = std::move(value);
    return std::move(*this);
}

Error Error::wrappedBy(ErrorCode outerCode, Message outer) &&
{
    Error out { outerCode, std::move(outer) };
    out.detail = detail.empty() ? text(message) : text(message) + ": " + detail;
    out.subject = subject;
    out.remedy = remedy;
    out.retry = retry;
    out.cause = std::make_shared<const Error>(std::move(*this));
    return out;
}

std::string describe(const Error& error)
{
    std::string out = text(error.message);
    if (!error.subject.empty()) {
        out = error.subject + ": " + out;
    }
    if (!error.detail.empty()) {
        out += ": " + error.detail;
    }
    return out;
}

} // namespace isthmus
