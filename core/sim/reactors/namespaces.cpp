// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reactors/reactors.h"

#include <set>

namespace isthmus::sim {

namespace {

using json::Value;

Value named(const char* name)
{
    return json::Object { { "metadata", json::Object { { "name", name } } } };
}

void furnish(Model& model, const std::string& ns)
{
    model.ensure("v1", "ServiceAccount", ns, named("default"));
    Value root = named("kube-root-ca.crt");
    root.member("data").member("ca.crt") = model.options().caPem;
    model.ensure("v1", "ConfigMap", ns, std::move(root));
}

/// Deletes what is in it; where nothing is left, the namespace itself.
void empty(Model& model, const std::string& ns)
{
    std::vector<Place> inside;
    model.store().forEach([&](const Place& place, const ObjectPtr&) {
        if (place.ns == ns) {
            inside.push_back(place);
        }
    });
    for (const Place& place : inside) {
        model.removeAt(place);
    }
    bool left = false;
    model.store().forEach(
        [&](const Place& place, const ObjectPtr&) { left = left || place.ns == ns; });
    if (!left) {
        model.edit({ .group = "", .plural = "namespaces", .name = ns },
                   "kube-controller-manager",
                   [](Value& object) { object.member("spec").erase("finalizers"); });
    }
}

} // namespace

void reactToNamespaces(Model& model, std::span<const Change> changes)
{
    std::set<std::string> going;
    for (const Change& change : changes) {
        const bool space = change.place.plural == "namespaces";
        const std::string& ns = space ? change.place.name : change.place.ns;
        const ObjectPtr now =
            model.store().get({ .group = "", .plural = "namespaces", .name = ns });
        if (now == nullptr) {
            continue;
        }
        if ((*now)["metadata"].contains("deletionTimestamp")) {
            going.insert(ns);
        } else if (space) {
            furnish(model, ns);
        }
    }
    for (const std::string& ns : going) {
        empty(model, ns);
    }
}

} // namespace isthmus::sim
