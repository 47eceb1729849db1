// SPDX-License-Identifier: GPL-3.0-or-later
// The objects that Isthmus writes beside Istio's charts, as pure functions.
#pragma once

#include "core/json/value.h"
#include "core/mesh/mesh_spec.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::operations {

/// apiVersion, kind, metadata {name, namespace, our labels}; the caller adds the rest.
[[nodiscard]] json::Value object(std::string_view apiVersion,
                                 std::string_view kind,
                                 std::string_view ns,
                                 std::string_view name);

/// istio-system with its network label; for a remote with the annotation that names its control
/// plane.
[[nodiscard]] json::Value istioSystem(const mesh::Cluster& cluster, const mesh::Cluster& primary);

/// PeerAuthentication `default` in istio-system: the whole mesh.
[[nodiscard]] json::Value meshMtls(mesh::Mtls mode);
/// Gateway `istiod-gateway`: 15012 for proxies, 15017 for webhooks, passed through.
[[nodiscard]] json::Value istiodGateway();
/// VirtualService `istiod-vs`, which leads both to istiod.
[[nodiscard]] json::Value istiodRoute();
/// Gateway `cross-network-gateway`: AUTO_PASSTHROUGH of `*.local` on 15443.
[[nodiscard]] json::Value crossNetworkGateway();
/// Gateway `frontend-gateway` for `*.<domain>`: 443 with the certificate of `secret`, 80 redirects.
[[nodiscard]] json::Value publicGateway(const mesh::IngressSpec& ingress,
                                        const std::string& secret);
/// DestinationRule: mutual TLS and a subset per cluster.
[[nodiscard]] json::Value clusterSubsets(const mesh::RouteSpec& route);
/// VirtualService `<name>-ingress` with the weights; a destination of weight 0 is there, too.
[[nodiscard]] json::Value weightedRoute(const mesh::RouteSpec& route);
/// A route of one host to one cluster's subset alone, for the proof that requests get there.
[[nodiscard]] json::Value
forcedRoute(const mesh::RouteSpec& route, const ClusterId& cluster, const std::string& host);

[[nodiscard]] std::string virtualServiceName(const mesh::RouteSpec& route);
/// "frontend.hipster-store.svc.cluster.local"
[[nodiscard]] std::string serviceHost(const mesh::RouteSpec& route);

} // namespace isthmus::operations
