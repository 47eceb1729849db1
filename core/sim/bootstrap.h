// SPDX-License-Identifier: GPL-3.0-or-later
// What a new cluster holds before anybody has done anything.
#pragma once

#include "core/sim/model.h"

namespace isthmus::sim {

/// Namespaces, a ready node, the administrators' role, the kubernetes Service.
void bootstrap(Model& model);

} // namespace isthmus::sim
