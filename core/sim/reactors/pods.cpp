// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reactors/reactors.h"

namespace isthmus::sim {

namespace {

using json::Value;

std::string freshAddress(Model& model)
{
    const std::uint32_t number = model.random();
    return "10." + std::to_string(64 + number % 64) + '.' + std::to_string(number / 64 % 256) + '.'
        + std::to_string(1 + number / 16'384 % 254);
}

Value condition(const Model& model, const char* type, bool holds, const char* reason)
{
    Value out = json::Object { { "type", type },
                               { "status", holds ? "True" : "False" },
                               { "lastProbeTime", nullptr },
                               { "lastTransitionTime", model.now() } };
    if (!holds) {
        out.member("reason") = reason;
    }
    return out;
}

json::Array containerStates(const Model& model, const Value& containers, bool finished)
{
    json::Array out;
    for (const Value& container : containers.array()) {
        // A sidecar among the init containers keeps running, the others are done.
        const bool ended = finished && container["restartPolicy"].string() != "Always";
        Value state = ended
            ? Value(json::Object { { "terminated",
                                     json::Object { { "exitCode", 0 },
                                                    { "reason", "Completed" },
                                                    { "finishedAt", model.now() } } } })
            : Value(json::Object { { "running", json::Object { { "startedAt", model.now() } } } });
        out.push_back(json::Object { { "name", container["name"] },
                                     { "image", container["image"] },
                                     { "imageID", container["image"].string() + "@sim" },
                                     { "ready", !ended || container["restartPolicy"].isNull() },
                                     { "started", !ended },
                                     { "restartCount", 0 },
                                     { "state", std::move(state) } });
    }
    return out;
}

bool belongsToJob(const Value& pod)
{
    return pod["metadata"]["ownerReferences"][0]["kind"].string() == "Job";
}

void start(Model& model, Value& pod)
{
    const bool finishes = belongsToJob(pod);
    pod.member("spec").member("nodeName") = model.options().name + "-node-1";
    const std::string address = freshAddress(model);
    json::Array states = containerStates(model, pod["spec"]["containers"], finishes);
    for (Value& state : states) {
        state.member("ready") = !finishes;
    }
    pod.member("status") = json::Object {
        { "phase", finishes ? "Succeeded" : "Running" },
        { "startTime", model.now() },
        { "podIP", address },
        { "podIPs", json::Array { json::Object { { "ip", address } } } },
        { "hostIP", "192.0.2.10" },
        { "qosClass", "BestEffort" },
        { "conditions",
          json::Array { condition(model, "Initialized", true, ""),
                        condition(model, "Ready", !finishes, "PodCompleted"),
                        condition(model, "ContainersReady", !finishes, "PodCompleted"),
                        condition(model, "PodScheduled", true, "") } },
        { "containerStatuses", std::move(states) }
    };
    if (!pod["spec"]["initContainers"].array().empty()) {
        pod.member("status").member("initContainerStatuses") =
            containerStates(model, pod["spec"]["initContainers"], true);
    }
}

} // namespace

void reactToPods(Model& model, std::span<const Change> changes)
{
    for (const Change& change : changes) {
        const ObjectPtr pod = change.place.plural == "pods" && change.place.group.empty()
            ? model.store().get(change.place)
            : nullptr;
        if (pod != nullptr && (*pod)["status"]["phase"].string() == "Pending") {
            model.edit(change.place, "kubelet", [&](Value& object) { start(model, object); });
        }
    }
}

} // namespace isthmus::sim
