// SPDX-License-Identifier: GPL-3.0-or-later
// What to do next to keep a copy of one collection: list, watch, wait. A state machine without any
// I/O: its owner does what it says and tells it what came of it. One thread at a time.
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace isthmus::watch {

enum class WatchState
{
    Idle, ///< not begun
    Listing,
    Watching,
    Backoff, ///< something failed and will be tried again; the copy is stale
    Denied, ///< the right is missing
    Unsupported, ///< the server does not serve the kind
};

[[nodiscard]] std::string_view name(WatchState state);

/// Why a list or a stream ended, as far as it matters for what comes next.
enum class FailureKind
{
    Trouble, ///< 5xx, a broken or silent connection
    Expired, ///< 410: the version is not kept any more
    Ahead, ///< the server has not reached the version (fail-over to a lagging one)
    Unauthorized,
    Forbidden,
    NotServed,
    Throttled,
    Untrusted, ///< TLS: who answers is not who was meant
    BadData, ///< what came was no event
    Overflow, ///< it came faster than it could be taken
};

struct Failure
{
    FailureKind kind = FailureKind::Trouble;
    std::optional<Milliseconds> retryAfter = {};
};

[[nodiscard]] Failure failureOf(const Error& error, std::optional<Milliseconds> retryAfter);

struct Action
{
    enum class Kind
    {
        List,
        Watch
    };

    Kind kind = Kind::List;
    Milliseconds delay {}; ///< to wait before it
    int limit = 0; ///< List: items of the page; 0 means all at once
    std::string continueToken = {}; ///< List: empty for the first page
    std::string resourceVersion = {}; ///< Watch
    int seconds = 0; ///< Watch: when the server shall end it

    friend bool operator==(const Action&, const Action&) = default;
};

class Watcher
{
public:
    /// `random` answers uniformly in [0, 1): for jitter, so that many watchers do not act as one.
    explicit Watcher(std::function<double()> random);

    [[nodiscard]] WatchState state() const { return m_state; }

    /// Whether a list has been complete once: the copy is whole, if perhaps old.
    [[nodiscard]] bool isSynced() const { return m_synced; }

    [[nodiscard]] Action begin();
    /// A page has come. An empty token means that the list is complete, as of `resourceVersion`.
    [[nodiscard]] Action
    listed(std::string resourceVersion, std::string continueToken, SteadyTime now);
    [[nodiscard]] Action listFailed(const Failure& failure, SteadyTime now);

    /// A watch has been opened with success; nothing has come yet.
    void opened() { m_state = WatchState::Watching; }

    /// A watch sends something; `resourceVersion` is that of the event or bookmark.
    void heard(std::string resourceVersion);
    /// The stream has ended after `lasted`, in order where there is no failure.
    [[nodiscard]] Action
    ended(const std::optional<Failure>& failure, Milliseconds lasted, SteadyTime now);

private:
    [[nodiscard]] Action list(Milliseconds delay);
    [[nodiscard]] Action watch(Milliseconds delay);
    [[nodiscard]] Action again(Milliseconds delay);
    [[nodiscard]] Action cleanEnd(Milliseconds lasted, SteadyTime now);
    [[nodiscard]] Action failed(const Failure& failure, SteadyTime now);
    [[nodiscard]] Milliseconds backoff(SteadyTime now);
    [[nodiscard]] Milliseconds jitter(Milliseconds most) const;

    std::function<double()> m_random;
    WatchState m_state = WatchState::Idle;
    std::string m_resourceVersion; ///< where a watch goes on; empty where a list has to come first
    std::string m_continueToken;
    SteadyTime m_listedAt {};
    std::optional<SteadyTime> m_failedAt;
    bool m_synced = false;
    bool m_heard = false; ///< on the present stream
    bool m_whole = false; ///< list in one piece, for a continue token had expired
    int m_failures = 0; ///< in a row, for the backoff
    int m_shortStreams = 0;
    int m_expirations = 0;
    int m_denials = 0;
    int m_unauthorized = 0;
};

} // namespace isthmus::watch
