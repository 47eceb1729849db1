// SPDX-License-Identifier: GPL-3.0-or-later
// The state of a mesh, in the shape of the document MeshStatus. Pure.
#pragma once

#include "app/cli/render/operations.h"
#include "app/cli/render/weights.h"
#include "app/cli/style.h"
#include "core/json/value.h"
#include "core/topology/snapshot.h"

#include <optional>
#include <string>
#include <vector>

namespace isthmus::cli {

struct StatusView
{
    topology::SnapshotPtr mesh; ///< never null
    std::vector<WeightsView> routes = {}; ///< by the names of mesh.yaml
    std::optional<Entrance> entrance = {};
};

[[nodiscard]] std::string renderStatus(const StatusView& status, const Style& style);
/// {kind: MeshStatus, …}
[[nodiscard]] json::Value statusDocument(const StatusView& status);

} // namespace isthmus::cli
