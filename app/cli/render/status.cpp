// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/status.h"

#include "app/cli/context.h"
#include "core/base/strings.h"
#include "core/topology/health.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

using Rows = std::vector<std::vector<std::string>>;
using topology::ConnectionState;
using topology::TopologySnapshot;

std::string orDash(const std::string& text)
{
    return text.empty() ? "-" : oneLine(text);
}

/// The table under its head line; nothing where there is no row.
std::string headed(const Rows& rows, const Style& style)
{
    if (rows.size() < 2) {
        return {};
    }
    const std::string all = table(rows);
    const std::size_t head = all.find('\n');
    return "\n" + style.faint(all.substr(0, head)) + all.substr(head);
}

std::string countOf(const topology::Count& count)
{
    return std::to_string(count.ready) + "/" + std::to_string(count.desired);
}

std::optional<Milliseconds> ageOf(const TopologySnapshot& mesh,
                                  const std::optional<SteadyTime>& since)
{
    return since ? std::optional(std::chrono::duration_cast<Milliseconds>(mesh.at - *since))
                 : std::nullopt;
}

json::Value ageJson(const TopologySnapshot& mesh, const std::optional<SteadyTime>& since)
{
    const std::optional<Milliseconds> age = ageOf(mesh, since);
    return age ? json::Value(age->count()) : json::Value();
}

/// "reachable", else why it is not: "unreachable", "unauthorized", …
std::string stateOf(const topology::Connection& connection)
{
    switch (connection.state) {
    case ConnectionState::Live:
        return "reachable";
    case ConnectionState::Stale:
        return "stale";
    case ConnectionState::Connecting:
        return std::string(name(ErrorCode::Timeout));
    case ConnectionState::Away:
        break;
    }
    return std::string(name(connection.error.value_or(ErrorCode::Unreachable)));
}

std::string reasonOf(const topology::Connection& connection)
{
    std::string out = connection.reason;
    for (const topology::MissingKind& missing : connection.missing) {
        if (missing.denied) {
            out += (out.empty() ? "" : "; ") + missing.kind + " may not be read";
        }
    }
    return out;
}

/// What a person runs, not what Kubernetes and Istio run for themselves.
bool isOwn(const topology::ObjectRef& ref)
{
    return !ref.ns.starts_with("kube-") && ref.ns != "istio-system"
        && !(ref.ns == "default" && ref.name == "kubernetes");
}

std::string clusterTable(const TopologySnapshot& mesh, const Style& style)
{
    Rows rows { { "CLUSTER", "CONTEXT", "ROLE", "NETWORK", "STATE", "KUBERNETES", "ISTIO" } };
    std::string reasons;
    for (const topology::Cluster& cluster : mesh.clusters) {
        const std::optional<Milliseconds> age = ageOf(mesh, cluster.connection.heardAt);
        const bool isOld = cluster.connection.state == ConnectionState::Stale && age;
        rows.push_back(
            { cluster.id.str(),
              orDash(cluster.context),
              std::string(name(cluster.role)),
              orDash(cluster.network),
              stateOf(cluster.connection) + (isOld ? ", " + formatDuration(*age) + " old" : ""),
              orDash(cluster.kubeVersion),
              orDash(cluster.istioVersion) });
        if (const std::string reason = reasonOf(cluster.connection); !reason.empty()) {
            const bool isNamed = reason.starts_with(cluster.id.str() + ":");
            reasons += style.bad((isNamed ? "" : cluster.id.str() + ": ") + oneLine(reason)) + "\n";
        }
    }
    return headed(rows, style) + reasons;
}

std::string gatewayTable(const TopologySnapshot& mesh, const Style& style)
{
    Rows rows { { "GATEWAY", "CLUSTER", "ROLE", "ADDRESS", "PORTS", "PODS" } };
    for (const topology::Gateway& gateway : mesh.gateways) {
        std::vector<std::string> ports;
        for (const topology::Port& port : gateway.ports) {
            ports.push_back(std::to_string(port.port));
        }
        rows.push_back({ gateway.ref.name,
                         gateway.ref.cluster.str(),
                         std::string(name(gateway.role)),
                         orDash(join(gateway.addresses, ", ")),
                         orDash(join(ports, ", ")),
                         countOf(gateway.pods)
                             + (gateway.waiting.empty() ? "" : " " + oneLine(gateway.waiting)) });
    }
    return headed(rows, style);
}

