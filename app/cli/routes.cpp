// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/routes.h"

#include "core/fleet/cluster_ports.h"
#include "core/mesh/owner.h"
#include "core/operations/weights/planner.h"

namespace isthmus::cli {

Result<WeightsView>
readWeights(const fleet::Engine& engine, const std::string& route, const std::stop_token& stop)
{
    fleet::ApiClusterPorts ports;
    for (const auto& [id, client] : engine.connections().all()) {
        ports.add(id, *client);
    }
    const Result<operations::LiveRoute> live =
        operations::findRoute(engine.spec(), route, ports, stop);
    if (!live) {
        return Error(live.error());
    }
    WeightsView view { .route = route };
    view.object = text(live->key);
    view.owner = mesh::name(mesh::ownerOf(live->object).owner);
    for (std::size_t i = 0; i < live->weights.size() && i < live->clusters.size(); ++i) {
        view.weights.emplace_back(live->clusters[i], live->weights[i]);
    }
    return view;
}

} // namespace isthmus::cli
