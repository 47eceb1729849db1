// SPDX-License-Identifier: GPL-3.0-or-later
// The table of every key of mesh.yaml. Internal to mesh.
#pragma once

#include "core/mesh/mesh_spec.h"
#include "core/mesh/record.h"

namespace isthmus::mesh {

/// The whole document.
[[nodiscard]] const Record<MeshSpec>& meshFields();

// Its larger parts, a file each.
[[nodiscard]] Record<Cluster> clusterFields();
[[nodiscard]] Record<IngressSpec> ingressFields();
[[nodiscard]] Record<DemoSpec> demoFields();
[[nodiscard]] Record<RouteSpec> routeFields();

/// A DNS-1123 label: cluster, namespace, Service.
[[nodiscard]] Type<std::string> label();
/// A host name, without wildcard.
[[nodiscard]] Type<std::string> hostName();
[[nodiscard]] Type<ClusterId> clusterName();

} // namespace isthmus::mesh
