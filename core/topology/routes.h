// SPDX-License-Identifier: GPL-3.0-or-later
// Routes of the VirtualServices that a control plane reads, their destinations told apart by
// cluster. Pure.
#pragma once

#include "core/topology/pod_index.h"
#include "core/topology/snapshot.h"

#include <vector>

namespace isthmus::topology {

/// The clusters must be in `out` already; `pods` is in their order. Appends, in no order.
void addRoutes(const Inputs& inputs, const std::vector<PodIndex>& pods, TopologySnapshot& out);

} // namespace isthmus::topology