std::string workloadTable(const TopologySnapshot& mesh, const Style& style)
{
    Rows rows { { "WORKLOAD", "CLUSTER", "NAMESPACE", "KIND", "PODS", "SIDECARS" } };
    for (const topology::Workload& workload : mesh.workloads) {
        if (isOwn(workload.ref)) {
            rows.push_back(
                { workload.ref.name,
                  workload.ref.cluster.str(),
                  workload.ref.ns,
                  workload.ref.kind,
                  countOf(workload.pods)
                      + (workload.waiting.empty() ? "" : " " + oneLine(workload.waiting)),
                  std::to_string(workload.sidecars) });
        }
    }
    return headed(rows, style);
}

std::string serviceTable(const TopologySnapshot& mesh, const Style& style)
{
    Rows rows { { "SERVICE", "CLUSTER", "NAMESPACE", "PORTS", "ENDPOINTS" } };
    for (const topology::Service& service : mesh.services) {
        if (isOwn(service.ref)) {
            std::vector<std::string> ports;
            for (const topology::Port& port : service.ports) {
                ports.push_back(std::to_string(port.port));
            }
            rows.push_back({ service.ref.name,
                             service.ref.cluster.str(),
                             service.ref.ns,
                             orDash(join(ports, ", ")),
                             countOf(service.endpoints) });
        }
    }
    return headed(rows, style);
}

std::string linkLines(const TopologySnapshot& mesh, const Style& style)
{
    std::string out = mesh.links.empty() ? "" : "\n" + style.faint("LINKS") + "\n";
    for (const topology::Link& link : mesh.links) {
        const std::string state(name(link.state));
        const bool isBad =
            link.state == topology::LinkState::Broken || link.state == topology::LinkState::OneWay;
        out += link.id.a.str() + " - " + link.id.b.str() + ": " + (isBad ? style.bad(state) : state)
            + (link.reason.empty() ? "" : ", " + oneLine(text(link.reason))) + "\n";
        for (const auto& [from, to, direction] :
             { std::tuple { &link.id.a, &link.id.b, &link.forth },
               std::tuple { &link.id.b, &link.id.a, &link.back } }) {
            const std::optional<Milliseconds> age = ageOf(mesh, direction->at);
            out += style.faint(wrapped(
                from->str() + " → " + to->str() + " " + std::string(name(direction->state)) + ": "
                    + text(direction->evidence) + (age ? ", " + formatDuration(*age) + " ago" : ""),
                2));
        }
    }
    return out;
}

json::Value clusterJson(const TopologySnapshot& mesh, const topology::Cluster& cluster)
{
    json::Array gateways;
    for (const topology::Gateway& gateway : mesh.gateways) {
        if (gateway.ref.cluster == cluster.id) {
            const bool ready = gateway.health == topology::Health::Good;
            gateways.push_back(json::Object {
                { "name", gateway.ref.name },
                { "namespace", gateway.ref.ns },
                { "role", name(gateway.role) },
                { "address", gateway.addresses.empty() ? "" : gateway.addresses.front() },
                { "ready", ready },
                { "readyPods", gateway.pods.ready },
                { "desiredPods", gateway.pods.desired } });
        }
    }
    return json::Object { { "name", cluster.id.str() },
                          { "context", cluster.context },
                          { "role", name(cluster.role) },
                          { "network", cluster.network },
                          { "state", stateOf(cluster.connection) },
                          { "reason", reasonOf(cluster.connection) },
                          { "kubernetesVersion", cluster.kubeVersion },
                          { "istioVersion", cluster.istioVersion },
                          { "ageMs", ageJson(mesh, cluster.connection.heardAt) },
                          { "gateways", std::move(gateways) } };
}

json::Value directionJson(const TopologySnapshot& mesh, const topology::Direction& direction)
{
    return json::Object { { "state", name(direction.state) },
                          { "evidence", text(direction.evidence) },
                          { "ageMs", ageJson(mesh, direction.at) } };
}

