// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exec/pipes.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <utility>

namespace isthmus::exec {

namespace {

constexpr std::size_t maxErrors = std::size_t { 64 } << 10;

/// How often the child is looked at where the kernel cannot tell of its end.
constexpr Milliseconds blindStep { 20 };

/// Writing to a pipe whose reader is gone must be EPIPE, not the end of the process; the signal's
/// disposition belongs to the program, so only this thread's mask is touched, and a signal that we
/// caused is taken back.
class PipeSignalGuard
{
public:
    PipeSignalGuard()
    {
        sigset_t pending;
        ::sigemptyset(&m_pipe);
        ::sigaddset(&m_pipe, SIGPIPE);
        ::sigpending(&pending);
        m_wasPending = ::sigismember(&pending, SIGPIPE) == 1;
        ::pthread_sigmask(SIG_BLOCK, &m_pipe, &m_before);
    }

    PipeSignalGuard(const PipeSignalGuard&) = delete;
    PipeSignalGuard& operator=(const PipeSignalGuard&) = delete;

    ~PipeSignalGuard()
    {
        if (!m_wasPending) {
            const timespec atOnce {};
            while (::sigtimedwait(&m_pipe, nullptr, &atOnce) < 0 && errno == EINTR) { }
        }
        ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }

private:
    sigset_t m_pipe {};
    sigset_t m_before {};
    bool m_wasPending = false;
};

/// Reads until the pipe is empty or closed, or `enough` bytes are there.
void drainInto(Descriptor& from, std::string& to, std::size_t enough)
{
    std::array<char, 65'536> buffer;
    while (from.open() && to.size() < enough) {
        const ssize_t count = ::read(from.number(), buffer.data(), buffer.size());
        if (count > 0) {
            to.append(buffer.data(), static_cast<std::size_t>(count));
        } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
            from.close();
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

int pollTimeout(std::optional<SteadyTime> until, bool blind)
{
    std::optional<Milliseconds> wait;
    if (until) {
        const auto left =
            std::chrono::ceil<Milliseconds>(*until - std::chrono::steady_clock::now());
        wait = std::clamp(left, Milliseconds::zero(), Milliseconds(std::chrono::hours(1)));
    }
    if (blind) {
        wait = wait ? std::min(*wait, blindStep) : blindStep;
    }
    return wait ? static_cast<int>(wait->count()) : -1;
}

} // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept
    : m_number(std::exchange(other.m_number, -1))
{ }

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept
{
    std::swap(m_number, other.m_number);
    return *this;
}

Descriptor::~Descriptor()
{
    close();
}

void Descriptor::close()
{
    if (m_number >= 0) {
        ::close(std::exchange(m_number, -1));
    }
}

std::optional<Pipe> makePipe()
{
    std::array<int, 2> ends {};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return std::nullopt;
    }
    Pipe pipe { Descriptor(ends[0]), Descriptor(ends[1]) };
    for (Descriptor* end : { &pipe.read, &pipe.write }) {
        if (end->number() <= STDERR_FILENO) {
            *end = Descriptor(::fcntl(end->number(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
        }
    }
    return pipe.read.open() && pipe.write.open() ? std::optional(std::move(pipe)) : std::nullopt;
}

bool Conversation::ended() const
{
    siginfo_t info {};
    const int code = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
    // ECHILD: the process ignores SIGCHLD and the kernel has reaped for us.
    return code != 0 ? errno == ECHILD : info.si_pid == pid;
}

void Conversation::feed()
{
    const PipeSignalGuard guard;
    while (input.open() && !toWrite.empty()) {
        const ssize_t count = ::write(input.number(), toWrite.data(), toWrite.size());
        if (count >= 0) {
            toWrite.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            break; // it does not want to read more, which is its own affair
        }
    }
    input.close();
}

void Conversation::drain()
{
    drainInto(output, said, maxOutput + 1);
    drainInto(errors, complained, 2 * maxErrors);
    if (complained.size() > maxErrors) {
        complained.erase(0, complained.size() - maxErrors);
    }
}

Ending Conversation::talk(std::optional<SteadyTime> until, const std::stop_token& stop)
{
    const Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const std::stop_callback onStop(stop, [&wake] {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = ::write(wake.number(), &one, sizeof(one));
    });
    for (;;) {
        // Asked before draining: what the child wrote before its end is in the pipes by now.
        const bool over = ended();
        feed();
        drain();
        if (said.size() > maxOutput) {
            return Ending::TooMuch;
        }
        if (over) {
            return Ending::Exited;
        }
        if (stop.stop_requested()) {
            return Ending::Stopped;
        }
        if (until && std::chrono::steady_clock::now() >= *until) {
            return Ending::Deadline;
        }
        // poll() passes over negative descriptors.
        std::array<pollfd, 5> watched { { { input.number(), POLLOUT, 0 },
                                          { output.number(), POLLIN, 0 },
                                          { errors.number(), POLLIN, 0 },
                                          { process.number(), POLLIN, 0 },
                                          { wake.number(), POLLIN, 0 } } };
        ::poll(watched.data(), watched.size(), pollTimeout(until, !process.open() || !wake.open()));
    }
}

} // namespace isthmus::exec
