// SPDX-License-Identifier: GPL-3.0-or-later
// P2: may this identity do everything that an installation does? Pure.
#pragma once

#include "core/checks/check.h"
#include "core/checks/facts.h"

#include <string>
#include <vector>

namespace isthmus::checks {

/// Every right that Isthmus uses in a cluster of this role, beside those that `istioctl x precheck`
/// asks for: all verbs on the kinds it writes, and what its checks and proofs read. `namespaces`
/// are those of workloads and routes; istio-system is always in.
[[nodiscard]] std::vector<kube::AccessReview>
requiredRights(mesh::Role role, const std::vector<std::string>& namespaces);

/// "create secrets in istio-system", "list nodes": for people.
[[nodiscard]] std::string text(const kube::AccessReview& right);

[[nodiscard]] CheckItem checkRights(const RightsFacts& facts);

} // namespace isthmus::checks
