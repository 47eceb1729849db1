// SPDX-License-Identifier: GPL-3.0-or-later
// The exit codes that scripts rely on, derived from errors and runs. Pure.
#pragma once

#include "core/base/diagnostics.h"
#include "core/base/error.h"
#include "core/plan/executor.h"

namespace isthmus::cli {

namespace exit_code {

inline constexpr int done = 0;
inline constexpr int failed = 1;
inline constexpr int usage = 2;
inline constexpr int preflight = 3;
inline constexpr int resumable = 4;
inline constexpr int refused = 5;
inline constexpr int interrupted = 130;

} // namespace exit_code

/// Why the program was told to stop, if it was.
enum class StopReason
{
    None,
    Signal,
    Timeout
};

/// Of an error before anything was begun.
[[nodiscard]] int exitCode(const Error& error, StopReason stopped = StopReason::None);
[[nodiscard]] int exitCode(const plan::RunResult& result, StopReason stopped = StopReason::None);
/// Of a plan whose problems forbid it: 2 where mesh.yaml is the cause, 5 where a cluster is.
[[nodiscard]] int exitCode(const Diagnostics& problems);

} // namespace isthmus::cli
