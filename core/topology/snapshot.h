// SPDX-License-Identifier: GPL-3.0-or-later
// The mesh at one moment: plain values, never changed once published, readable from any thread.
// Every list is sorted: clusters as mesh.yaml has them, links by that order, all else by id.
#pragma once

#include "core/topology/places.h"
#include "core/topology/traffic.h"

#include <memory>
#include <string>
#include <vector>

namespace isthmus::topology {

struct TopologySnapshot
{
    std::string mesh;
    SteadyTime at {}; ///< when it was built; ages are counted from here on
    std::vector<Cluster> clusters = {};
    std::vector<ControlPlane> controlPlanes = {};
    std::vector<Gateway> gateways = {};
    std::vector<Workload> workloads = {};
    std::vector<Service> services = {};
    std::vector<Route> routes = {};
    std::vector<Link> links = {};
    std::vector<RemoteSecret> remoteSecrets = {};

    [[nodiscard]] const Cluster* find(const ClusterId& id) const;
    [[nodiscard]] const Link* find(const LinkId& id) const;
};

using SnapshotPtr = std::shared_ptr<const TopologySnapshot>;

} // namespace isthmus::topology
