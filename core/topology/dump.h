// SPDX-License-Identifier: GPL-3.0-or-later
// A snapshot as text, a line for each thing, without times: for tests and logs. Pure.
#pragma once

#include "core/topology/snapshot.h"

#include <string>

namespace isthmus::topology {

[[nodiscard]] std::string dump(const TopologySnapshot& mesh);

} // namespace isthmus::topology
