// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/retry.h"

#include "core/kube/status.h"

#include <algorithm>

namespace isthmus::api {

namespace {

constexpr int mostTries = 4;
constexpr int mostTriesOfNewKind = 9; // 0.1 s doubled up to 2 s: about ten seconds in all
constexpr Milliseconds longestWait { 60'000 };
constexpr Milliseconds retryInterval { 200 };
constexpr int retryBurst = 10;

Milliseconds asked(const http::Response& response, int tries, double random)
{
    const auto wait = kube::retryAfter(response);
    return wait ? std::min(*wait, longestWait) : backoff(tries, random);
}

} // namespace

std::optional<Milliseconds>
retryDelay(JobKind kind, int tries, const Result<http::Response>& outcome, double random)
{
    const bool isRead = kind == JobKind::Read || kind == JobKind::Proxied;
    if (!outcome) {
        const ErrorCode code = outcome.error().code;
        const bool passing = code == ErrorCode::Unreachable || code == ErrorCode::Timeout;
        return isRead && passing && tries < mostTries ? std::optional(backoff(tries, random))
                                                      : std::nullopt;
    }
    if (kind == JobKind::WriteOfNewKind && tries < mostTriesOfNewKind
        && kube::isNotServed(*outcome)) {
        return Milliseconds { std::min(100 << (tries - 1), 2'000) };
    }
    // A server that answers 429 has surely not done it; after any other failure of a write only
    // reading tells.
    const bool again = outcome->status == 429 || (outcome->status >= 500 && kind == JobKind::Read);
    return again && tries < mostTries ? std::optional(asked(*outcome, tries, random))
                                      : std::nullopt;
}

Milliseconds backoff(int tries, double random, Milliseconds cap)
{
    const int doublings = std::clamp(tries - 1, 0, 16);
    const auto top = std::min(Milliseconds { 500LL << doublings }, cap);
    return Milliseconds { static_cast<long long>(random * static_cast<double>(top.count())) };
}

SteadyTime RetryBudget::reserve(SteadyTime wanted)
{
    const std::lock_guard lock(m_mutex);
    const SteadyTime granted = std::max(wanted, m_full - (retryBurst - 1) * retryInterval);
    m_full = std::max(m_full, granted) + retryInterval;
    return granted;
}

} // namespace isthmus::api
