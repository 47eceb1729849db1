// SPDX-License-Identifier: GPL-3.0-or-later
// Descriptors as values, and the poll loop that feeds a child process and drains what it says. Used
// by child_process.cpp alone; one thread at a time.
#pragma once

#include "core/base/clock.h"

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace isthmus::exec {

/// Owns a file descriptor; -1 means none.
class Descriptor
{
public:
    explicit Descriptor(int number = -1)
        : m_number(number)
    { }

    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    [[nodiscard]] int number() const { return m_number; }

    [[nodiscard]] bool open() const { return m_number >= 0; }

    void close();

private:
    int m_number;
};

struct Pipe
{
    Descriptor read;
    Descriptor write;
};

/// Both ends close on exec and never stand at 0, 1 or 2, where the child's own redirection would
/// hit them. Nothing where the process has no descriptors left.
[[nodiscard]] std::optional<Pipe> makePipe();

/// How the conversation with a child ended.
enum class Ending
{
    Exited,
    Deadline,
    Stopped,
    TooMuch
};

struct Conversation
{
    Descriptor input; ///< write end of the child's standard input
    Descriptor output; ///< read end of its standard output
    Descriptor errors; ///< read end of its standard error
    Descriptor process; ///< pidfd: readable when the child has ended; -1 on kernels without it
    int pid = 0;
    std::string_view toWrite; ///< what is left for standard input
    std::size_t maxOutput = 0;
    std::string said = {}; ///< all of its output, at most maxOutput + one read
    std::string complained = {}; ///< the end of its standard error

    /// Feeds and drains until the child has ended (then takes what its pipes still hold), or one of
    /// the limits is hit. The child is left to be reaped, and to be killed where the ending is not
    /// Exited.
    [[nodiscard]] Ending talk(std::optional<SteadyTime> until, const std::stop_token& stop);

private:
    [[nodiscard]] bool ended() const;
    void feed();
    void drain();
};

} // namespace isthmus::exec
