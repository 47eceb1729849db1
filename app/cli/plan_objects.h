// SPDX-License-Identifier: GPL-3.0-or-later
// The objects that a plan's steps bring, charts rendered.
#pragma once

#include "core/plan/plan.h"

#include <stop_token>
#include <vector>

namespace isthmus::cli {

struct StepObjects
{
    StepId step;
    std::vector<json::Value> objects; ///< values that are not known yet read "<from STEP>"
};

/// One entry per step that brings objects of its own; those that it generates when it runs are not
/// there. Errors: those of rendering (no helm, charts that changed).
[[nodiscard]] Result<std::vector<StepObjects>> objectsOf(const plan::Plan& plan,
                                                         const std::stop_token& stop);

} // namespace isthmus::cli
