// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/weights.h"

#include "app/cli/context.h"

namespace isthmus::cli {

std::string shares(const WeightsView& view)
{
    std::string out;
    for (const auto& [cluster, weight] : view.weights) {
        out += (out.empty() ? "" : ", ") + cluster.str() + " " + std::to_string(weight);
    }
    return out.empty() ? "not split" : out;
}

std::string renderWeights(const WeightsView& view)
{
    return view.route + ": " + shares(view) + "\n  " + view.object + ", owner: " + view.owner
        + "\n";
}

json::Object weightsJson(const WeightsView& view)
{
    json::Object weights;
    for (const auto& [cluster, weight] : view.weights) {
        weights[cluster.str()] = weight;
    }
    return { { "route", view.route },
             { "weights", std::move(weights) },
             { "object", view.object },
             { "owner", view.owner } };
}

json::Value weightsDocument(const WeightsView& view)
{
    return document("Weights", weightsJson(view));
}

} // namespace isthmus::cli
