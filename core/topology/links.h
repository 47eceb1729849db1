// SPDX-License-Identifier: GPL-3.0-or-later
// Whether two clusters are one mesh, and how we know. Objects can show that requests cannot cross,
// never that they do. Pure.
#pragma once

#include "core/topology/inputs.h"
#include "core/topology/snapshot.h"

namespace isthmus::topology {

/// A link for each pair. Everything else must be in `out` already.
void addLinks(const Inputs& inputs, TopologySnapshot& out);

} // namespace isthmus::topology
