// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/health.h"

#include <algorithm>

namespace isthmus::topology {

namespace {

using Findings = std::vector<Finding>;

void addClusters(const TopologySnapshot& mesh, Findings& out)
{
    for (const Cluster& cluster : mesh.clusters) {
        const Message::Argument name { "cluster", cluster.id.str() };
        switch (cluster.connection.state) {
        case ConnectionState::Away:
            out.push_back({ Health::Bad, msg("topology.health.away", { name }) });
            break;
        case ConnectionState::Stale:
            out.push_back({ Health::Degraded, msg("topology.health.stale", { name }) });
            break;
        case ConnectionState::Connecting:
            out.push_back({ Health::Unknown, msg("topology.health.connecting", { name }) });
            break;
        case ConnectionState::Live:
            break;
        }
    }
}

void addLinks(const TopologySnapshot& mesh, Findings& out)
{
    for (const Link& link : mesh.links) {
        const Message::Argument a { "a", link.id.a.str() };
        const Message::Argument b { "b", link.id.b.str() };
        switch (link.state) {
        case LinkState::Broken:
            out.push_back({ Health::Bad, msg("topology.health.broken", { a, b }) });
            break;
        case LinkState::OneWay:
            out.push_back({ Health::Bad, msg("topology.health.one-way", { a, b }) });
            break;
        case LinkState::Degraded:
            out.push_back({ Health::Degraded, msg("topology.health.link-degraded", { a, b }) });
            break;
        case LinkState::NotJoined:
            out.push_back({ Health::Unknown, msg("topology.health.not-joined", { a, b }) });
            break;
        case LinkState::Unknown:
            out.push_back({ Health::Unknown, msg("topology.health.not-checked", { a, b }) });
            break;
        case LinkState::Joined:
            break;
        }
    }
}

void addControlPlanes(const TopologySnapshot& mesh, Findings& out)
{
    for (const ControlPlane& plane : mesh.controlPlanes) {
        if (plane.health > Health::Unknown) {
            out.push_back({ plane.health,
                            msg("topology.health.control-plane",
                                { { "cluster", plane.ref.cluster.str() },
                                  { "ready", std::to_string(plane.pods.ready) },
                                  { "desired", std::to_string(plane.pods.desired) } }) });
        }
    }
}

void addGateways(const TopologySnapshot& mesh, Findings& out)
{
    for (const Gateway& gateway : mesh.gateways) {
        if (gateway.health > Health::Unknown) {
            out.push_back({ gateway.health,
                            msg("topology.health.gateway",
                                { { "gateway", gateway.ref.name },
                                  { "cluster", gateway.ref.cluster.str() },
                                  { "ready", std::to_string(gateway.pods.ready) },
                                  { "desired", std::to_string(gateway.pods.desired) } }) });
        }
    }
}

void addRoutes(const TopologySnapshot& mesh, Findings& out)
{
    for (const Route& route : mesh.routes) {
        for (const Destination& destination : route.destinations) {
            if (destination.percent > 0 && destination.endpoints.ready == 0
                && !route.service.name.empty()) {
                out.push_back({ Health::Bad,
                                msg("topology.health.route",
                                    { { "route", route.ref.ns + "/" + route.ref.name },
                                      { "percent", std::to_string(destination.percent) },
                                      { "destination",
                                        destination.subset.empty() ? destination.host
                                                                   : destination.subset } }) });
            }
        }
    }
}

void addWorkloads(const TopologySnapshot& mesh, Findings& out)
{
    const auto bad = std::ranges::count_if(
        mesh.workloads, [](const Workload& workload) { return workload.health > Health::Unknown; });
    if (bad > 0) {
        const Workload& first = *std::ranges::find_if(
            mesh.workloads, [](const Workload& one) { return one.health > Health::Unknown; });
        out.push_back({ Health::Degraded,
                        msg("topology.health.workloads",
                            { { "count", std::to_string(bad) },
                              { "all", std::to_string(mesh.workloads.size()) },
                              { "first", text(first.ref) } }) });
    }
}

void addMissingKinds(const TopologySnapshot& mesh, Findings& out)
{
    for (const Cluster& cluster : mesh.clusters) {
        for (const MissingKind& missing : cluster.connection.missing) {
            if (missing.denied) {
                out.push_back(
                    { Health::Unknown,
                      msg("topology.health.denied",
                          { { "cluster", cluster.id.str() }, { "kind", missing.kind } }) });
            }
        }
    }
}

} // namespace

std::vector<Finding> findings(const TopologySnapshot& mesh)
{
    Findings out;
    addClusters(mesh, out);
    addLinks(mesh, out);
    addControlPlanes(mesh, out);
    addGateways(mesh, out);
    addRoutes(mesh, out);
    addWorkloads(mesh, out);
    addMissingKinds(mesh, out);
    std::ranges::stable_sort(out, std::ranges::greater(), &Finding::health);
    return out;
}

Finding healthOf(const TopologySnapshot& mesh)
{
    const Findings all = findings(mesh);
    return all.empty() ? Finding { Health::Good,
                                   msg("topology.health.good",
                                       { { "count", std::to_string(mesh.clusters.size()) } }) }
                       : all.front();
}

} // namespace isthmus::topology
