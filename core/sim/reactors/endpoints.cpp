// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reactors/owned_pods.h"
#include "core/sim/reactors/reactors.h"
#include "core/sim/selector.h"

#include <set>

namespace isthmus::sim {

namespace {

using json::Value;

/// The number of a Service's port on a pod; a named one is looked up. 0 where the pod has none.
std::int64_t targetOf(const Value& port, const Value& pod)
{
    const Value& target = port["targetPort"];
    if (target.asString() == nullptr) {
        return target.integer(port["port"].integer());
    }
    for (const Value& container : pod["spec"]["containers"].array()) {
        for (const Value& each : container["ports"].array()) {
            if (each["name"] == target) {
                return each["containerPort"].integer();
            }
        }
    }
    return 0;
}

json::Array portsOf(const Value& service, const Value& pod)
{
    json::Array out;
    for (const Value& port : service["spec"]["ports"].array()) {
        if (const std::int64_t number = targetOf(port, pod); number != 0) {
            out.push_back(json::Object { { "name", port["name"].string() },
                                         { "port", number },
                                         { "protocol", port["protocol"] } });
        }
    }
    return out;
}

Value endpointOf(const Value& pod)
{
    return json::Object {
        { "addresses", json::Array { pod["status"]["podIP"] } },
        { "conditions",
          json::Object { { "ready", true }, { "serving", true }, { "terminating", false } } },
        { "nodeName", pod["spec"]["nodeName"] },
        { "targetRef",
          json::Object { { "kind", "Pod" },
                         { "name", pod["metadata"]["name"] },
                         { "namespace", pod["metadata"]["namespace"] },
                         { "uid", pod["metadata"]["uid"] } } }
    };
}

Value endpointsObject(const std::string& name,
                      const json::Array& endpoints,
                      const json::Array& ports)
{
    Value out = json::Object { { "metadata", json::Object { { "name", name } } } };
    if (endpoints.empty()) {
        return out;
    }
    json::Array addresses;
    for (const Value& each : endpoints) {
        addresses.push_back(json::Object { { "ip", each["addresses"][0] },
                                           { "nodeName", each["nodeName"] },
                                           { "targetRef", each["targetRef"] } });
    }
    out.member("subsets") =
        json::Array { json::Object { { "addresses", std::move(addresses) }, { "ports", ports } } };
    return out;
}

/// Creates the object, or gives the one that is there the fields.
void put(
    Model& model, const Place& place, const char* apiVersion, const char* kind, const Value& wanted)
{
    if (model.store().get(place) == nullptr) {
        model.ensure(apiVersion, kind, place.ns, wanted);
        return;
    }
    model.edit(place, "kube-controller-manager", [&](Value& object) {
        for (const char* field : { "subsets", "endpoints", "ports" }) {
            if (wanted.contains(field)) {
                object.member(field) = wanted[field];
            } else {
                object.erase(field);
            }
        }
    });
}

void keepEndpoints(Model& model, const std::string& ns, const Value& service)
{
    const std::string& name = service["metadata"]["name"].string();
    json::Array endpoints;
    json::Array ports;
    for (const ObjectPtr& pod : model.list("", "pods", ns)) {
        if (mapSelects(service["spec"]["selector"], (*pod)["metadata"]["labels"])
            && isReady(*pod)) {
            endpoints.push_back(endpointOf(*pod));
            ports = portsOf(service, *pod);
        }
    }
    put(model,
        { .group = "", .plural = "endpoints", .ns = ns, .name = name },
        "v1",
        "Endpoints",
        endpointsObject(name, endpoints, ports));
    const std::string uid = service["metadata"]["uid"].string();
    const std::string sliceName = name + '-' + uid.substr(0, 5);
    Value owner = controllerReference(service);
    Value slice =
        json::Object { { "metadata",
                         json::Object { { "name", sliceName },
                                        { "labels",
                                          json::Object { { "kubernetes.io/service-name", name },
                                                         { "endpointslice.kubernetes.io/managed-by",
                                                           "endpointslice-controller.k8s.io" } } },
                                        { "ownerReferences", json::Array { std::move(owner) } } } },
                       { "addressType", "IPv4" },
                       { "endpoints", endpoints },
                       { "ports", ports } };
    put(model,
        { .group = "discovery.k8s.io", .plural = "endpointslices", .ns = ns, .name = sliceName },
        "discovery.k8s.io/v1",
        "EndpointSlice",
        slice);
}

} // namespace

void reactToEndpoints(Model& model, std::span<const Change> changes)
{
    std::set<std::string> spaces;
    for (const Change& change : changes) {
        const bool service = change.place.plural == "services" && change.place.group.empty();
        if (service && change.after == nullptr) {
            model.removeAt({ .group = "",
                             .plural = "endpoints",
                             .ns = change.place.ns,
                             .name = change.place.name });
        }
        if (service || (change.place.plural == "pods" && change.place.group.empty())) {
            spaces.insert(change.place.ns);
        }
    }
    for (const std::string& ns : spaces) {
        for (const ObjectPtr& service : model.list("", "services", ns)) {
            if (!(*service)["spec"]["selector"].object().empty()) {
                keepEndpoints(model, ns, *service);
            }
        }
    }
}

} // namespace isthmus::sim
