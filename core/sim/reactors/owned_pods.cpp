// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reactors/owned_pods.h"

#include <algorithm>

namespace isthmus::sim {

using json::Value;

Value controllerReference(const Value& owner)
{
    return json::Object { { "apiVersion", owner["apiVersion"] },
                          { "kind", owner["kind"] },
                          { "name", owner["metadata"]["name"] },
                          { "uid", owner["metadata"]["uid"] },
                          { "controller", true },
                          { "blockOwnerDeletion", true } };
}

std::vector<ObjectPtr> podsOf(const Model& model, const Value& owner)
{
    const std::string& uid = owner["metadata"]["uid"].string();
    std::vector<ObjectPtr> pods = model.list("", "pods", owner["metadata"]["namespace"].string());
    std::erase_if(pods, [&](const ObjectPtr& pod) {
        const auto& owners = (*pod)["metadata"]["ownerReferences"].array();
        return std::ranges::none_of(owners,
                                    [&](const Value& each) { return each["uid"].string() == uid; });
    });
    return pods;
}

void createPod(Model& model,
               const Value& owner,
               const std::string& name,
               const json::Object& labels)
{
    const Value& form = owner["spec"]["template"];
    Value pod = json::Object { { "metadata", form["metadata"] }, { "spec", form["spec"] } };
    Value& metadata = pod.member("metadata");
    metadata.member("name") = name;
    metadata.member("ownerReferences") = json::Array { controllerReference(owner) };
    for (const auto& [key, value] : labels) {
        metadata.member("labels").member(key) = value;
    }
    model.ensure("v1", "Pod", owner["metadata"]["namespace"].string(), std::move(pod));
}

bool isReady(const Value& pod)
{
    const auto& conditions = pod["status"]["conditions"].array();
    return std::ranges::any_of(conditions, [](const Value& each) {
        return each["type"].string() == "Ready" && each["status"].string() == "True";
    });
}

} // namespace isthmus::sim
