// SPDX-License-Identifier: GPL-3.0-or-later
// P3, P4 and P13: the clusters are different ones, their names can be Istio's, and a namespace
// means the same everywhere. Pure.
#pragma once

#include "core/checks/check.h"
#include "core/checks/facts.h"

#include <string>
#include <vector>

namespace isthmus::checks {

/// P3 of a pair: by the UID of kube-system, whatever the addresses say.
[[nodiscard]] CheckItem checkDistinct(const IdentityFacts& from, const IdentityFacts& to);

/// P4, an item per cluster: its name is a DNS-1123 label, its network's name can be a label's value
/// and is no other cluster's.
[[nodiscard]] std::vector<CheckItem> checkNames(const mesh::MeshSpec& spec);

/// Namespaces of workloads and routes, each once, in the file's order.
[[nodiscard]] std::vector<std::string> namespacesOf(const mesh::MeshSpec& spec);
/// Whether mesh.yaml asks for an Istio, or only for watching and steering one.
[[nodiscard]] bool installsIstio(const mesh::MeshSpec& spec);

/// P13 of one namespace in two clusters: absent, or injected alike.
[[nodiscard]] CheckItem checkNamespace(const NamespaceFacts& from, const NamespaceFacts& to);

} // namespace isthmus::checks
