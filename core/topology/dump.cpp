// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/dump.h"

#include "core/base/strings.h"

namespace isthmus::topology {

namespace {

std::string text(const Count& count)
{
    return std::to_string(count.ready) + "/" + std::to_string(count.desired);
}

std::string worded(std::string_view before, const std::string& value)
{
    return value.empty() ? std::string() : std::string(before) + value;
}

std::string line(const Cluster& cluster)
{
    std::string out = "cluster " + cluster.id.str() + " " + std::string(name(cluster.role))
        + worded(" ", cluster.network) + worded(" kubernetes ", cluster.kubeVersion)
        + worded(" istio ", cluster.istioVersion) + " "
        + std::string(name(cluster.connection.state)) + worded(": ", cluster.connection.reason);
    for (const MissingKind& missing : cluster.connection.missing) {
        out += std::string(missing.denied ? " denied " : " unserved ") + missing.kind;
    }
    return out;
}

std::string line(const ControlPlane& plane)
{
    std::string out = "istiod " + text(plane.ref) + worded(" revision ", plane.revision)
        + worded(" ", plane.version) + " " + text(plane.pods) + " "
        + std::string(name(plane.health));
    for (const auto& [cluster, status] : plane.remotes) {
        out += " " + cluster.str() + "=" + status;
    }
    return out;
}

std::string line(const Gateway& gateway)
{
    std::vector<std::string> ports;
    for (const Port& port : gateway.ports) {
        ports.push_back(std::to_string(port.port));
    }
    return "gateway " + text(gateway.ref) + " " + std::string(name(gateway.role))
        + worded(" into ", gateway.network) + worded(" at ", join(gateway.addresses, ","))
        + worded(" ports ", join(ports, ",")) + " " + text(gateway.pods)
        + worded(" ", gateway.waiting) + " " + std::string(name(gateway.health));
}

std::string line(const Workload& workload)
{
    return "workload " + text(workload.ref) + " " + text(workload.pods)
        + (workload.sidecars > 0 ? " sidecars " + std::to_string(workload.sidecars) : "")
        + (workload.rollingOut ? " rolling out" : "") + worded(" ", workload.waiting) + " "
        + std::string(name(workload.health));
}

std::string line(const Service& service)
{
    std::string out = "service " + text(service.ref) + " " + text(service.endpoints);
    for (const ObjectRef& workload : service.workloads) {
        out += " " + workload.kind + "/" + workload.name;
    }
    return out;
}

std::string line(const Route& route)
{
    std::string out = "route " + text(route.ref) + " of "
        + (route.service.name.empty() ? "-" : route.service.ns + "/" + route.service.name) + " at "
        + join(route.hosts, ",") + " via " + join(route.gateways, ",")
        + (route.conditional ? " conditional" : "") + (route.leads ? " leads" : "")
        + (route.steerable ? " steerable" : "") + " owner " + std::string(mesh::name(route.owner));
    for (const Destination& destination : route.destinations) {
        std::vector<std::string> clusters;
        for (const ClusterId& cluster : destination.clusters) {
            clusters.push_back(cluster.str());
        }
        out += "\n  " + std::to_string(destination.percent) + " % " + destination.id + " in ["
            + join(clusters, ",") + "] " + text(destination.endpoints);
    }
    return out;
}

std::string line(const Direction& direction)
{
    return std::string(name(direction.state)) + (direction.credential ? " credential" : "") + ": "
        + isthmus::text(direction.evidence);
}

std::string line(const Link& link)
{
    return "link " + text(link.id) + " " + std::string(name(link.state))
        + (link.reason.empty() ? "" : ": " + isthmus::text(link.reason)) + "\n  forth "
        + line(link.forth) + "\n  back " + line(link.back);
}

std::string line(const RemoteSecret& secret)
{
    return "credential in " + secret.cluster.str() + " for " + secret.target.str();
}

template<typename Value>
void append(std::string& out, const std::vector<Value>& values)
{
    for (const Value& value : values) {
        out += line(value) + "\n";
    }
}

} // namespace

std::string dump(const TopologySnapshot& mesh)
{
    std::string out = "mesh " + mesh.mesh + "\n";
    append(out, mesh.clusters);
    append(out, mesh.controlPlanes);
    append(out, mesh.gateways);
    append(out, mesh.workloads);
    append(out, mesh.services);
    append(out, mesh.routes);
    append(out, mesh.links);
    append(out, mesh.remoteSecrets);
    return out;
}

} // namespace isthmus::topology
