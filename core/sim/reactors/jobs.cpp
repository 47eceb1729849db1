// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reactors/owned_pods.h"
#include "core/sim/reactors/reactors.h"

namespace isthmus::sim {

namespace {

using json::Value;

void complete(Model& model, const Place& place, const Value& job)
{
    const std::int64_t wanted = job["spec"]["completions"].integer(1);
    const std::vector<ObjectPtr> pods = podsOf(model, job);
    for (std::int64_t i = static_cast<std::int64_t>(pods.size()); i < wanted; ++i) {
        createPod(model, job, place.name + '-' + model.suffix(5), {});
    }
    model.edit(place, "kube-controller-manager", [&](Value& object) {
        Value& status = object.member("status");
        status.member("startTime") = model.now();
        status.member("completionTime") = model.now();
        status.member("succeeded") = wanted;
        status.member("conditions") =
            json::Array { json::Object { { "type", "SuccessCriteriaMet" },
                                         { "status", "True" },
                                         { "lastTransitionTime", model.now() } },
                          json::Object { { "type", "Complete" },
                                         { "status", "True" },
                                         { "lastProbeTime", model.now() },
                                         { "lastTransitionTime", model.now() } } };
    });
}

} // namespace

void reactToJobs(Model& model, std::span<const Change> changes)
{
    for (const Change& change : changes) {
        const ObjectPtr job =
            change.place.plural == "jobs" ? model.store().get(change.place) : nullptr;
        if (job != nullptr && !(*job)["status"].contains("completionTime")) {
            complete(model, change.place, *job);
        }
    }
}

} // namespace isthmus::sim
