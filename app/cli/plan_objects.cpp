// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/plan_objects.h"

#include "core/fleet/chart_port.h"

#include <utility>

namespace isthmus::cli {

namespace {

bool belongsTo(const std::string& part, const json::Value& object)
{
    const bool definition = object["kind"].string() == "CustomResourceDefinition";
    return part.empty() || (part == "crds") == definition;
}

Result<std::vector<json::Value>>
chartObjects(const json::Value& inputs, fleet::HelmChartPort& charts, const std::stop_token& stop)
{
    Result<std::vector<json::Value>> rendered =
        charts.render({ .chart = inputs["chart"].string(),
                        .path = inputs["path"].string(),
                        .digest = inputs["digest"].string(),
                        .release = inputs["release"].string(),
                        .ns = inputs["namespace"].string(),
                        .kubeVersion = inputs["kubeVersion"].string(),
                        .values = plan::withPlaceholders(inputs["values"]) },
                      stop);
    if (rendered) {
        std::erase_if(*rendered, [&inputs](const json::Value& object) {
            return !belongsTo(inputs["part"].string(), object);
        });
    }
    return rendered;
}

} // namespace

Result<std::vector<StepObjects>> objectsOf(const plan::Plan& plan, const std::stop_token& stop)
{
    fleet::HelmChartPort charts;
    std::vector<StepObjects> out;
    for (const plan::Step& step : plan.steps) {
        StepObjects entry { step.id, {} };
        if (step.type == "chart") {
            Result<std::vector<json::Value>> rendered = chartObjects(step.inputs, charts, stop);
            if (!rendered) {
                return std::move(rendered).error();
            }
            entry.objects = std::move(*rendered);
        } else {
            for (const json::Value& object : step.inputs["objects"].array()) {
                entry.objects.push_back(plan::withPlaceholders(object));
            }
        }
        if (!entry.objects.empty()) {
            out.push_back(std::move(entry));
        }
    }
    return out;
}

} // namespace isthmus::cli
