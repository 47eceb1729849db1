// SPDX-License-Identifier: GPL-3.0-or-later
// Pods that a workload makes from its template: shared by the controllers of workloads and jobs.
#pragma once

#include "core/sim/model.h"

#include <string>
#include <vector>

namespace isthmus::sim {

/// The reference of a controller to itself, for what it makes.
[[nodiscard]] json::Value controllerReference(const json::Value& owner);
/// The pods in the owner's namespace that it controls, by name.
[[nodiscard]] std::vector<ObjectPtr> podsOf(const Model& model, const json::Value& owner);
/// From spec.template; `labels` come on top of the template's.
void createPod(Model& model,
               const json::Value& owner,
               const std::string& name,
               const json::Object& labels);
[[nodiscard]] bool isReady(const json::Value& pod);

} // namespace isthmus::sim
