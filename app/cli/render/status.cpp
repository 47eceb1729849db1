// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/status.h"

#include "app/cli/context.h"

namespace isthmus::cli {

namespace {

std::string orDash(const std::string& text)
{
    return text.empty() ? "-" : oneLine(text);
}

std::string headed(const std::vector<std::vector<std::string>>& rows, const Style& style)
{
    const std::string all = table(rows);
    const std::size_t head = all.find('\n');
    return style.faint(all.substr(0, head)) + all.substr(head);
}

std::string clusterTable(const StatusView& status, const Style& style)
{
    std::vector<std::vector<std::string>> rows {
        { "CLUSTER", "CONTEXT", "ROLE", "NETWORK", "STATE", "KUBERNETES", "ISTIO" }
    };
    std::string reasons;
    for (const ClusterView& cluster : status.clusters) {
        rows.push_back({ cluster.name.str(),
                         orDash(cluster.context),
                         cluster.role,
                         orDash(cluster.network),
                         cluster.state,
                         orDash(cluster.kubeVersion),
                         orDash(cluster.istioVersion) });
        if (!cluster.why.empty()) {
            reasons += style.bad(cluster.name.str() + ": " + oneLine(cluster.why)) + "\n";
        }
    }
    return headed(rows, style) + reasons;
}

std::string gatewayTable(const StatusView& status, const Style& style)
{
    std::vector<std::vector<std::string>> rows { { "GATEWAY", "CLUSTER", "ADDRESS", "PODS" } };
    for (const ClusterView& cluster : status.clusters) {
        for (const GatewayView& gateway : cluster.gateways) {
            rows.push_back({ gateway.name,
                             cluster.name.str(),
                             orDash(gateway.address),
                             gateway.ready ? "ready" : "not ready" });
        }
    }
    return rows.size() > 1 ? "\n" + headed(rows, style) : std::string();
}

json::Value gatewayJson(const GatewayView& gateway)
{
    return json::Object { { "name", gateway.name },
                          { "role", gateway.role },
                          { "address", gateway.address },
                          { "ready", gateway.ready } };
}

json::Value clusterJson(const ClusterView& cluster)
{
    json::Array gateways;
    for (const GatewayView& gateway : cluster.gateways) {
        gateways.push_back(gatewayJson(gateway));
    }
    return json::Object { { "name", cluster.name.str() },
                          { "context", cluster.context },
                          { "role", cluster.role },
                          { "network", cluster.network },
                          { "state", cluster.state },
                          { "reason", cluster.why },
                          { "kubernetesVersion", cluster.kubeVersion },
                          { "istioVersion", cluster.istioVersion },
                          { "ageMs", cluster.age.count() },
                          { "gateways", std::move(gateways) } };
}

} // namespace

std::string renderStatus(const StatusView& status, const Style& style)
{
    std::string out = style.strong("Mesh " + status.mesh) + "\n\n" + clusterTable(status, style)
        + gatewayTable(status, style);
    if (!status.links.empty()) {
        out += "\n" + style.faint("LINKS") + "\n";
    }
    for (const LinkView& link : status.links) {
        const std::string state = link.state == "broken" ? style.bad(link.state) : link.state;
        out += link.from.str() + " - " + link.to.str() + ": " + state
            + (link.reason.empty() ? "" : ", " + oneLine(link.reason)) + "\n";
        out += link.evidence.empty() ? "" : style.faint(wrapped(link.evidence, 2));
    }
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
    json::Array clusters;
    for (const ClusterView& cluster : status.clusters) {
        clusters.push_back(clusterJson(cluster));
    }
    json::Array links;
    for (const LinkView& link : status.links) {
        links.push_back(json::Object { { "from", link.from.str() },
                                       { "to", link.to.str() },
                                       { "state", link.state },
                                       { "reason", link.reason },
                                       { "evidence", link.evidence },
                                       { "ageMs", link.age.count() } });
    }
    json::Array routes;
    for (const WeightsView& route : status.routes) {
        routes.push_back(weightsJson(route));
    }
    json::Value out = document("MeshStatus",
                               { { "mesh", status.mesh },
                                 { "clusters", std::move(clusters) },
                                 { "links", std::move(links) },
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
