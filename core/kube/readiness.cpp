// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/readiness.h"

#include "core/base/strings.h"
#include "core/kube/object.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <vector>

namespace isthmus::kube {

namespace {

using json::Value;

constexpr std::chrono::seconds schedulingPatience { 15 };

ObjectState ready()
{
    return { .readiness = Readiness::Ready };
}

ObjectState waiting(Message reason)
{
    return { .readiness = Readiness::InProgress, .reason = std::move(reason) };
}

ObjectState failed(Message reason)
{
    return { .readiness = Readiness::Failed, .reason = std::move(reason) };
}

/// "reason: message" of a condition, whichever of the two there is.
std::string words(const Value& entry)
{
    const std::string& reason = entry["reason"].string();
    const std::string& message = entry["message"].string();
    return reason.empty() || message.empty() ? reason + message : reason + ": " + message;
}

ObjectState failedBy(const Value& entry)
{
    return failed(msg("kube.state.failed", { { "why", words(entry) } }));
}

ObjectState counting(std::string_view what, std::int64_t have, std::int64_t want)
{
    return waiting(msg("kube.state.counting",
                       { { "what", std::string(what) },
                         { "have", std::to_string(have) },
                         { "want", std::to_string(want) } }));
}

/// One number of a status that must reach what is wanted.
struct Count
{
    std::string_view what;
    const char* field;
};

/// The first of the numbers that is too small; nothing where all suffice. Missing numbers count as
/// 0.
std::optional<ObjectState>
tooFew(const Value& status, std::span<const Count> counts, std::int64_t want)
{
    for (const Count& count : counts) {
        if (const std::int64_t have = status[count.field].integer(); have < want) {
            return counting(count.what, have, want);
        }
    }
    return {};
}

std::optional<ObjectState> tooMany(const Value& status, std::int64_t want)
{
    const std::int64_t have = status["replicas"].integer();
    return have > want ? std::optional(counting("old replicas removed", want, have)) : std::nullopt;
}

ObjectState deployment(const Value& object, UtcTime /*now*/)
{
    const Value& spec = object["spec"];
    const Value& status = object["status"];
    const Value& progressing = condition(object, "Progressing");
    if (progressing["reason"].string() == "ProgressDeadlineExceeded") {
        return failedBy(progressing);
    }
    if (spec["paused"].boolean()) {
        return waiting(msg("kube.state.paused"));
    }
    const std::int64_t want = spec["replicas"].integer(1);
    constexpr std::array created { Count { "replicas created", "replicas" },
                                   Count { "replicas updated", "updatedReplicas" } };
    if (auto state = tooFew(status, created, want)) {
        return std::move(*state);
    }
    if (auto state = tooMany(status, want)) {
        return std::move(*state);
    }
    constexpr std::array available { Count { "replicas available", "availableReplicas" } };
    if (auto state = tooFew(status, available, status["updatedReplicas"].integer())) {
        return std::move(*state);
    }
    constexpr std::array readyOnes { Count { "replicas ready", "readyReplicas" } };
    if (auto state = tooFew(status, readyOnes, want)) {
        return std::move(*state);
    }
    if (spec.contains("progressDeadlineSeconds")
        && progressing["reason"].string() != "NewReplicaSetAvailable") {
        return waiting(msg("kube.state.rolling-out"));
    }
    return hasCondition(object, "Available") ? ready() : waiting(msg("kube.state.not-available"));
}

ObjectState statefulSet(const Value& object, UtcTime /*now*/)
{
    const Value& spec = object["spec"];
    const Value& status = object["status"];
    if (spec["updateStrategy"]["type"].string() == "OnDelete") {
        return ready();
    }
    const std::int64_t want = spec["replicas"].integer(1);
    constexpr std::array basics { Count { "replicas created", "replicas" },
                                  Count { "replicas ready", "readyReplicas" } };
    if (auto state = tooFew(status, basics, want)) {
        return std::move(*state);
    }
    if (auto state = tooMany(status, want)) {
        return std::move(*state);
    }
    const std::int64_t partition = spec["updateStrategy"]["rollingUpdate"]["partition"].integer();
    if (partition > 0) {
        constexpr std::array updated { Count { "replicas updated", "updatedReplicas" } };
        auto state = tooFew(status, updated, want - partition);
        return state ? std::move(*state) : ready();
    }
    constexpr std::array current { Count { "replicas at the current revision",
                                           "currentReplicas" } };
    if (auto state = tooFew(status, current, want)) {
        return std::move(*state);
    }
    return status["currentRevision"] == status["updateRevision"]
        ? ready()
        : waiting(msg("kube.state.rolling-out"));
}

ObjectState daemonSet(const Value& object, UtcTime /*now*/)
{
    const Value& status = object["status"];
    const Value* desired = &status["desiredNumberScheduled"];
    if (!status.contains("observedGeneration") || desired->integer() <= 0) {
        return waiting(msg("kube.state.not-observed")); // 0 right after creation means nothing yet
    }
    constexpr std::array counts { Count { "pods scheduled", "currentNumberScheduled" },
                                  Count { "pods updated", "updatedNumberScheduled" },
                                  Count { "pods available", "numberAvailable" },
                                  Count { "pods ready", "numberReady" } };
    auto state = tooFew(status, counts, desired->integer());
    return state ? std::move(*state) : ready();
}

ObjectState replicaSet(const Value& object, UtcTime /*now*/)
{
    const Value& failure = condition(object, "ReplicaFailure");
    if (failure["status"].string() == "True") {
        return waiting(msg("kube.state.replica-failure", { { "why", words(failure) } }));
    }
    const std::int64_t want = object["spec"]["replicas"].integer(1);
    constexpr std::array counts { Count { "replicas labelled", "fullyLabeledReplicas" },
                                  Count { "replicas available", "availableReplicas" },
                                  Count { "replicas ready", "readyReplicas" } };
    if (auto state = tooFew(object["status"], counts, want)) {
        return std::move(*state);
    }
    auto state = tooMany(object["status"], want);
    return state ? std::move(*state) : ready();
}

bool crashLoops(const Value& pod)
{
    for (const char* list : { "initContainerStatuses", "containerStatuses" }) {
        for (const Value& container : pod["status"][list].array()) {
            if (container["state"]["waiting"]["reason"].string() == "CrashLoopBackOff") {
                return true;
            }
        }
    }
    return false;
}

ObjectState pod(const Value& object, UtcTime now)
{
    const std::string& phase = object["status"]["phase"].string();
    if (phase == "Succeeded" || phase == "Failed") {
        return ready(); // it has ended; whether well is the question of whoever made it
    }
    if (crashLoops(object)) {
        return failed(blockingReason({ &object, 1 }));
    }
    if (phase == "Running" && hasCondition(object, "Ready")) {
        return ready();
    }
    const Value& scheduled = condition(object, "PodScheduled");
    if (scheduled["status"].string() == "False"
        && scheduled["reason"].string() == "Unschedulable") {
        const auto since = parseTime(scheduled["lastTransitionTime"].string());
        if (since && now - *since > schedulingPatience) {
            return failedBy(scheduled);
        }
    }
    Message why = blockingReason({ &object, 1 });
    return waiting(why.empty() ? msg("kube.state.not-ready") : std::move(why));
}

ObjectState job(const Value& object, UtcTime /*now*/)
{
    const Value& failure = condition(object, "Failed");
    if (failure["status"].string() == "True") {
        return failedBy(failure);
    }
    if (hasCondition(object, "Complete")
        || (object["spec"]["suspend"].boolean() && hasCondition(object, "Suspended"))) {
        return ready();
    }
    return counting("completions",
                    object["status"]["succeeded"].integer(),
                    object["spec"]["completions"].integer(1));
}

ObjectState service(const Value& object, UtcTime /*now*/)
{
    const Value& spec = object["spec"];
    const std::string& type = spec["type"].string();
    if (type == "ExternalName") {
        return ready();
    }
    if (spec["clusterIP"].string().empty()) {
        return waiting(msg("kube.state.no-cluster-address"));
    }
    if (type != "LoadBalancer" || !spec["externalIPs"].array().empty()) {
        return ready();
    }
    const json::Array& ingress = object["status"]["loadBalancer"]["ingress"].array();
    const bool addressed = std::ranges::any_of(ingress, [](const Value& entry) {
        return !entry["ip"].string().empty() || !entry["hostname"].string().empty();
    });
    return addressed ? ready() : waiting(msg("kube.state.no-load-balancer-address"));
}

ObjectState definition(const Value& object, UtcTime /*now*/)
{
    const Value& names = condition(object, "NamesAccepted");
    if (names["status"].string() == "False") {
        return failedBy(names);
    }
    const Value& established = condition(object, "Established");
    if (established["status"].string() == "True") {
        return ready();
    }
    if (established["status"].string() == "False"
        && established["reason"].string() != "Installing") {
        return failedBy(established);
    }
    return waiting(msg("kube.state.not-established"));
}

ObjectState phased(const Value& object, std::string_view wanted)
{
    const std::string& phase = object["status"]["phase"].string();
    return phase == wanted ? ready()
                           : waiting(msg("kube.state.phase",
                                         { { "phase", phase.empty() ? "-" : phase },
                                           { "wanted", std::string(wanted) } }));
}

ObjectState nameSpace(const Value& object, UtcTime /*now*/)
{
    return phased(object, "Active");
}

ObjectState claim(const Value& object, UtcTime /*now*/)
{
    return phased(object, "Bound");
}

ObjectState anything(const Value& object, UtcTime /*now*/)
{
    const Value& entry = condition(object, "Ready");
    if (entry.isNull() || entry["status"].string() == "True") {
        return ready();
    }
    const std::string why = words(entry);
    return waiting(why.empty() ? msg("kube.state.not-ready")
                               : msg("kube.state.not-ready-because", { { "why", why } }));
}

/// By group and kind: others have a kind "Service", too.
struct Rule
{
    std::string_view group;
    std::string_view kind;
    ObjectState (*state)(const Value&, UtcTime);
};

constexpr std::array rules { Rule { "apps", "Deployment", deployment },
                             Rule { "apps", "StatefulSet", statefulSet },
                             Rule { "apps", "DaemonSet", daemonSet },
                             Rule { "apps", "ReplicaSet", replicaSet },
                             Rule { "", "Pod", pod },
                             Rule { "batch", "Job", job },
                             Rule { "", "Service", service },
                             Rule {
                                 "apiextensions.k8s.io", "CustomResourceDefinition", definition },
                             Rule { "", "Namespace", nameSpace },
                             Rule { "", "PersistentVolumeClaim", claim } };

/// What holds for every kind before its own rule is asked.
std::optional<ObjectState> general(const Value& object)
{
    if (object.isNull()) {
        return waiting(msg("kube.state.absent"));
    }
    if (isBeingDeleted(object)) {
        return waiting(msg("kube.state.terminating"));
    }
    const std::int64_t* observed = object["status"]["observedGeneration"].asInteger();
    if (observed != nullptr && *observed != object["metadata"]["generation"].integer()) {
        return waiting(msg("kube.state.not-observed"));
    }
    if (const Value& stalled = condition(object, "Stalled"); stalled["status"].string() == "True") {
        return failedBy(stalled);
    }
    if (hasCondition(object, "Reconciling")) {
        return waiting(msg("kube.state.rolling-out"));
    }
    return {};
}

/// Why one pod does not get ready, or empty.
Message blocked(const Value& pod)
{
    const std::string& name = pod["metadata"]["name"].string();
    for (const char* list : { "initContainerStatuses", "containerStatuses" }) {
        for (const Value& container : pod["status"][list].array()) {
            const Value& wait = container["state"]["waiting"];
            // A pod that has just been scheduled waits with these two, and nothing is wrong with
            // it.
            const std::string& reason = wait["reason"].string();
            if (reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing") {
                continue;
            }
            return msg("kube.pod-waiting",
                       { { "pod", name },
                         { "container", container["name"].string() },
                         { "why", words(wait) } });
        }
    }
    if (const Value& scheduled = condition(pod, "PodScheduled");
        scheduled["status"].string() == "False") {
        return msg("kube.pod-unscheduled", { { "pod", name }, { "why", words(scheduled) } });
    }
    return {};
}

} // namespace

ObjectState stateOf(const Value& object, UtcTime now)
{
    if (auto state = general(object)) {
        return std::move(*state);
    }
    const std::string& apiVersion = object["apiVersion"].string();
    const std::size_t slash = apiVersion.find('/');
    const std::string group = slash == std::string::npos ? "" : apiVersion.substr(0, slash);
    const auto rule = std::ranges::find_if(rules, [&](const Rule& each) {
        return each.kind == object["kind"].string() && each.group == group;
    });
    return rule != rules.end() ? rule->state(object, now) : anything(object, now);
}

Message blockingReason(std::span<const Value> pods)
{
    std::vector<const Value*> newestFirst;
    for (const Value& each : pods) {
        newestFirst.push_back(&each);
    }
    // RFC 3339 in UTC sorts as text.
    std::ranges::stable_sort(newestFirst, std::ranges::greater(), [](const Value* each) {
        return std::string_view((*each)["metadata"]["creationTimestamp"].string());
    });
    for (const Value* each : newestFirst) {
        if (Message why = blocked(*each); !why.empty()) {
            return why;
        }
    }
    return {};
}

} // namespace isthmus::kube
