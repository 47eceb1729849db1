// SPDX-License-Identifier: GPL-3.0-or-later
// A plan that was held against the clusters, in the forms of `isthmusctl plan -o`. Pure.
#pragma once

#include "app/cli/style.h"
#include "core/json/value.h"
#include "core/plan/survey.h"

#include <string>

namespace isthmus::cli {

/// Numbered steps, each object with what happens to it, what is waited for, warnings at the end.
[[nodiscard]] std::string renderPlan(const plan::Survey& survey, const Style& style);
/// {kind: Plan, …}
[[nodiscard]] json::Value planDocument(const plan::Survey& survey);
/// The diffs alone, each under a line with cluster and object.
[[nodiscard]] std::string renderDiffs(const plan::Survey& survey, const Style& style);

/// "3 steps: 4 objects to create, 1 to update"
[[nodiscard]] std::string renderCounts(const plan::Survey& survey);
/// "Nothing to do: 12 steps are already right."
[[nodiscard]] std::string renderNothingToDo(const plan::Survey& survey);

/// What a step would change; nothing for a step that was not looked at.
[[nodiscard]] const std::vector<plan::Change>& changesOf(const plan::Survey& survey,
                                                         const StepId& step);

} // namespace isthmus::cli
