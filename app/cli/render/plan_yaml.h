// SPDX-License-Identifier: GPL-3.0-or-later
// A plan as YAML documents: what its steps bring, in their order. Pure.
#pragma once

#include "app/cli/plan_objects.h"
#include "core/plan/survey.h"

#include <string>
#include <vector>

namespace isthmus::cli {

/// What is generated when the plan runs (keys, certificates, credentials) is named in comments
/// only.
[[nodiscard]] std::string renderYaml(const plan::Survey& survey,
                                     const std::vector<StepObjects>& objects);

} // namespace isthmus::cli
