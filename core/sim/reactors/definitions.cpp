// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reactors/reactors.h"

namespace isthmus::sim {

namespace {

using json::Value;

Value condition(const Model& model, const char* type, const char* reason)
{
    return json::Object { { "type", type },
                          { "status", "True" },
                          { "reason", reason },
                          { "message", "" },
                          { "lastTransitionTime", model.now() } };
}

void establish(Model& model, const Place& place)
{
    model.edit(place, "kube-apiserver", [&](Value& crd) {
        Value& status = crd.member("status");
        status.member("acceptedNames") = crd["spec"]["names"];
        status.member("conditions") =
            json::Array { condition(model, "NamesAccepted", "NoConflicts"),
                          condition(model, "Established", "InitialNamesAccepted") };
        for (const Value& version : crd["spec"]["versions"].array()) {
            if (version["storage"].boolean()) {
                status.member("storedVersions") = json::Array { version["name"] };
            }
        }
    });
}

} // namespace

void reactToDefinitions(Model& model, std::span<const Change> changes)
{
    for (const Change& change : changes) {
        if (change.place.plural != "customresourcedefinitions") {
            continue;
        }
        if (change.after != nullptr) {
            if (!(*change.after)["status"].contains("acceptedNames")) {
                establish(model, change.place);
            }
            continue;
        }
        const Value& spec = (*change.before)["spec"];
        const std::string& group = spec["group"].string();
        const std::string& plural = spec["names"]["plural"].string();
        for (const ObjectPtr& each : model.store().list(group, plural, {})) {
            model.removeAt({ .group = group,
                             .plural = plural,
                             .ns = (*each)["metadata"]["namespace"].string(),
                             .name = (*each)["metadata"]["name"].string() });
        }
    }
}

} // namespace isthmus::sim
