// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/links.h"

#include "core/topology/builder.h"

#include <algorithm>

namespace isthmus::topology {

namespace {

class LinkReader
{
public:
    LinkReader(const Inputs& inputs, const TopologySnapshot& mesh)
        : m_inputs(inputs)
        , m_mesh(mesh)
    { }

    [[nodiscard]] Link read(const Cluster& a, const Cluster& b) const;

private:
    enum class Knowledge
    {
        Yes,
        No,
        Unreadable
    };

    [[nodiscard]] bool isRead(const Cluster& cluster) const;
    [[nodiscard]] Knowledge knows(const ClusterId& holder, const ClusterId& target) const;
    [[nodiscard]] const Cluster* planeOf(const Cluster& cluster) const;
    [[nodiscard]] Knowledge credential(const Cluster& from, const Cluster& to) const;
    [[nodiscard]] const SyncFact* syncOf(const ClusterId& primary) const;
    [[nodiscard]] const CrossingFact* crossing(const ClusterId& from, const ClusterId& to) const;
    [[nodiscard]] Direction direction(const Cluster& from, const Cluster& to) const;
    void fromSync(const Cluster& from, const Cluster& to, Direction& out) const;
    void fromGateway(const Cluster& from, const Cluster& to, Direction& out) const;
    [[nodiscard]] Message weakness(const Cluster& a, const Cluster& b) const;
    void judge(const Cluster& a, const Cluster& b, Link& link) const;

