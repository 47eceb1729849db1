// SPDX-License-Identifier: GPL-3.0-or-later
// The state of a mesh, in the shape of the document MeshStatus. Pure.
#pragma once

#include "app/cli/render/operations.h"
#include "app/cli/render/weights.h"
#include "app/cli/style.h"
#include "core/base/clock.h"
#include "core/json/value.h"

#include <optional>
#include <string>
#include <vector>

namespace isthmus::cli {

struct GatewayView
{
    std::string name;
    std::string role; ///< "ingress", "eastWest"
    std::string address = {};
    bool ready = false;
};

struct ClusterView
{
    ClusterId name;
    std::string context;
    std::string role; ///< "primary", "remote"
    std::string network = {};
    std::string state = {}; ///< "reachable", "unreachable", "unauthorized", …
    std::string why = {}; ///< where it is not reachable
    std::string kubeVersion = {};
    std::string istioVersion = {};
    Milliseconds age { 0 };
    std::vector<GatewayView> gateways = {};
};

struct LinkView
{
    ClusterId from;
    ClusterId to;
    std::string state = "unknown"; ///< joined, oneWay, degraded, broken, notJoined, unknown
    std::string reason = {};
    std::string evidence = {};
    Milliseconds age { 0 };
};

struct StatusView
{
    std::string mesh;
    std::vector<ClusterView> clusters = {};
    std::vector<LinkView> links = {};
    std::vector<WeightsView> routes = {};
    std::optional<Entrance> entrance = {};
};

[[nodiscard]] std::string renderStatus(const StatusView& status, const Style& style);
/// {kind: MeshStatus, …}
[[nodiscard]] json::Value statusDocument(const StatusView& status);

} // namespace isthmus::cli
