// SPDX-License-Identifier: GPL-3.0-or-later
// SIGINT, SIGTERM, SIGHUP and --timeout as one stop request. A thread of its own reads the signals,
// so no code runs in a handler; a second signal ends the process at once, which the journal
// survives.
#pragma once

#include "app/cli/exit_code.h"
#include "core/base/clock.h"

#include <atomic>
#include <functional>
#include <stop_token>
#include <thread>

namespace isthmus::cli {

/// Made once, before any other thread: threads inherit the blocked signals. Owned by main.
class Interrupts
{
public:
    /// `onStop` is called on the thread here when the first signal or the timeout comes.
    explicit Interrupts(std::function<void(StopReason)> onStop);
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    ~Interrupts();

    /// From now on; once.
    void setTimeout(Milliseconds timeout);

    [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }

    [[nodiscard]] StopReason reason() const { return m_reason.load(); }

private:
    void watch();
    void stop(StopReason reason);

    std::function<void(StopReason)> m_onStop;
    std::stop_source m_stop;
    std::atomic<StopReason> m_reason { StopReason::None };
    int m_signals = -1; ///< signalfd
    int m_wake = -1; ///< eventfd: the end
    int m_timer = -1; ///< timerfd
    std::thread m_thread;
};

} // namespace isthmus::cli
