// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a route's split from the cluster.
#pragma once

#include "app/cli/render/weights.h"
#include "core/fleet/engine.h"

#include <stop_token>
#include <string>

namespace isthmus::cli {

/// Errors: as operations::findRoute().
[[nodiscard]] Result<WeightsView>
readWeights(const fleet::Engine& engine, const std::string& route, const std::stop_token& stop);

} // namespace isthmus::cli
