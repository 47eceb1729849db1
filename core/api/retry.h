// SPDX-License-Identifier: GPL-3.0-or-later
// When a request may be sent again, and how fast (design decisions 20 and 21). Pure, save for the
// budget's own lock.
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/http/message.h"

#include <mutex>
#include <optional>

namespace isthmus::api {

enum class JobKind
{
    Read, ///< may be sent again after 5xx and broken connections
    Proxied, ///< a read whose 5xx is the answer of what lies behind the server
    Write,
    WriteOfNewKind, ///< of a kind whose definition may just have been made: "not served" may pass
};

/// How long to wait before the next try after `tries` of them and this outcome; nothing where the
/// outcome stands. `random` is uniform in [0, 1).
[[nodiscard]] std::optional<Milliseconds>
retryDelay(JobKind kind, int tries, const Result<http::Response>& outcome, double random);

/// Full jitter: `random` of 0.5 s, doubled with each try, at most `cap`.
[[nodiscard]] Milliseconds
backoff(int tries, double random, Milliseconds cap = Milliseconds { 30'000 });

/// Five retries a second, ten at once. Thread-safe.
class RetryBudget
{
public:
    /// The earliest time from `wanted` on at which one more retry may go; it is taken from the
    /// budget.
    [[nodiscard]] SteadyTime reserve(SteadyTime wanted);

private:
    std::mutex m_mutex;
    SteadyTime m_full {}; ///< when the budget will be whole again
};

} // namespace isthmus::api
