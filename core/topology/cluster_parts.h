// SPDX-License-Identifier: GPL-3.0-or-later
// One cluster's part of the picture: itself, its control plane, gateways, workloads, services and
// credentials. Told by labels and ports as Istio tells them, so whoever installed it. Pure.
#pragma once

#include "core/topology/pod_index.h"
#include "core/topology/snapshot.h"

namespace isthmus::topology {

/// Appends to `out`, in no order.
void addCluster(const ClusterInputs& cluster, const PodIndex& pods, TopologySnapshot& out);

} // namespace isthmus::topology
