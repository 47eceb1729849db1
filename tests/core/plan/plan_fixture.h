// SPDX-License-Identifier: GPL-3.0-or-later
// Small plans over the clusters onprem and gke.
#pragma once

#include "core/plan/objects.h"

#include <string>
#include <vector>

namespace isthmus::test {

inline plan::Step
stepOf(const std::string& id, const std::string& type, const std::vector<std::string>& needs = {})
{
    plan::Step step;
    step.id = StepId(id);
    step.cluster = ClusterId(id.substr(0, id.find('/')));
    step.type = type;
    for (const std::string& need : needs) {
        step.needs.emplace_back(need);
    }
    return step;
}

inline plan::Plan planOf(std::vector<plan::Step> steps)
{
    plan::Plan out;
    out.operation = "apply";
    out.mesh = "shop";
    for (const char* cluster : { "onprem", "gke" }) {
        out.clusters[ClusterId(cluster)].uid = ClusterUid("uid");
    }
    out.steps = std::move(steps);
    return out;
}

inline json::Value configMap(const std::string& name, const std::string& value)
{
    return json::Object { { "apiVersion", "v1" },
                          { "kind", "ConfigMap" },
                          { "metadata",
                            json::Object { { "name", name }, { "namespace", "shop" } } },
                          { "data", json::Object { { "key", value } } } };
}

inline plan::Step objectsStep(const std::string& id,
                              std::vector<json::Value> objects,
                              const std::vector<std::string>& needs = {})
{
    plan::Step step = stepOf(id, "objects", needs);
    step.inputs = plan::toJson(plan::ObjectsInputs { .objects = std::move(objects) });
    return step;
}

} // namespace isthmus::test
