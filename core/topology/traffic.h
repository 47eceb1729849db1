// SPDX-License-Identifier: GPL-3.0-or-later
// Where requests go, as a snapshot holds it: gateways, services, routes, links. Plain values.
#pragma once

#include "core/base/message.h"
#include "core/mesh/owner.h"
#include "core/topology/places.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::topology {

enum class GatewayRole
{
    Ingress,
    EastWest,
    Egress
};

struct Gateway
{
    ObjectRef ref; ///< the Service
    GatewayRole role = GatewayRole::Ingress;
    std::string network = {}; ///< that it leads into, from its label
    std::string serviceType = {};
    std::vector<std::string> addresses = {}; ///< from outside: load balancer, then external IPs
    std::vector<Port> ports = {};
    Count pods = {};
    std::string waiting = {}; ///< "CrashLoopBackOff": why a pod is not ready
    Health health = Health::Unknown;

    friend bool operator==(const Gateway&, const Gateway&) = default;
};

struct Service
{
    ObjectRef ref;
    std::vector<Port> ports = {};
    Count endpoints = {}; ///< pods that its selector selects
    std::vector<ObjectRef> workloads = {}; ///< that those pods belong to

    [[nodiscard]] ServiceKey key() const { return { ref.ns, ref.name }; }

    friend bool operator==(const Service&, const Service&) = default;
};

struct Destination
{
    std::string id; ///< host, subset and port: unique and stable within its route
    std::string host; ///< resolved
    std::string subset = {};
    int port = 0; ///< 0: not given
    std::vector<ClusterId> clusters = {}; ///< that it selects pods in; one: it can be steered
    int percent = 0;
    Count endpoints = {}; ///< pods that it selects in all clusters

    friend bool operator==(const Destination&, const Destination&) = default;
};

struct Route
{
    RouteRef ref;
    ServiceKey service = {}; ///< of its first destination; empty for a host that is no Service
    std::vector<std::string> hosts = {};
    std::vector<std::string> gateways = {}; ///< "namespace/name" or "mesh"
    bool conditional = false; ///< it has matches: not every request comes here
    bool leads = false; ///< of its object, the rule that splits the service's traffic
    bool steerable = false; ///< each destination means one cluster, no cluster twice
    std::vector<Destination> destinations = {};
    mesh::Owner owner = mesh::Owner::Unknown;
    std::string ownerEvidence = {};
    std::string resourceVersion = {};

    friend bool operator==(const Route&, const Route&) = default;
};

enum class DirectionState
{
    Up, ///< evidence under a minute old that bytes crossed
    Broken,
    Unknown
};

/// What is known of requests from one cluster into the other.
struct Direction
{
    DirectionState state = DirectionState::Unknown;
    bool credential = false; ///< the side that reads holds a remote secret of the other
    Message evidence = {}; ///< what was seen; "not checked" where nothing was
    std::optional<SteadyTime> at = {}; ///< when it was seen

    friend bool operator==(const Direction&, const Direction&) = default;
};

enum class LinkState
{
    Joined,
    OneWay,
    Degraded,
    Broken,
    NotJoined,
    Unknown
};

struct Link
{
    LinkId id;
    LinkState state = LinkState::Unknown;
    Message reason = {}; ///< of the state
    Direction forth = {}; ///< from a to b
    Direction back = {}; ///< from b to a

    friend bool operator==(const Link&, const Link&) = default;
};

[[nodiscard]] std::string_view name(GatewayRole value); ///< "ingress", "eastWest", "egress"
[[nodiscard]] std::string_view name(DirectionState value); ///< "up", "broken", "unknown"
[[nodiscard]] std::string_view name(LinkState value); ///< as in the document MeshStatus

} // namespace isthmus::topology
