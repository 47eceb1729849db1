// SPDX-License-Identifier: GPL-3.0-or-later
// P5: what of Istio is in the cluster already, and whose it is. Pure.
#pragma once

#include "core/checks/check.h"
#include "core/checks/facts.h"

namespace isthmus::checks {

/// Passes where there is nothing, or only ours. Warns where somebody else's would be adopted, a
/// controller would put our changes back, or another version or network is there. Fails where
/// another revision runs and mesh.yaml asks for an Istio.
[[nodiscard]] CheckItem checkLeftovers(const LeftoverFacts& facts);

} // namespace isthmus::checks
