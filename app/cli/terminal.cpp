// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/terminal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>

namespace isthmus::cli {

namespace {

bool writeAll(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// No echo as long as it lives; the line's end is still shown.
class HiddenInput
{
public:
    HiddenInput()
        : m_changed(::tcgetattr(STDIN_FILENO, &m_before) == 0)
    {
        if (m_changed) {
            termios quiet = m_before;
            quiet.c_lflag &= static_cast<tcflag_t>(~ECHO);
            quiet.c_lflag |= ECHONL;
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        }
    }

    ~HiddenInput()
    {
        if (m_changed) {
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before);
        }
    }

    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;

private:
    termios m_before {};
    bool m_changed;
};

/// A descriptor that becomes readable when a stop is requested: poll() takes nothing else.
class StopDescriptor
{
public:
    explicit StopDescriptor(const std::stop_token& stop)
        : m_descriptor(::eventfd(0, EFD_CLOEXEC))
    {
        m_callback.emplace(stop, Wake { m_descriptor });
    }

    ~StopDescriptor()
    {
        m_callback.reset(); // first: it waits for a callback under way, which still writes
        ::close(m_descriptor);
    }

    StopDescriptor(const StopDescriptor&) = delete;
    StopDescriptor& operator=(const StopDescriptor&) = delete;

    [[nodiscard]] int get() const { return m_descriptor; }

private:
    struct Wake
    {
        int descriptor;

        void operator()() const
        {
            const std::uint64_t one = 1;
            [[maybe_unused]] const ssize_t written = ::write(descriptor, &one, sizeof(one));
        }
    };

    int m_descriptor;
    std::optional<std::stop_callback<Wake>> m_callback;
};

Error noAnswer()
{
    return { ErrorCode::Cancelled, msg("app.no-answer") };
}

/// Byte by byte, so that nothing behind the line is taken from whoever reads next.
Result<std::string> readLine(const std::stop_token& stop)
{
    constexpr std::size_t longest = 4096;
    const StopDescriptor stopped(stop);
    std::string line;
    for (;;) {
        std::array<pollfd, 2> descriptors { { { STDIN_FILENO, POLLIN, 0 },
                                              { stopped.get(), POLLIN, 0 } } };
        if (::poll(descriptors.data(), descriptors.size(), -1) < 0 && errno != EINTR) {
            break;
        }
        if (stop.stop_requested()) {
            break;
        }
        if (descriptors[0].revents == 0) {
            continue;
        }
        char c = 0;
        if (::read(STDIN_FILENO, &c, 1) != 1) {
            break;
        }
        if (c == '\n') {
            return line;
        }
        if (line.size() < longest) {
            line += c;
        }
    }
    wipe(line);
    return noAnswer();
}

} // namespace

void Output::write(std::string_view text)
{
    m_good = writeAll(m_descriptor, text) && m_good;
}

bool Output::isTerminal() const
{
    return ::isatty(m_descriptor) == 1;
}

bool TerminalPerson::isThere() const
{
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

Result<std::string> TerminalPerson::ask(std::string_view prompt, const std::stop_token& stop)
{
    writeAll(STDERR_FILENO, prompt);
    return readLine(stop);
}

Result<Secret> TerminalPerson::askHidden(std::string_view prompt, const std::stop_token& stop)
{
    const HiddenInput hidden;
    writeAll(STDERR_FILENO, prompt);
    Result<std::string> line = readLine(stop);
    if (!line) {
        return std::move(line).error();
    }
    Secret secret(*line);
    wipe(*line);
    return secret;
}

} // namespace isthmus::cli
