// SPDX-License-Identifier: GPL-3.0-or-later
// What an installation takes from a cluster, and what the cluster has to give: addresses and room.
// The facts of P7 and P10, plain structs.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/mesh/mesh_spec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace isthmus::checks {

/// A gateway that mesh.yaml asks for.
struct GatewayWish
{
    std::string name; ///< of its Service, "istio-eastwestgateway"
    mesh::GatewaySpec spec = {};
    bool dialled = false; ///< the other clusters must know its address
};

/// A Service of type LoadBalancer.
struct BalancerService
{
    std::string ns;
    std::string name;
    std::string address = {}; ///< IP or host name; empty while it waits
    Milliseconds age { 0 };
};

/// P7.
struct BalancerFacts
{
    ClusterId cluster;
    std::vector<GatewayWish> wishes = {};
    std::vector<BalancerService> services = {};
};

/// What pods ask for, or a node has to give.
struct Resources
{
    std::int64_t milliCpu = 0;
    std::int64_t bytes = 0;

    friend bool operator==(const Resources&, const Resources&) = default;
};

struct NodeFacts
{
    std::string name;
    bool usable = false; ///< ready, not cordoned, no taint that keeps ordinary pods away
    std::optional<Resources> allocatable = {}; ///< absent where the node reports none
};

/// A pod that holds resources of a node.
struct PodFacts
{
    std::string node;
    Resources requests = {};
};

/// A pod that the installation will create.
struct Demand
{
    std::string pod; ///< "istiod"
    Resources requests = {};
};

/// P10.
struct CapacityFacts
{
    ClusterId cluster;
    std::vector<NodeFacts> nodes = {};
    std::vector<PodFacts> pods = {};
    std::vector<Demand> demands = {};
    bool autoscaled = false; ///< a cluster autoscaler can add nodes
};

} // namespace isthmus::checks
