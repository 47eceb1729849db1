// SPDX-License-Identifier: GPL-3.0-or-later
// Steps that come from Istio's charts, and the namespace they go into: shared by install and join.
// Pure.
#pragma once

#include "core/operations/planning.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::operations {

/// What a chart step renders, before it knows where the charts lie.
struct ChartUse
{
    std::string chart; ///< "base", "istiod", "gateway"
    std::string release;
    json::Value values;
    std::string
        part = {}; ///< "crds": the CustomResourceDefinitions alone; "rest": all else; empty: all
    bool awaitReady = true;
};

[[nodiscard]] ChartUse primaryControlPlane(const mesh::MeshSpec& spec,
                                           const mesh::Cluster& primary);
[[nodiscard]] ChartUse remoteControlPlane(const mesh::MeshSpec& spec,
                                          const mesh::Cluster& remote,
                                          const mesh::Cluster& primary);

/// A step of type "chart"; title, needs and waits are the caller's. Where no charts are known the
/// draft gets a problem.
[[nodiscard]] plan::Step
chartStep(Draft& draft, const mesh::Cluster& cluster, std::string_view what, ChartUse use);

/// istio-system with label and annotation.
void planNamespace(Draft& draft, const mesh::Cluster& cluster);
/// Chart base: CRDs and their Established wait, then the rest.
void planDefinitions(Draft& draft, const mesh::Cluster& cluster);

/// Waits until the cluster's injector answers for the mesh: istiod has put its CA into the webhook
/// and its root into the namespaces. Before that, pods with a sidecar are refused or start without
/// one.
void planInjector(Draft& draft, const mesh::Cluster& cluster, const StepId& after);

struct GatewayUse
{
    bool eastWest = false;
};

/// Chart gateway as ingress or east-west gateway.
void planGateway(Draft& draft,
                 const mesh::Cluster& cluster,
                 GatewayUse use,
                 std::vector<StepId> needs);

} // namespace isthmus::operations
