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
    std::filesystem::path program; ///< absolute; see findProgram()
    std::vector<std::string> arguments = {};
    /// Added to (or replacing in) the allow-listed environment: HOME, PATH, LANG, TMPDIR, XDG_*.
    std::vector<std::pair<std::string, std::string>> environment = {};
    bool wholeEnvironment = false; ///< the process's own instead of the allow-list; for credential plugins
    std::string input = {}; ///< written to its standard input, which is then closed
    Milliseconds deadline { 60'000 };
    std::size_t maxOutput = std::size_t { 32 } << 20;
};

struct Outcome
{
    int exitCode = 0; ///< 128 + signal where it was killed
    std::string output;
    std::string errors; ///< standard error, its last 64 KiB
};

/// Waits for the end. The whole process group is killed at the deadline, on stop, or beyond maxOutput.
/// Errors: NotFound (no such program), Timeout, Cancelled, Invalid (too much output). Any thread.
[[nodiscard]] Result<Outcome> run(const Command& command, const std::stop_token& stop = {});

/// A bare name in $PATH, or a path as it stands; nothing where there is no such executable.
[[nodiscard]] std::optional<std::filesystem::path> findProgram(const std::string& nameOrPath);

} // namespace isthmus::exec
