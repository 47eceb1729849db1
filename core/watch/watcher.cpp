// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/watch/watcher.h"

#include "core/kube/status.h"

#include <algorithm>

namespace isthmus::watch {

namespace {

constexpr int pageSize = 500;
constexpr Milliseconds firstBackoff { 800 };
constexpr Milliseconds longestBackoff { 30'000 };
constexpr std::chrono::minutes goodAgainAfter { 2 };
constexpr std::chrono::minutes listAgainAfter { 60 };
constexpr Milliseconds shortStream { 1'000 };
constexpr int mostShortStreams = 3;
/// Load balancers cut idle connections from 240 s on; the server ends ours in order before 300.
constexpr int shortestWatch = 240;
constexpr int watchSpread = 50;

Milliseconds denialDelay(int denials)
{
    return denials <= 1 ? Milliseconds { 60'000 } : Milliseconds { 300'000 };
}

} // namespace

std::string_view name(WatchState state)
{
    switch (state) {
    case WatchState::Idle:
        return "idle";
    case WatchState::Listing:
        return "listing";
    case WatchState::Watching:
        return "watching";
    case WatchState::Backoff:
        return "backoff";
    case WatchState::Denied:
        return "denied";
    case WatchState::Unsupported:
        return "unsupported";
    }
    return "idle";
}

Failure failureOf(const Error& error, std::optional<Milliseconds> retryAfter)
{
    const auto kind = [&error] {
        switch (error.code) {
        case ErrorCode::Gone:
            return FailureKind::Expired;
        case ErrorCode::Unauthorized:
        case ErrorCode::Refused: // no credential without a plugin
            return FailureKind::Unauthorized;
        case ErrorCode::Forbidden:
            return FailureKind::Forbidden;
        case ErrorCode::NotFound:
        case ErrorCode::Unsupported:
            return FailureKind::NotServed;
        case ErrorCode::Throttled:
            return FailureKind::Throttled;
        case ErrorCode::Tls:
            return FailureKind::Untrusted;
        case ErrorCode::Invalid:
            return FailureKind::BadData;
        default:
            return kube::isAheadOfServer(error) ? FailureKind::Ahead : FailureKind::Trouble;
        }
    };
    return { .kind = kind(), .retryAfter = retryAfter };
}

Watcher::Watcher(std::function<double()> random)
    : m_random(std::move(random))
{ }

Action Watcher::begin()
{
    return list({});
}

Action Watcher::listed(std::string resourceVersion, std::string continueToken, SteadyTime now)
{
    m_unauthorized = 0;
    m_denials = 0;
    m_continueToken = std::move(continueToken);
    if (!m_continueToken.empty()) {
        return { .kind = Action::Kind::List, .limit = pageSize, .continueToken = m_continueToken };
    }
    m_resourceVersion = std::move(resourceVersion);
    m_listedAt = now;
    m_synced = true;
    m_whole = false;
    m_shortStreams = 0;
    return watch({});
}

Action Watcher::listFailed(const Failure& failure, SteadyTime now)
{
    const bool paged = !m_continueToken.empty();
    m_continueToken.clear();
    if (failure.kind == FailureKind::Expired && paged) {
        m_whole = true; // the pages took longer than the server keeps its state
        return list({});
    }
    return failed(failure, now);
}

void Watcher::heard(std::string resourceVersion)
{
    m_heard = true;
    m_shortStreams = 0;
    m_expirations = 0;
    m_unauthorized = 0;
    m_denials = 0;
    if (!resourceVersion.empty()) {
        m_resourceVersion = std::move(resourceVersion);
    }
}

Action Watcher::ended(const std::optional<Failure>& failure, Milliseconds lasted, SteadyTime now)
{
    if (lasted >= goodAgainAfter) {
        m_failures = 0;
    }
    return failure ? failed(*failure, now) : cleanEnd(lasted, now);
}

Action Watcher::cleanEnd(Milliseconds lasted, SteadyTime now)
{
    if (now - m_listedAt >= listAgainAfter) {
        return list(jitter(Milliseconds { 200 })); // whatever may have been missed is healed
    }
    if (m_heard || lasted >= shortStream) {
        return watch(jitter(Milliseconds { 200 }));
    }
    if (++m_shortStreams >= mostShortStreams) {
        m_shortStreams = 0;
        m_resourceVersion.clear();
    }
    return again(backoff(now));
}

Action Watcher::failed(const Failure& failure, SteadyTime now)
{
    switch (failure.kind) {
    case FailureKind::Expired:
        m_resourceVersion.clear();
        return m_expirations++ == 0 ? list({}) : again(backoff(now));
    case FailureKind::Ahead:
        m_resourceVersion.clear();
        return again(failure.retryAfter.value_or(Milliseconds { 1'000 }));
    case FailureKind::Unauthorized:
        // The first time at once: another token may be there by now.
        return m_unauthorized++ == 0 ? again({}) : again(backoff(now));
    case FailureKind::Forbidden: {
        Action action = again(denialDelay(++m_denials));
        m_state = WatchState::Denied;
        return action;
    }
    case FailureKind::NotServed: {
        m_resourceVersion.clear();
        Action action = again(Milliseconds { 300'000 });
        m_state = WatchState::Unsupported;
        return action;
    }
    case FailureKind::Throttled:
        return again(failure.retryAfter ? *failure.retryAfter : backoff(now));
    case FailureKind::Untrusted:
        return again(Milliseconds { 60'000 });
    case FailureKind::BadData:
        m_resourceVersion.clear();
        return again(backoff(now));
    case FailureKind::Overflow:
        m_resourceVersion.clear();
        return again(Milliseconds { 1'000 });
    case FailureKind::Trouble:
        break;
    }
    return again(backoff(now));
}

Action Watcher::list(Milliseconds delay)
{
    m_state = WatchState::Listing;
    m_resourceVersion.clear();
    m_continueToken.clear();
    return { .kind = Action::Kind::List, .delay = delay, .limit = m_whole ? 0 : pageSize };
}

Action Watcher::watch(Milliseconds delay)
{
    m_state = WatchState::Watching;
    m_heard = false;
    return { .kind = Action::Kind::Watch,
             .delay = delay,
             .resourceVersion = m_resourceVersion,
             .seconds = shortestWatch + static_cast<int>(m_random() * watchSpread) };
}

/// After a failure: goes on where it was, with a list where no version is known.
Action Watcher::again(Milliseconds delay)
{
    Action action = m_resourceVersion.empty() ? list(delay) : watch(delay);
    m_state = WatchState::Backoff;
    return action;
}

Milliseconds Watcher::backoff(SteadyTime now)
{
    if (m_failedAt && now - *m_failedAt > goodAgainAfter) {
        m_failures = 0;
    }
    m_failedAt = now;
    const int doublings = std::min(m_failures++, 10);
    return jitter(std::min(Milliseconds(firstBackoff * (1LL << doublings)), longestBackoff));
}

Milliseconds Watcher::jitter(Milliseconds most) const
{
    return Milliseconds { static_cast<long long>(m_random() * static_cast<double>(most.count())) };
}

} // namespace isthmus::watch
