// SPDX-License-Identifier: GPL-3.0-or-later
// Whole programs, timed from start to end: what a person waits for. Those that are compared take
// turns, so that what else happens on the machine meets all of them.
#pragma once

#include "core/base/result.h"
#include "core/exec/child_process.h"

#include <functional>
#include <string>
#include <vector>

namespace isthmus::bench {

struct Sample
{
    double wallMs = 0;
    double cpuMs = 0; ///< user and system, of the program and the children it waited for
};

/// From now on SIGINT and SIGTERM end the measuring instead of the process, so that beds come down.
void stopOnSignals();
[[nodiscard]] bool isStopped();

/// Errors: it could not be run, or did not succeed (Internal, with the end of its standard error);
/// Cancelled after a signal.
[[nodiscard]] Result<Sample> timed(const exec::Command& command);

/// One of those that take turns.
struct Contestant
{
    std::string name;
    /// The command of this round; each round may want other names.
    std::function<exec::Command(int round)> command;
};

/// Medians of each, in the order given: every contestant once per round, each round beginning with
/// another one; a round before them warms caches up and does not count. Errors: of the first that
/// failed.
[[nodiscard]] Result<std::vector<Sample>> compete(const std::vector<Contestant>& contestants,
                                                  int rounds);

} // namespace isthmus::bench