/// The evidence of the whole is that of the direction that decides: the one that is not up.
json::Value linkJson(const TopologySnapshot& mesh, const topology::Link& link)
{
    const bool forthIsUp = link.forth.state == topology::DirectionState::Up;
    const bool backIsBroken = link.back.state == topology::DirectionState::Broken;
    const topology::Direction& decides =
        forthIsUp || (backIsBroken && link.forth.state != topology::DirectionState::Broken)
        ? link.back
        : link.forth;
    return json::Object { { "from", link.id.a.str() },
                          { "to", link.id.b.str() },
                          { "state", name(link.state) },
                          { "reason", text(link.reason) },
                          { "evidence", text(decides.evidence) },
                          { "ageMs", ageJson(mesh, decides.at) },
                          { "forth", directionJson(mesh, link.forth) },
                          { "back", directionJson(mesh, link.back) } };
}

json::Object placed(const topology::ObjectRef& ref)
{
    return { { "cluster", ref.cluster.str() }, { "namespace", ref.ns }, { "name", ref.name } };
}

json::Array workloadsJson(const TopologySnapshot& mesh)
{
    json::Array out;
    for (const topology::Workload& workload : mesh.workloads) {
        if (isOwn(workload.ref)) {
            json::Object one = placed(workload.ref);
            one["kind"] = workload.ref.kind;
            one["ready"] = workload.pods.ready;
            one["desired"] = workload.pods.desired;
            one["sidecars"] = workload.sidecars;
            out.push_back(std::move(one));
        }
    }
    return out;
}

json::Array servicesJson(const TopologySnapshot& mesh)
{
    json::Array out;
    for (const topology::Service& service : mesh.services) {
        if (isOwn(service.ref)) {
            json::Array ports;
            for (const topology::Port& port : service.ports) {
                ports.push_back(port.port);
            }
            json::Object one = placed(service.ref);
            one["ports"] = std::move(ports);
            one["readyEndpoints"] = service.endpoints.ready;
            out.push_back(std::move(one));
        }
    }
    return out;
}

} // namespace

std::string renderStatus(const StatusView& status, const Style& style)
{
    const TopologySnapshot& mesh = *status.mesh;
    std::string out = style.strong("Mesh " + mesh.mesh) + ": "
        + oneLine(text(topology::healthOf(mesh).message)) + "\n" + clusterTable(mesh, style)
        + gatewayTable(mesh, style) + workloadTable(mesh, style) + serviceTable(mesh, style)
        + linkLines(mesh, style);
    if (!status.routes.empty()) {
        out += "\n" + style.faint("ROUTES") + "\n";
    }
    for (const WeightsView& route : status.routes) {
        out += route.object.empty() ? route.route + ": not in the cluster\n" : renderWeights(route);
    }
    if (status.entrance) {
        out += "\n" + style.faint("Without DNS:") + "\n  " + curlLine(*status.entrance) + "\n";
    }
    return out;
}

json::Value statusDocument(const StatusView& status)
{
    const TopologySnapshot& mesh = *status.mesh;
    json::Array clusters;
    for (const topology::Cluster& cluster : mesh.clusters) {
        clusters.push_back(clusterJson(mesh, cluster));
    }
    json::Array links;
    for (const topology::Link& link : mesh.links) {
        links.push_back(linkJson(mesh, link));
    }
    json::Array routes;
    for (const WeightsView& route : status.routes) {
        routes.push_back(weightsJson(route));
    }
    const topology::Finding health = topology::healthOf(mesh);
    json::Value out = document("MeshStatus",
                               { { "mesh", mesh.mesh },
                                 { "health", name(health.health) },
                                 { "summary", text(health.message) },
                                 { "clusters", std::move(clusters) },
                                 { "links", std::move(links) },
                                 { "workloads", workloadsJson(mesh) },
                                 { "services", servicesJson(mesh) },
                                 { "routes", std::move(routes) } });
    if (status.entrance) {
        out.member("entrance") = json::Object { { "host", status.entrance->host },
                                                { "address", status.entrance->address },
                                                { "caFile", status.entrance->caFile },
                                                { "command", curlLine(*status.entrance) } };
    }
    return out;
}

} // namespace isthmus::cli
