// SPDX-License-Identifier: GPL-3.0-or-later
// P10: is there a node for each pod that an installation creates? Pure.
#pragma once

#include "core/checks/check.h"
#include "core/checks/facts.h"

#include <set>
#include <string>
#include <vector>

namespace isthmus::checks {

/// The pods of istiod and the gateways with what they ask for: the charts' defaults, or the user's
/// values. Those whose Deployment is in `existing` (names in istio-system) have their place
/// already.
[[nodiscard]] std::vector<Demand> demandsOf(const mesh::MeshSpec& spec,
                                            const mesh::Cluster& cluster,
                                            const std::set<std::string>& existing);

/// Places the demands on the usable nodes, largest first. Where nodes report nothing, or more can
/// come by themselves, it only warns.
[[nodiscard]] CheckItem checkCapacity(const CapacityFacts& facts);

} // namespace isthmus::checks
