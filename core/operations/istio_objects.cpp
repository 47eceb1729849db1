// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/istio_objects.h"

#include "core/operations/names.h"

namespace isthmus::operations {

namespace {

constexpr std::string_view networking = "networking.istio.io/v1";

json::Value
server(int port, std::string_view name, std::string_view protocol, std::string_view host)
{
    return json::Object {
        { "port", json::Object { { "number", port }, { "name", name }, { "protocol", protocol } } },
        { "hosts", json::Array { host } }
    };
}

json::Value
passthrough(int port, std::string_view name, std::string_view host, std::string_view mode)
{
    json::Value value = server(port, name, "TLS", host);
    value.member("tls") = json::Object { { "mode", mode } };
    return value;
}

json::Value istiodTlsRoute(int from, int to)
{
    return json::Object {
        { "match",
          json::Array { json::Object { { "port", from }, { "sniHosts", json::Array { "*" } } } } },
        { "route",
          json::Array { json::Object {
              { "destination",
                json::Object { { "host", "istiod.istio-system.svc.cluster.local" },
                               { "port", json::Object { { "number", to } } } } } } } }
    };
}

json::Value destination(const mesh::RouteSpec& route, const ClusterId& cluster, int weight)
{
    return json::Object { { "destination",
                            json::Object {
                                { "host", serviceHost(route) },
                                { "subset", cluster.str() },
                                { "port", json::Object { { "number", route.port } } } } },
                          { "weight", weight } };
}

json::Value publicGatewayName()
{
    return std::string(istioNamespace) + "/" + std::string(frontendGateway);
}

} // namespace

json::Value object(std::string_view apiVersion,
                   std::string_view kind,
                   std::string_view ns,
                   std::string_view name)
{
    json::Object metadata { { "name", name },
                            { "labels",
                              json::Object { { "app.kubernetes.io/managed-by", "isthmus" } } } };
    if (!ns.empty()) {
        metadata.emplace("namespace", ns);
    }
    return json::Object { { "apiVersion", apiVersion },
                          { "kind", kind },
                          { "metadata", std::move(metadata) } };
}

json::Value istioSystem(const mesh::Cluster& cluster, const mesh::Cluster& primary)
{
    // No managed-by label: the namespace may hold what others put there.
    json::Object metadata { { "name", istioNamespace },
                            { "labels",
                              json::Object { { std::string(networkLabel), cluster.network } } } };
    if (cluster.role == mesh::Role::Remote) {
        metadata.emplace(
            "annotations",
            json::Object { { std::string(controlPlaneAnnotation), primary.name.str() } });
    }
    return json::Object { { "apiVersion", "v1" },
                          { "kind", "Namespace" },
                          { "metadata", std::move(metadata) } };
}

json::Value meshMtls(mesh::Mtls mode)
{
    json::Value value =
        object("security.istio.io/v1", "PeerAuthentication", istioNamespace, "default");
    value.member("spec").member("mtls").member("mode") =
        mode == mesh::Mtls::Strict ? "STRICT" : "PERMISSIVE";
    return value;
}

json::Value istiodGateway()
{
    json::Value value = object(networking, "Gateway", istioNamespace, "istiod-gateway");
    value.member("spec") = json::Object {
        { "selector", json::Object { { "istio", "eastwestgateway" } } },
        { "servers",
          json::Array { passthrough(15012, "tls-istiod", "*", "PASSTHROUGH"),
                        passthrough(15017, "tls-istiodwebhook", "*", "PASSTHROUGH") } }
    };
    return value;
}

json::Value istiodRoute()
{
    json::Value value = object(networking, "VirtualService", istioNamespace, "istiod-vs");
    value.member("spec") = json::Object {
        { "hosts", json::Array { "*" } },
        { "gateways", json::Array { "istiod-gateway" } },
        { "tls", json::Array { istiodTlsRoute(15012, 15012), istiodTlsRoute(15017, 443) } }
    };
    return value;
}

json::Value crossNetworkGateway()
{
    json::Value value = object(networking, "Gateway", istioNamespace, "cross-network-gateway");
    value.member("spec") = json::Object {
        { "selector", json::Object { { "istio", "eastwestgateway" } } },
        { "servers", json::Array { passthrough(15443, "tls", "*.local", "AUTO_PASSTHROUGH") } }
    };
    return value;
}

json::Value publicGateway(const mesh::IngressSpec& ingress, const std::string& secret)
{
    const std::string hosts = "*." + ingress.domain;
    json::Value http = server(80, "http", "HTTP", hosts);
    if (ingress.httpsRedirect) {
        http.member("tls") = json::Object { { "httpsRedirect", true } };
    }
    json::Value https = server(443, "https", "HTTPS", hosts);
    https.member("tls") = json::Object { { "mode", "SIMPLE" }, { "credentialName", secret } };
    json::Value value = object(networking, "Gateway", istioNamespace, frontendGateway);
    value.member("spec") =
        json::Object { { "selector", json::Object { { "istio", "ingressgateway" } } },
                       { "servers", json::Array { std::move(http), std::move(https) } } };
    return value;
}

json::Value clusterSubsets(const mesh::RouteSpec& route)
{
    json::Array subsets;
    for (const auto& [cluster, weight] : route.weights) {
        subsets.push_back(json::Object {
            { "name", cluster.str() },
            { "labels", json::Object { { std::string(clusterLabel), cluster.str() } } } });
    }
    json::Value value = object(networking, "DestinationRule", route.ns, route.name);
    // Without a tls block the rule would switch mutual TLS off for this host.
    value.member("spec") =
        json::Object { { "host", serviceHost(route) },
                       { "trafficPolicy",
                         json::Object { { "tls", json::Object { { "mode", "ISTIO_MUTUAL" } } } } },
                       { "subsets", std::move(subsets) } };
    return value;
}

json::Value weightedRoute(const mesh::RouteSpec& route)
{
    json::Array hosts;
    json::Array gateways;
    json::Array destinations;
    if (route.viaIngress) {
        hosts.assign(route.hosts.begin(), route.hosts.end());
        gateways.push_back(publicGatewayName());
    }
    if (route.viaMesh) {
        hosts.emplace_back(serviceHost(route));
        gateways.emplace_back("mesh");
    }
    for (const auto& [cluster, weight] : route.weights) {
        destinations.push_back(destination(route, cluster, weight));
    }
    json::Value value = object(networking, "VirtualService", route.ns, virtualServiceName(route));
    value.member("spec") =
        json::Object { { "hosts", std::move(hosts) },
                       { "gateways", std::move(gateways) },
                       { "http",
                         json::Array { json::Object { { "route", std::move(destinations) } } } } };
    return value;
}

json::Value
forcedRoute(const mesh::RouteSpec& route, const ClusterId& cluster, const std::string& host)
{
    json::Value value =
        object(networking, "VirtualService", route.ns, route.name + "-proof-" + cluster.str());
    value.member("spec") =
        json::Object { { "hosts", json::Array { host } },
                       { "gateways", json::Array { publicGatewayName() } },
                       { "http",
                         json::Array { json::Object {
                             { "route", json::Array { destination(route, cluster, 100) } } } } } };
    return value;
}

std::string virtualServiceName(const mesh::RouteSpec& route)
{
    return route.name + "-ingress";
}

std::string serviceHost(const mesh::RouteSpec& route)
{
    return route.service + "." + route.ns + ".svc.cluster.local";
}

} // namespace isthmus::operations
