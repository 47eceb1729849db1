// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/snapshot.h"

#include <algorithm>
#include <array>

namespace isthmus::topology {

std::string text(const ObjectRef& ref)
{
    return ref.cluster.str() + "/" + ref.kind + "/" + ref.ns + "/" + ref.name;
}

std::string text(const RouteRef& ref)
{
    return ref.cluster.str() + "/" + ref.kind + "/" + ref.ns + "/" + ref.name + "#"
        + std::to_string(ref.rule);
}

std::string text(const LinkId& id)
{
    return id.a.str() + "-" + id.b.str();
}

const Cluster* TopologySnapshot::find(const ClusterId& id) const
{
    const auto found = std::ranges::find(clusters, id, &Cluster::id);
    return found != clusters.end() ? &*found : nullptr;
}

const Link* TopologySnapshot::find(const LinkId& id) const
{
    const auto found = std::ranges::find(links, id, &Link::id);
    return found != links.end() ? &*found : nullptr;
}

namespace {

template<typename Value, std::size_t N>
std::string_view named(Value value, const std::array<std::string_view, N>& names)
{
    return names.at(static_cast<std::size_t>(value));
}

} // namespace

std::string_view name(Health value)
{
    return named(value, std::array<std::string_view, 4> { "good", "unknown", "degraded", "bad" });
}

std::string_view name(Role value)
{
    return named(value, std::array<std::string_view, 2> { "primary", "remote" });
}

std::string_view name(ConnectionState value)
{
    return named(value, std::array<std::string_view, 4> { "connecting", "live", "stale", "away" });
}

std::string_view name(GatewayRole value)
{
    return named(value, std::array<std::string_view, 3> { "ingress", "eastWest", "egress" });
}

std::string_view name(DirectionState value)
{
    return named(value, std::array<std::string_view, 3> { "up", "broken", "unknown" });
}

std::string_view name(LinkState value)
{
    return named(value,
                 std::array<std::string_view, 6> {
                     "joined", "oneWay", "degraded", "broken", "notJoined", "unknown" });
}

} // namespace isthmus::topology
