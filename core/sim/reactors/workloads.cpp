// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/certificate.h"
#include "core/sim/reactors/owned_pods.h"
#include "core/sim/reactors/reactors.h"

#include <algorithm>
#include <set>

namespace isthmus::sim {

namespace {

using json::Value;

constexpr const char* manager = "kube-controller-manager";

std::string templateHash(const Value& workload)
{
    return crypto::sha256Hex(json::write(workload["spec"]["template"])).substr(0, 10);
}

struct Count
{
    std::int64_t all = 0;
    std::int64_t ready = 0;
};

/// Creates or removes pods until there are as many as wanted; what is there then.
Count keepPods(Model& model, const Value& owner, const std::vector<std::string>& names)
{
    for (const ObjectPtr& pod : podsOf(model, owner)) {
        const std::string& name = (*pod)["metadata"]["name"].string();
        if (std::ranges::find(names, name) == names.end()) {
            model.removeAt({ .group = "",
                             .plural = "pods",
                             .ns = owner["metadata"]["namespace"].string(),
                             .name = name });
        }
    }
    for (const std::string& name : names) {
        createPod(model, owner, name, {});
    }
    Count count;
    for (const ObjectPtr& pod : podsOf(model, owner)) {
        ++count.all;
        count.ready += isReady(*pod) ? 1 : 0;
    }
    return count;
}

/// The pods a ReplicaSet keeps, filled up or cut to its size.
std::vector<std::string> replicaNames(Model& model, const Value& owner)
{
    std::vector<std::string> names;
    const auto wanted =
        static_cast<std::size_t>(std::max<std::int64_t>(0, owner["spec"]["replicas"].integer(1)));
    for (const ObjectPtr& pod : podsOf(model, owner)) {
        if (names.size() < wanted) {
            names.push_back((*pod)["metadata"]["name"].string());
        }
    }
    while (names.size() < wanted) {
        names.push_back(owner["metadata"]["name"].string() + '-' + model.suffix(5));
    }
    return names;
}

std::vector<std::string> numberedNames(const Value& owner)
{
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < owner["spec"]["replicas"].integer(1); ++i) {
        names.push_back(owner["metadata"]["name"].string() + '-' + std::to_string(i));
    }
    return names;
}

std::vector<std::string> nodeNames(const Model& model, const Value& owner)
{
    std::vector<std::string> names;
    for (const ObjectPtr& node : model.list("", "nodes")) {
        const std::string hash =
            crypto::sha256Hex((*node)["metadata"]["name"].string()).substr(0, 5);
        names.push_back(owner["metadata"]["name"].string() + '-' + hash);
    }
    return names;
}

void setStatus(Model& model, const Place& place, const json::Object& fields)
{
    model.edit(place, manager, [&](Value& object) {
        Value& status = object.member("status");
        status.member("observedGeneration") = object["metadata"]["generation"];
        for (const auto& [name, value] : fields) {
            if (value == Value(0) && name != "replicas") {
                status.erase(name); // counts of nothing are left out on the wire
            } else {
                status.member(name) = value;
            }
        }
    });
}

void keepReplicaSet(Model& model, const Place& place, const Value& set)
{
    const Count count = keepPods(model, set, replicaNames(model, set));
    setStatus(model,
              place,
              { { "replicas", count.all },
                { "fullyLabeledReplicas", count.all },
                { "readyReplicas", count.ready },
                { "availableReplicas", count.ready } });
}

void keepStatefulSet(Model& model, const Place& place, const Value& set)
{
    const Count count = keepPods(model, set, numberedNames(set));
    setStatus(model,
              place,
              { { "replicas", count.all },
                { "currentReplicas", count.all },
                { "updatedReplicas", count.all },
                { "readyReplicas", count.ready },
                { "availableReplicas", count.ready },
                { "currentRevision", place.name + '-' + templateHash(set) },
                { "updateRevision", place.name + '-' + templateHash(set) } });
}

void keepDaemonSet(Model& model, const Place& place, const Value& set)
{
    const std::vector<std::string> names = nodeNames(model, set);
    const Count count = keepPods(model, set, names);
    setStatus(model,
              place,
              { { "desiredNumberScheduled", names.size() },
                { "currentNumberScheduled", count.all },
                { "updatedNumberScheduled", count.all },
                { "numberReady", count.ready },
                { "numberAvailable", count.ready } });
}

Value deploymentCondition(
    const Model& model, const Value& before, const char* type, bool holds, const char* reason)
{
    const std::string status = holds ? "True" : "False";
    for (const Value& each : before.array()) {
        if (each["type"].string() == type && each["status"].string() == status
            && each["reason"].string() == reason) {
            return each;
        }
    }
    return json::Object { { "type", type },
                          { "status", status },
                          { "reason", reason },
                          { "lastUpdateTime", model.now() },
                          { "lastTransitionTime", model.now() } };
}

std::vector<ObjectPtr> setsOf(const Model& model, const Place& place, const Value& deployment)
{
    std::vector<ObjectPtr> sets = model.list("apps", "replicasets", place.ns);
    std::erase_if(sets, [&](const ObjectPtr& set) {
        return (*set)["metadata"]["ownerReferences"][0]["uid"] != deployment["metadata"]["uid"];
    });
    return sets;
}

/// The set of the present template gets all replicas, those of older ones none.
void keepSets(Model& model, const Place& place, const Value& deployment)
{
    const std::string hash = templateHash(deployment);
    const std::string current = place.name + '-' + hash;
    const std::vector<ObjectPtr> sets = setsOf(model, place, deployment);
    Value form = deployment["spec"]["template"];
    form.member("metadata").member("labels").member("pod-template-hash") = hash;
    Value selector = deployment["spec"]["selector"];
    selector.member("matchLabels").member("pod-template-hash") = hash;
    Value set = json::Object {
        { "metadata",
          json::Object { { "name", current },
                         { "labels", form["metadata"]["labels"] },
                         { "annotations",
                           json::Object { { "deployment.kubernetes.io/revision",
                                            std::to_string(sets.size() + 1) } } },
                         { "ownerReferences", json::Array { controllerReference(deployment) } } } },
        { "spec",
          json::Object { { "replicas", deployment["spec"]["replicas"] },
                         { "selector", std::move(selector) },
                         { "template", std::move(form) } } }
    };
    model.ensure("apps/v1", "ReplicaSet", place.ns, std::move(set));
    for (const ObjectPtr& each : setsOf(model, place, deployment)) {
        const std::string& name = (*each)["metadata"]["name"].string();
        const Value wanted = name == current ? deployment["spec"]["replicas"] : Value(0);
        if ((*each)["spec"]["replicas"] != wanted) {
            model.edit({ .group = "apps", .plural = "replicasets", .ns = place.ns, .name = name },
                       manager,
                       [&](Value& object) {
                           object.member("spec").member("replicas") = wanted;
                           object.member("metadata").member("generation") =
                               object["metadata"]["generation"].integer();
                       });
        }
    }
}

void keepDeployment(Model& model, const Place& place, const Value& deployment)
{
    if (!deployment["spec"]["paused"].boolean()) {
        keepSets(model, place, deployment);
    }
    const std::string current = place.name + '-' + templateHash(deployment);
    std::int64_t all = 0;
    std::int64_t ready = 0;
    std::int64_t updated = 0;
    for (const ObjectPtr& set : setsOf(model, place, deployment)) {
        const Value& status = (*set)["status"];
        all += status["replicas"].integer();
        ready += status["readyReplicas"].integer();
        updated +=
            (*set)["metadata"]["name"].string() == current ? status["replicas"].integer() : 0;
    }
    const std::int64_t wanted = deployment["spec"]["replicas"].integer(1);
    const bool available = ready >= wanted;
    const bool complete = available && updated == wanted && all == wanted;
    const Value& before = deployment["status"]["conditions"];
    setStatus(model,
              place,
              { { "replicas", all },
                { "updatedReplicas", updated },
                { "readyReplicas", ready },
                { "availableReplicas", ready },
                { "unavailableReplicas", std::max<std::int64_t>(0, wanted - ready) },
                { "conditions",
                  json::Array { deploymentCondition(model,
                                                    before,
                                                    "Available",
                                                    available,
                                                    available ? "MinimumReplicasAvailable"
                                                              : "MinimumReplicasUnavailable"),
                                deploymentCondition(model,
                                                    before,
                                                    "Progressing",
                                                    true,
                                                    complete ? "NewReplicaSetAvailable"
                                                             : "ReplicaSetUpdated") } } });
}

/// Where to look again: the object itself, or who controls it.
std::optional<Place> concerned(const Change& change)
{
    static const std::set<std::string, std::less<>> workloads {
        "deployments", "replicasets", "statefulsets", "daemonsets"
    };
    return change.place.group == "apps" && workloads.contains(change.place.plural)
        ? std::optional(change.place)
        : std::nullopt;
}

std::optional<Place> ownerOf(const Change& change)
{
    const Value& object = change.after != nullptr ? *change.after : *change.before;
    const Value& owner = object["metadata"]["ownerReferences"][0];
    if (owner["apiVersion"].string() != "apps/v1") {
        return std::nullopt;
    }
    std::string plural = owner["kind"].string() + 's';
    std::ranges::transform(
        plural, plural.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return Place {
        .group = "apps", .plural = plural, .ns = change.place.ns, .name = owner["name"].string()
    };
}

void keep(Model& model, const Place& place)
{
    const ObjectPtr object = model.store().get(place);
    if (object == nullptr || (*object)["metadata"].contains("deletionTimestamp")) {
        return;
    }
    if (place.plural == "deployments") {
        keepDeployment(model, place, *object);
    } else if (place.plural == "replicasets") {
        keepReplicaSet(model, place, *object);
    } else if (place.plural == "statefulsets") {
        keepStatefulSet(model, place, *object);
    } else if (place.plural == "daemonsets") {
        keepDaemonSet(model, place, *object);
    }
}

} // namespace

void reactToWorkloads(Model& model, std::span<const Change> changes)
{
    std::set<Place> places;
    for (const Change& change : changes) {
        for (const std::optional<Place>& place : { concerned(change), ownerOf(change) }) {
            if (place) {
                places.insert(*place);
            }
        }
    }
    for (const Place& place : places) {
        keep(model, place);
    }
}

} // namespace isthmus::sim
