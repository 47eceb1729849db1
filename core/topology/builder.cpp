// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/builder.h"

#include "core/topology/cluster_parts.h"
#include "core/topology/links.h"
#include "core/topology/pod_index.h"
#include "core/topology/routes.h"

#include <algorithm>

namespace isthmus::topology {

TopologySnapshot build(const Inputs& inputs)
{
    TopologySnapshot out { .mesh = inputs.mesh, .at = inputs.now };
    std::vector<PodIndex> pods;
    pods.reserve(inputs.clusters.size());
    for (const ClusterInputs& cluster : inputs.clusters) {
        addCluster(cluster, pods.emplace_back(cluster), out);
    }
    for (const SyncFact& fact : inputs.sync) {
        for (ControlPlane& plane : out.controlPlanes) {
            if (plane.ref.cluster == fact.primary) {
                plane.remotes = fact.status;
            }
        }
    }
    addRoutes(inputs, pods, out);
    std::ranges::sort(out.controlPlanes, {}, &ControlPlane::ref);
    std::ranges::sort(out.gateways, {}, &Gateway::ref);
    std::ranges::sort(out.workloads, {}, &Workload::ref);
    std::ranges::sort(out.services, {}, &Service::ref);
    std::ranges::sort(out.routes, {}, &Route::ref);
    addLinks(inputs, out);
    return out;
}

} // namespace isthmus::topology
