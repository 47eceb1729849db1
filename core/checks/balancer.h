// SPDX-License-Identifier: GPL-3.0-or-later
// P7: will the gateways get an address? Judged from what is there, because a check writes nothing:
// no Service is made to try it out. Pure.
#pragma once

#include "core/checks/check.h"
#include "core/checks/facts.h"

#include <vector>

namespace isthmus::checks {

/// The gateways that an installation puts into the cluster.
[[nodiscard]] std::vector<GatewayWish> gatewaysOf(const mesh::MeshSpec& spec,
                                                  const mesh::Cluster& cluster);

[[nodiscard]] CheckItem checkBalancer(const BalancerFacts& facts);

} // namespace isthmus::checks
