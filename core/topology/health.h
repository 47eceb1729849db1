// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with the mesh, worst first. Pure.
#pragma once

#include "core/topology/snapshot.h"

#include <vector>

namespace isthmus::topology {

struct Finding
{
    Health health = Health::Good;
    Message message; ///< one sentence, with its subject

    friend bool operator==(const Finding&, const Finding&) = default;
};

/// Worst first; of equals what touches more of the mesh first. Empty where all is well.
[[nodiscard]] std::vector<Finding> findings(const TopologySnapshot& mesh);
/// The first of them, or that all is well.
[[nodiscard]] Finding healthOf(const TopologySnapshot& mesh);

} // namespace isthmus::topology