    const Inputs& m_inputs;
    const TopologySnapshot& m_mesh;
};

bool LinkReader::isRead(const Cluster& cluster) const
{
    return cluster.connection.state == ConnectionState::Live
        || cluster.connection.state == ConnectionState::Stale;
}

const SyncFact* LinkReader::syncOf(const ClusterId& primary) const
{
    const auto found = std::ranges::find(m_inputs.sync, primary, &SyncFact::primary);
    return found != m_inputs.sync.end() ? &*found : nullptr;
}

/// Whether the control plane of `holder` was given a credential for `target`.
LinkReader::Knowledge LinkReader::knows(const ClusterId& holder, const ClusterId& target) const
{
    const bool held = std::ranges::any_of(m_mesh.remoteSecrets, [&](const RemoteSecret& secret) {
        return secret.cluster == holder && secret.target == target;
    });
    const SyncFact* sync = syncOf(holder);
    if (holder == target || held || (sync != nullptr && sync->status.contains(target))) {
        return Knowledge::Yes;
    }
    const auto inputs = std::ranges::find(m_inputs.clusters, holder, &ClusterInputs::id);
    return inputs != m_inputs.clusters.end() && inputs->remoteSecrets ? Knowledge::No
                                                                      : Knowledge::Unreadable;
}

/// The cluster whose istiod tells the proxies of this one where to go.
const Cluster* LinkReader::planeOf(const Cluster& cluster) const
{
    if (cluster.role == Role::Primary) {
        return &cluster;
    }
    const Cluster* first = nullptr;
    for (const Cluster& one : m_mesh.clusters) {
        if (one.role == Role::Primary) {
            if (knows(one.id, cluster.id) == Knowledge::Yes) {
                return &one;
            }
            first = first == nullptr ? &one : first;
        }
    }
    return first;
}

LinkReader::Knowledge LinkReader::credential(const Cluster& from, const Cluster& to) const
{
    const Cluster* plane = planeOf(from);
    if (plane == nullptr) {
        return Knowledge::Unreadable;
    }
    const Knowledge own = knows(plane->id, from.id);
    const Knowledge other = knows(plane->id, to.id);
    if (own == Knowledge::Yes && other == Knowledge::Yes) {
        return Knowledge::Yes;
    }
    return own == Knowledge::No || other == Knowledge::No ? Knowledge::No : Knowledge::Unreadable;
}

/// The newest that is still worth something.
const CrossingFact* LinkReader::crossing(const ClusterId& from, const ClusterId& to) const
{
    const CrossingFact* newest = nullptr;
    for (const CrossingFact& fact : m_inputs.crossings) {
        if (fact.from == from && fact.to == to && m_inputs.now - fact.at < evidenceLasts
            && (newest == nullptr || newest->at < fact.at)) {
            newest = &fact;
        }
    }
    return newest;
}

void LinkReader::fromSync(const Cluster& from, const Cluster& to, Direction& out) const
{
    const Cluster* plane = planeOf(from);
    const Cluster& read = plane != nullptr && plane->id == to.id ? from : to;
    const SyncFact* sync = plane != nullptr ? syncOf(plane->id) : nullptr;
    if (sync == nullptr || !sync->status.contains(read.id)) {
        return;
    }
    const std::string& status = sync->status.at(read.id);
    out.at = sync->at;
    out.evidence =
        msg("topology.registry",
            { { "primary", plane->id.str() }, { "cluster", read.id.str() }, { "status", status } });
    if (status == "timeout" || status == "closed") {
        out.state = DirectionState::Broken;
    }
}

/// Into another network everything goes through its east-west gateways.
void LinkReader::fromGateway(const Cluster& from, const Cluster& to, Direction& out) const
{
    if (from.network == to.network || !isRead(to)) {
        return;
    }
    std::vector<const Gateway*> gateways;
    for (const Gateway& gateway : m_mesh.gateways) {
        if (gateway.ref.cluster == to.id && gateway.role == GatewayRole::EastWest) {
            gateways.push_back(&gateway);
        }
    }
    const auto args = { Message::Argument { "cluster", to.id.str() } };
    if (gateways.empty()) {
        out.evidence = msg("topology.no-gateway", args);
    } else if (std::ranges::all_of(gateways,
                                   [](const Gateway* one) { return one->health == Health::Bad; })) {
        out.state = DirectionState::Broken;
        out.evidence = msg("topology.gateway-down", args);
    } else if (std::ranges::all_of(gateways,
                                   [](const Gateway* one) { return one->addresses.empty(); })) {
        out.evidence = msg("topology.gateway-without-address", args);
    } else {
        return;
    }
    out.at = to.connection.heardAt;
}

Direction LinkReader::direction(const Cluster& from, const Cluster& to) const
{
    Direction out { .evidence = msg("topology.not-checked") };
    const Knowledge credential = this->credential(from, to);
    out.credential = credential == Knowledge::Yes;
    if (const CrossingFact* fact = crossing(from.id, to.id)) {
        out.state = fact->state;
        out.evidence = fact->evidence;
        out.at = fact->at;
        return out;
    }
    if (credential == Knowledge::No) {
        out.evidence = msg("topology.no-credential",
                           { { "primary", planeOf(from)->id.str() },
                             { "cluster", (planeOf(from)->id == to.id ? from : to).id.str() } });
        return out;
    }
    fromSync(from, to, out);
    if (out.state != DirectionState::Broken) {
        fromGateway(from, to, out);
    }
    return out;
}

/// What is not as it should be although requests cross both ways; empty where nothing is.
Message LinkReader::weakness(const Cluster& a, const Cluster& b) const
{
    for (const Cluster* cluster : { &a, &b }) {
        if (cluster->connection.state != ConnectionState::Live) {
            return msg("topology.cluster-unread", { { "cluster", cluster->id.str() } });
        }
        for (const Gateway& gateway : m_mesh.gateways) {
            if (gateway.ref.cluster == cluster->id && gateway.role == GatewayRole::EastWest
                && gateway.health > Health::Unknown) {
                return msg("topology.gateway-weak",
                           { { "cluster", cluster->id.str() }, { "gateway", gateway.ref.name } });
            }
        }
    }
    return {};
}

void LinkReader::judge(const Cluster& a, const Cluster& b, Link& link) const
{
    const auto is = [&link](DirectionState state) {
        return (link.forth.state == state ? 1 : 0) + (link.back.state == state ? 1 : 0);
    };
    const Direction& bad = link.forth.state == DirectionState::Broken ? link.forth : link.back;
    if (is(DirectionState::Up) == 2) {
        link.reason = weakness(a, b);
        link.state = link.reason.empty() ? LinkState::Joined : LinkState::Degraded;
    } else if (is(DirectionState::Broken) > 0) {
        link.state = is(DirectionState::Up) > 0 ? LinkState::OneWay : LinkState::Broken;
        link.reason = bad.evidence;
    } else if (is(DirectionState::Up) == 1) {
        const bool forth = link.forth.state == DirectionState::Up;
        link.reason =
            msg("topology.one-way-seen",
                { { "from", (forth ? a : b).id.str() }, { "to", (forth ? b : a).id.str() } });
    } else if (credential(a, b) == Knowledge::No && credential(b, a) == Knowledge::No) {
        link.state = LinkState::NotJoined;
        link.reason = link.forth.evidence;
    } else if (!isRead(a) || !isRead(b)) {
        link.reason =
            msg("topology.cluster-unread", { { "cluster", (isRead(a) ? b : a).id.str() } });
    } else {
        link.reason = msg("topology.not-checked");
    }
}

Link LinkReader::read(const Cluster& a, const Cluster& b) const
{
    Link link { .id = { a.id, b.id }, .forth = direction(a, b), .back = direction(b, a) };
    judge(a, b, link);
    return link;
}

} // namespace

void addLinks(const Inputs& inputs, TopologySnapshot& out)
{
    const LinkReader reader(inputs, out);
    for (std::size_t a = 0; a < out.clusters.size(); ++a) {
        for (std::size_t b = a + 1; b < out.clusters.size(); ++b) {
            out.links.push_back(reader.read(out.clusters[a], out.clusters[b]));
        }
    }
}

} // namespace isthmus::topology
