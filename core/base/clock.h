// SPDX-License-Identifier: GPL-3.0-or-later
// Time in two kinds: UTC for what is stored and shown, the monotonic clock for waiting.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace isthmus {

using Milliseconds = std::chrono::milliseconds;
/// UTC, to the millisecond: what the journal, documents and certificates carry.
using UtcTime = std::chrono::time_point<std::chrono::system_clock, Milliseconds>;
/// Never jumps; only differences mean anything.
using SteadyTime = std::chrono::steady_clock::time_point;

/// Thread-safe.
class Clock
{
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual UtcTime now() const = 0;
    [[nodiscard]] virtual SteadyTime steady() const = 0;
    /// Waits until `until` or until a stop is requested; true if the time was reached.
    virtual bool sleepUntil(SteadyTime until, const std::stop_token& stop) const = 0;
};

class SystemClock final : public Clock
{
public:
    [[nodiscard]] UtcTime now() const override;
    [[nodiscard]] SteadyTime steady() const override;
    bool sleepUntil(SteadyTime until, const std::stop_token& stop) const override;
};

/// "2026-11-23T23:05:00.123Z"
[[nodiscard]] std::string formatTime(UtcTime time);
/// RFC 3339 with Z or a numeric offset and any number of fraction digits; nothing otherwise.
[[nodiscard]] std::optional<UtcTime> parseTime(std::string_view text);
/// "850 ms", "12.3 s", "4 min 05 s", "3 d 4 h": for people.
[[nodiscard]] std::string formatDuration(Milliseconds duration);

} // namespace isthmus
