// SPDX-License-Identifier: GPL-3.0-or-later
// *Weights*: a route's split moved to given shares, on our own VirtualService or on one that
// somebody made by hand. Reads the route to find out which it is.
#pragma once

#include "core/operations/planning.h"
#include "core/plan/ports.h"

#include <map>
#include <stop_token>

namespace isthmus::operations {

struct WeightsIntent
{
    std::string route; ///< of mesh.yaml, or "namespace/virtualservice"
    std::map<ClusterId, int> weights; ///< of every cluster the route knows; sums to 100
    bool foreignConfirmed = false; ///< the person agreed to touch somebody else's object
};

/// A route as it stands in the cluster.
struct LiveRoute
{
    kube::ObjectKey key;
    json::Value object; ///< the VirtualService
    std::size_t rule = 0; ///< which of spec.http
    std::vector<ClusterId> clusters; ///< per destination of that rule; empty where none can be told
    std::vector<int> weights; ///< per destination, in percent
};

/// Finds the VirtualService that splits the route. Errors: Usage (no such route), NotFound (it is
/// not in the cluster), Unsupported (its destinations cannot be told apart by cluster).
[[nodiscard]] Result<LiveRoute> findRoute(const mesh::MeshSpec& spec,
                                          const std::string& route,
                                          plan::ClusterPorts& clusters,
                                          const std::stop_token& stop);

/// Errors: as findRoute; Usage (weights that do not fit); Refused (Argo CD, Flux, Rollouts or
/// Flagger own it, with the patch to give to them; or it is a person's and was not confirmed).
[[nodiscard]] Result<Planned> planWeights(const PlannerInput& input,
                                          const WeightsIntent& intent,
                                          plan::ClusterPorts& clusters,
                                          const std::stop_token& stop);

} // namespace isthmus::operations
