// SPDX-License-Identifier: GPL-3.0-or-later
// The Helm values of a mesh over several networks, as pure functions of plain parameters: what
// Istio's multicluster installation sets, and nothing else (reference: istio-multicluster §2.2).
// Any thread.
#pragma once

#include "core/json/value.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::charts {

/// `over` laid over `values`, as a second `--values` file of helm would be: maps are merged,
/// anything else is replaced. A null replaces, too, and stays: helm takes it as "without this, not
/// even its default". An `over` that is null as a whole changes nothing.
[[nodiscard]] json::Value merge(json::Value values, const json::Value& over);

/// Where images come from; empty leaves the chart's own.
struct Images
{
    std::string hub = {}; ///< "registry.example.com/istio"
    std::string pullSecret = {}; ///< a Secret in istio-system
};

struct BaseOptions
{
    bool remote = false; ///< the control plane is in another cluster
    std::string revision = "default";
    Images images = {};
};

/// Chart base.
[[nodiscard]] json::Value baseValues(const BaseOptions& options);

struct PrimaryOptions
{
    std::string meshId;
    std::string cluster; ///< its clusterName, which is istiod's CLUSTER_ID
    std::string network;
    std::string revision = "default";
    bool external = true; ///< serves remotes, too; false where every cluster is a primary
    std::string accessLogFile = "/dev/stdout"; ///< empty: no access log
    Images images = {};
};

/// Chart istiod where the control plane runs.
[[nodiscard]] json::Value istiodPrimaryValues(const PrimaryOptions& options);

struct RemoteOptions
{
    std::string cluster;
    std::string network;
    std::string pilotAddress; ///< the primary's east-west gateway: an address or a host name
    std::string injectionPath = {}; ///< empty: injectionPath(cluster, network)
    std::string revision = "default";
    Images images = {};
};

/// Chart istiod where only its Service, webhooks and rights are wanted.
[[nodiscard]] json::Value istiodRemoteValues(const RemoteOptions& options);
/// "/inject/cluster/gke/net/network2": how the primary's injector learns for whom it injects.
[[nodiscard]] std::string injectionPath(std::string_view cluster, std::string_view network);

enum class GatewayKind
{
    Ingress,
    EastWest
};

/// The release's name and therefore that of Deployment and Service; the chart derives the label
/// `istio` from it: "istio-ingressgateway" is selected by istio=ingressgateway.
[[nodiscard]] std::string_view gatewayRelease(GatewayKind kind);

struct GatewayOptions
{
    GatewayKind kind = GatewayKind::Ingress;
    std::string network = {}; ///< east-west only: the network it leads into
    std::string revision = "default";
    std::string serviceType = "LoadBalancer"; ///< or NodePort, ClusterIP
    std::map<std::string, std::string> annotations = {}; ///< of the Service
    std::string loadBalancerIp = {};
    std::vector<std::string> externalIps = {};
    std::string pullSecret = {}; ///< the image itself is chosen by the injector
};

/// Chart gateway.
[[nodiscard]] json::Value gatewayValues(const GatewayOptions& options);

} // namespace isthmus::charts
