// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reactors/reactors.h"

#include <set>

namespace isthmus::sim {

namespace {

using json::Value;

/// An address of the documentation ranges that no Service of the cluster has yet.
std::string freeAddress(Model& model)
{
    std::set<std::string> taken;
    for (const ObjectPtr& service : model.list("", "services")) {
        taken.insert((*service)["status"]["loadBalancer"]["ingress"][0]["ip"].string());
    }
    std::string address;
    do {
        address = (model.random() % 2 == 0 ? "198.51.100." : "203.0.113.")
            + std::to_string(1 + model.random() % 254);
    } while (taken.size() < 400 && taken.contains(address));
    return address;
}

} // namespace

void reactToBalancers(Model& model, std::span<const Change> changes)
{
    for (const Change& change : changes) {
        const ObjectPtr service = change.place.plural == "services" && change.place.group.empty()
            ? model.store().get(change.place)
            : nullptr;
        if (service == nullptr) {
            continue;
        }
        const bool wanted = (*service)["spec"]["type"].string() == "LoadBalancer";
        const bool has = (*service)["status"]["loadBalancer"].contains("ingress");
        if (wanted == has) {
            continue;
        }
        model.edit(change.place, "kube-controller-manager", [&](Value& object) {
            Value& balancer = object.member("status").member("loadBalancer");
            balancer = json::Object {};
            if (wanted) {
                const std::string& fixed = object["spec"]["loadBalancerIP"].string();
                balancer.member("ingress") = json::Array { json::Object {
                    { "ip", fixed.empty() ? freeAddress(model) : fixed }, { "ipMode", "VIP" } } };
            }
        });
    }
}

} // namespace isthmus::sim
