// SPDX-License-Identifier: GPL-3.0-or-later
// How a route is split, as its VirtualService says. Pure.
#pragma once

#include "core/base/ids.h"
#include "core/json/value.h"

#include <string>
#include <utility>
#include <vector>

namespace isthmus::cli {

struct WeightsView
{
    std::string route;
    std::vector<std::pair<ClusterId, int>> weights = {}; ///< in the object's order, percent
    std::string object = {}; ///< "VirtualService hipster-store/frontend-ingress"
    std::string owner = {}; ///< "Isthmus", "a person with kubectl", …
};

/// "onprem 50, gke 50"
[[nodiscard]] std::string shares(const WeightsView& view);
[[nodiscard]] std::string renderWeights(const WeightsView& view);
/// {route, weights: {onprem: 50, gke: 50}, object, owner}
[[nodiscard]] json::Object weightsJson(const WeightsView& view);
/// {kind: Weights, …}
[[nodiscard]] json::Value weightsDocument(const WeightsView& view);

} // namespace isthmus::cli
