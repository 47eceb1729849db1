// SPDX-License-Identifier: GPL-3.0-or-later
// Holds a plan against the clusters before anybody is asked: what is right already falls out,
// values that are known already fill their holes, and what remains comes with its changes. Reads
// and dry-runs only.
#pragma once

#include "core/plan/behaviour.h"

namespace isthmus::plan {

struct Survey
{
    Plan plan; ///< what remains to be done; its id is what the person confirms
    std::map<StepId, Inspection> inspections; ///< of every step, those that fell out included
    std::vector<Step> alreadyRight; ///< in order
    Diagnostics problems; ///< of all steps; an error means: do not run this

    [[nodiscard]] bool nothingToDo() const { return plan.steps.empty(); }
};

[[nodiscard]] Survey survey(Plan plan,
                            const Behaviours& behaviours,
                            ClusterPorts& clusters,
                            const Clock& clock,
                            const std::stop_token& stop);

/// The plan without the steps in `done`, their known values filled in. Checks alone are no plan.
/// Pure.
[[nodiscard]] Plan
remaining(const Plan& plan, const std::vector<StepId>& done, const HoleValues& known);

/// "nothing to do" or a block per step with its changes, for tests.
[[nodiscard]] std::string dump(const Survey& survey);

} // namespace isthmus::plan
