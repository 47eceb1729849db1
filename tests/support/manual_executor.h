// SPDX-License-Identifier: GPL-3.0-or-later
// An executor that runs when the test says so, on a clock that jumps from timer to timer.
#pragma once

#include "core/watch/executor.h"
#include "tests/support/manual_clock.h"

#include <deque>
#include <map>

namespace isthmus::test {

class ManualExecutor final : public watch::Executor
{
public:
    explicit ManualExecutor(ManualClock& clock)
        : m_clock(clock)
    { }

    void post(std::function<void()> task) override { m_ready.push_back(std::move(task)); }

    void postAt(SteadyTime at, std::function<void()> task) override
    {
        m_later.emplace(at, std::move(task));
    }

    [[nodiscard]] const Clock& clock() const override { return m_clock; }

    /// Runs what is ready; timers only once their time has come.
    void run()
    {
        while (true) {
            while (!m_later.empty() && m_later.begin()->first <= m_clock.steady()) {
                m_ready.push_back(std::move(m_later.begin()->second));
                m_later.erase(m_later.begin());
            }
            if (m_ready.empty()) {
                return;
            }
            const std::function<void()> task = std::move(m_ready.front());
            m_ready.pop_front();
            task();
        }
    }

    /// Lets the clock jump to the next timer and runs it; false where there is none.
    bool runNextTimer()
    {
        if (m_later.empty()) {
            return false;
        }
        (void)m_clock.sleepUntil(m_later.begin()->first, {});
        run();
        return true;
    }

private:
    ManualClock& m_clock;
    std::deque<std::function<void()>> m_ready;
    std::multimap<SteadyTime, std::function<void()>> m_later;
};

} // namespace isthmus::test
