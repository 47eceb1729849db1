// SPDX-License-Identifier: GPL-3.0-or-later
// *Install*: a primary from an empty cluster to a control plane that remotes can join. Pure.
#pragma once

#include "core/operations/planning.h"

namespace isthmus::operations {

void planInstall(Draft& draft, const mesh::Cluster& primary);
/// A look at the primary's authority before anybody joins it: the public sample CA, or one that has
/// expired, forbids that. Nothing where *install* is part of the plan, which looks itself.
void planTrustCheck(Draft& draft, const mesh::Cluster& primary);

/// The wait for the address that other clusters dial; also the first step of a join.
void planEastWestAddress(Draft& draft, const mesh::Cluster& cluster);

} // namespace isthmus::operations
