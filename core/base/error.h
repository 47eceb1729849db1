// SPDX-License-Identifier: GPL-3.0-or-later
// One thing failed: what, why, where, and what to do about it.
#pragma once

#include "core/base/message.h"

#include <memory>
#include <string>
#include <string_view>

namespace isthmus {

/// What kind of failure it is, closed on purpose: callers branch on it, exit codes derive from it.
enum class ErrorCode
{
    Cancelled, ///< somebody asked to stop
    Timeout, ///< a deadline passed; the operation can be resumed
    Unreachable, ///< no connection, or it broke
    Tls, ///< the server's certificate or our own is not acceptable
    Unauthorized, ///< 401: no or expired credentials
    Forbidden, ///< 403: the identity lacks a right
    NotFound, ///< the object or kind is not there
    AlreadyExists, ///< POST of a name that is taken
    Conflict, ///< another field manager owns the field, or the resourceVersion moved
    Gone, ///< 410: the resourceVersion is too old to watch from
    Throttled, ///< 429
    Invalid, ///< our input is wrong; sending it again cannot help
    Usage, ///< the person's input is wrong: a flag, a file, a name
    Unsupported, ///< known, but not done by this version
    Refused, ///< a guard said no: stale plan, foreign owner, public CA, no consent
    Storage, ///< the journal or another file could not be written
    Preflight, ///< the environment lacks something: no helm, wrong charts, one cluster twice
    Internal, ///< the server's 5xx, or our own bug
};

[[nodiscard]] std::string_view name(ErrorCode code);

/// Whether sending the same thing again can help.
enum class Retry
{
    Never,
    Now,
    After
};

struct Error
{
    ErrorCode code;
    Message message; ///< what happened, one sentence
    std::string detail = {}; ///< why: the other side's own words, or the library's; may be empty
    std::string subject = {}; ///< "onprem: Secret istio-system/cacerts"; may be empty
    Message remedy = {}; ///< what to do next; may be empty
    Retry retry = Retry::Never;
    std::shared_ptr<const Error> cause = {};

    [[nodiscard]] Error withSubject(std::string value) &&;
    [[nodiscard]] Error withRemedy(Message value) &&;
    /// This error as the reason of a larger one: `outer` gets it as cause, and its text as detail.
    [[nodiscard]] Error wrappedBy(ErrorCode outerCode, Message outer) &&;
};

/// One line: what, subject, why. For logs and tests; people read the three parts apart.
[[nodiscard]] std::string describe(const Error& error);

} // namespace isthmus
