// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupts.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <utility>

namespace isthmus::cli {

namespace {

sigset_t watched()
{
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGINT);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGHUP);
    return set;
}

} // namespace

Interrupts::Interrupts(std::function<void(StopReason)> onStop)
    : m_onStop(std::move(onStop))
{
    // Output into a pipe that nobody reads any more must not end a run in the middle.
    std::signal(SIGPIPE, SIG_IGN);
    const sigset_t set = watched();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_signals = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    m_wake = ::eventfd(0, EFD_CLOEXEC);
    m_timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    m_thread = std::thread([this] { watch(); });
}

Interrupts::~Interrupts()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(m_wake, &one, sizeof(one));
    m_thread.join();
    for (const int descriptor : { m_signals, m_wake, m_timer }) {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
}

void Interrupts::setTimeout(Milliseconds timeout)
{
    itimerspec time {};
    time.it_value.tv_sec = timeout.count() / 1'000;
    time.it_value.tv_nsec = (timeout.count() % 1'000) * 1'000'000;
    ::timerfd_settime(m_timer, 0, &time, nullptr);
}

void Interrupts::stop(StopReason reason)
{
    StopReason none = StopReason::None;
    if (m_reason.compare_exchange_strong(none, reason)) {
        m_onStop(reason);
        m_stop.request_stop();
    }
}

void Interrupts::watch()
{
    std::array<pollfd, 3> descriptors { {
        { m_signals, POLLIN, 0 },
        { m_wake, POLLIN, 0 },
        { m_timer, POLLIN, 0 },
    } };
    int signals = 0;
    for (;;) {
        if (::poll(descriptors.data(), descriptors.size(), -1) < 0) {
            continue; // EINTR: this thread takes no signal by itself, but a debugger may stop it
        }
        if (descriptors[1].revents != 0) {
            return;
        }
        signalfd_siginfo info {};
        if (::read(m_signals, &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
            if (++signals > 1) {
                ::_exit(exit_code::interrupted);
            }
            stop(StopReason::Signal);
        }
        std::uint64_t expired = 0;
        if (::read(m_timer, &expired, sizeof(expired)) == static_cast<ssize_t>(sizeof(expired))) {
            stop(StopReason::Timeout);
        }
    }
}

} // namespace isthmus::cli
