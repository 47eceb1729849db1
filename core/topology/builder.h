// SPDX-License-Identifier: GPL-3.0-or-later
// Records and facts to the picture of the mesh. Pure; any thread.
#pragma once

#include "core/topology/inputs.h"
#include "core/topology/snapshot.h"

namespace isthmus::topology {

/// Evidence older than this says nothing about now.
constexpr Milliseconds evidenceLasts { 60'000 };

[[nodiscard]] TopologySnapshot build(const Inputs& inputs);

} // namespace isthmus::topology
