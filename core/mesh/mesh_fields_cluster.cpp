// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/mesh/address.h"
#include "core/mesh/mesh_fields.h"

#include <algorithm>

namespace isthmus::mesh {

namespace {

/// A Kubernetes label value: istiod reads networks from a label.
bool isLabelValue(const std::string& value)
{
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return value.size() <= 63 && alphanumeric(value.front()) && alphanumeric(value.back())
        && std::ranges::all_of(value, [alphanumeric](char c) {
               return alphanumeric(c) || c == '-' || c == '_' || c == '.';
           });
}

Type<std::string> network()
{
    return text(
        { { { "pattern", "^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$" }, { "maxLength", 63 } },
          isLabelValue,
          msg("mesh.not-a-network", { { "value", {} } }),
          msg("mesh.write-network") });
}

Type<std::string> ipAddress()
{
    return text({ { { "anyOf",
                      json::Array { json::Object { { "format", "ipv4" } },
                                    json::Object { { "format", "ipv6" } } } } },
                  isIpAddress,
                  msg("mesh.not-an-ip", { { "value", {} } }),
                  msg("mesh.write-ip") });
}

Type<std::string> ipOrHost()
{
    return text({ { { "minLength", 1 } },
                  [](const std::string& value) { return isIpAddress(value) || isHostName(value); },
                  msg("mesh.not-an-address", { { "value", {} } }),
                  msg("mesh.write-address") });
}

Type<std::string> httpsUrl()
{
    return text({ { { "pattern", "^https://" } },
                  [](const std::string& value) { return !hostOfUrl(value, "https").empty(); },
                  msg("mesh.not-https", { { "value", {} } }),
                  msg("mesh.write-https") });
}

Type<ServiceType> serviceType()
{
    return choice<ServiceType>({
        { "LoadBalancer", ServiceType::LoadBalancer },
        { "NodePort", ServiceType::NodePort },
        { "ClusterIP", ServiceType::ClusterIP },
    });
}

/// istiod tells proxies to dial the port by which it recognises the gateway's Service.
Type<int> gatewayPort()
{
    Type<int> type = integer(1, 65535);
    type.read = [inner = type.read](
                    ReadContext& context, const FieldPath& at, const yaml::Node& node, int& out) {
        const int usual = out;
        inner(context, at, node, out);
        if (out != usual) {
            reportLater(context,
                        at,
                        "another port of the east-west gateway than 15443",
                        msg("mesh.instead.gateway-port"));
        }
    };
    return type;
}

std::vector<Field<GatewaySpec>> gatewayFields()
{
    return {
        field("type", &GatewaySpec::type, serviceType(), "Type of the gateway's Service."),
        field("loadBalancerIP",
              &GatewaySpec::loadBalancerIp,
              ipAddress(),
              "Address to ask the cloud's load balancer for."),
        field("annotations", &GatewaySpec::annotations, textMap(), "Annotations of the Service."),
        field("externalIPs",
              &GatewaySpec::externalIps,
              listOf(ipAddress()),
              "Addresses that already lead to the nodes, where there is no load balancer."),
    };
}

Record<GatewaySpec> eastWestFields()
{
    std::vector<Field<GatewaySpec>> fields = gatewayFields();
    fields.push_back(
        field("address",
              &GatewaySpec::address,
              ipOrHost(),
              "What the other clusters must dial (NAT, set by hand), where it is not the "
              "Service's own address."));
    fields.push_back(field("port",
                           &GatewaySpec::port,
                           gatewayPort(),
                           "The port that the other clusters dial. This version does 15443."));
    return Record<GatewaySpec>(std::move(fields));
}

Record<ApiServer> apiServerFields()
{
    return Record<ApiServer>(
        { field("url", &ApiServer::url, httpsUrl(), "https://HOST[:PORT]", Presence::Required),
          field("caFile",
                &ApiServer::caFile,
                path(),
                "Certificate authority that signed its certificate."),
          field("tlsServerName",
                &ApiServer::tlsServerName,
                hostName(),
                "Name in its certificate, where it is another one than in the URL.") },
        [](ReadContext& context, const FieldPath& at, const yaml::Node&, ApiServer& server) {
            if (isLoopbackUrl(server.url)) {
                context.problems.warning(
                    at / "url", msg("mesh.loopback-server"), msg("mesh.check-loopback"));
            }
        });
}

} // namespace

Record<Cluster> clusterFields()
{
    return Record<Cluster>({
        field("name",
              &Cluster::name,
              clusterName(),
              "Istio's clusterName, also the name of its subsets. Cannot change after install.",
              Presence::Required),
        field("context",
              &Cluster::context,
              text(),
              "Kubeconfig context; left out: the cluster's name."),
        { "role",
          "primary runs istiod for all; remote uses the primary's. Left out: the first cluster is "
          "the "
          "primary unless another one says so, all others are remote.",
          json::Object { { "enum", json::Array { "primary", "remote" } } },
          [](ReadContext& context, const FieldPath& at, const yaml::Node& node, Cluster& out) {
              choice<Role>({ { "primary", Role::Primary }, { "remote", Role::Remote } })
                  .read(context, at, node, out.role);
          } },
        field("network", &Cluster::network, network(), "Istio's network. Needed to install."),
        field("kubeconfig",
              &Cluster::kubeconfig,
              optional(path()),
              "Kubeconfig with the context, where it is not the one of the command line."),
        field("apiServer",
              &Cluster::apiServer,
              optional(object(apiServerFields())),
              "How the primary's istiod reaches this API server, where it is not as the kubeconfig "
              "says."),
        group("gateways",
              "Services of the two gateways.",
              Record<Cluster>({
                  field("ingress",
                        &Cluster::ingress,
                        object(Record<GatewaySpec>(gatewayFields())),
                        "The public gateway."),
                  field("eastWest",
                        &Cluster::eastWest,
                        object(eastWestFields()),
                        "The gateway for the other clusters."),
              })),
        group("images",
              "Where Istio's images come from.",
              Record<Cluster>({
                  field("hub", &Cluster::imageHub, text(), "Registry and folder, for mirrors."),
                  field("pullSecret",
                        &Cluster::imagePullSecret,
                        label(),
                        "An existing Secret with registry credentials."),
              })),
        group("values",
              "Helm values of this cluster, merged over those of the mesh.",
              Record<Cluster>({
                  field("istiod", &Cluster::istiodValues, values(), "For the chart istiod."),
                  field("gateway", &Cluster::gatewayValues, values(), "For the chart gateway."),
              })),
    });
}

} // namespace isthmus::mesh
