// SPDX-License-Identifier: GPL-3.0-or-later
// A clock that only moves when told to, or when somebody sleeps on it: waits are counted, not
// waited.
#pragma once

#include "core/base/clock.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace isthmus::test {

class ManualClock final : public Clock
{
public:
    explicit ManualClock(std::string_view now = "2026-11-23T12:00:00Z")
        : m_start(parseTime(now).value())
    { }

    [[nodiscard]] UtcTime now() const override
    {
        const std::lock_guard lock(m_mutex);
        return m_start + std::chrono::duration_cast<Milliseconds>(m_elapsed);
    }

    [[nodiscard]] SteadyTime steady() const override
    {
        const std::lock_guard lock(m_mutex);
        return SteadyTime(std::chrono::hours(1)) + m_elapsed;
    }

    bool sleepUntil(SteadyTime until, const std::stop_token& stop) const override
    {
        if (stop.stop_requested()) {
            return false;
        }
        const auto wait = std::max(until - steady(), SteadyTime::duration::zero());
        const std::lock_guard lock(m_mutex);
        m_elapsed += wait;
        m_sleeps.push_back(std::chrono::duration_cast<Milliseconds>(wait));
        return true;
    }

    void advance(Milliseconds by)
    {
        const std::lock_guard lock(m_mutex);
        m_elapsed += by;
    }

    [[nodiscard]] std::vector<Milliseconds> sleeps() const
    {
        const std::lock_guard lock(m_mutex);
        return m_sleeps;
    }

private:
    UtcTime m_start;
    mutable std::mutex m_mutex;
    mutable SteadyTime::duration m_elapsed {};
    mutable std::vector<Milliseconds> m_sleeps;
};

} // namespace isthmus::test
