// SPDX-License-Identifier: GPL-3.0-or-later
// Carries out a plan: whatever is ready runs, several steps at once; a failure skips what depends
// on it and lets the rest finish; a stop starts nothing new. It gets the plan from the journal and
// nothing else, so a fresh run and a resumed one are the same code.
#pragma once

#include "core/plan/behaviour.h"
#include "core/plan/journal.h"

namespace isthmus::plan {

struct ExecutorPorts
{
    const Behaviours& behaviours;
    ClusterPorts& clusters;
    const Clock& clock;
};

struct RunResult
{
    RunState state = RunState::Done;
    std::optional<Error> error = {}; ///< of the first step that failed, or why nothing was begun
    StepId failedStep = {};
};

class Executor
{
public:
    Executor(Journal& journal, ExecutorPorts ports, EventSink sink);
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    /// Runs until done, failed or stopped. Blocks; never on the net or GUI thread.
    [[nodiscard]] RunResult run(const std::stop_token& stop);
    /// Takes back what the run wrote, newest first, by its receipts. Continues where an undo was
    /// cut off.
    [[nodiscard]] RunResult undo(const std::stop_token& stop);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Refuses a plan whose clusters are not those behind the addresses any more, or whose objects
/// changed since it was made. Reads only.
[[nodiscard]] Result<void>
checkIdentities(const Plan& plan, ClusterPorts& clusters, const std::stop_token& stop);
[[nodiscard]] Result<void>
checkExpectations(const Plan& plan, ClusterPorts& clusters, const std::stop_token& stop);

} // namespace isthmus::plan
