// SPDX-License-Identifier: GPL-3.0-or-later
// Runs another program: an argument list, never a shell; bounded in time and output.
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace isthmus::exec {

struct Command
{
    std::filesystem::path program; ///< with a '/' in it, best absolute; see findProgram()
    std::vector<std::string> arguments = {};
    /// Added to (or replacing in) the allow-listed environment: HOME, PATH, LANG, TMPDIR, XDG_*.
    std::vector<std::pair<std::string, std::string>> environment = {};
    bool wholeEnvironment =
        false; ///< the process's own instead of the allow-list; for credential plugins
    std::string input = {}; ///< written to its standard input, which is then closed
    Milliseconds deadline { 60'000 }; ///< zero: none
    std::size_t maxOutput = std::size_t { 32 } << 20;
};

struct Outcome
{
    int exitCode = 0; ///< 128 + signal where it was killed
    std::string output;
    std::string errors; ///< standard error, its last 64 KiB
};

/// Waits for the program's end, not for that of children it left behind holding its output. The
/// whole process group is killed at the deadline, on stop, or beyond maxOutput. A program's failure
/// is an Outcome. Errors: NotFound (no such program, or not executable), Timeout (detail: the end
/// of standard error), Cancelled, Invalid (too much output; a zero byte in an argument), Internal
/// (no process to be had). Any thread; no descriptor but the three standard ones is inherited.
[[nodiscard]] Result<Outcome> run(const Command& command, const std::stop_token& stop = {});

/// A bare name in $PATH (relative entries are passed over: they would run what lies in the current
/// folder), or a path as it stands; nothing where there is no such executable.
[[nodiscard]] std::optional<std::filesystem::path> findProgram(const std::string& nameOrPath);

} // namespace isthmus::exec
