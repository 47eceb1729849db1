// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/objects.h"

#include "core/kube/order.h"
#include "core/kube/readiness.h"
#include "core/plan/comparison.h"
#include "core/plan/journalled_writer.h"

#include <algorithm>

namespace isthmus::plan {

namespace {

bool waitsForReady(const Step& step)
{
    return step.inputs["awaitReady"].boolean();
}

bool isReady(const Comparison& one, UtcTime now)
{
    return kube::stateOf(one.live, now).readiness == kube::Readiness::Ready;
}

} // namespace

json::Value toJson(const ObjectsInputs& inputs)
{
    return json::Object { { "objects", json::Array(inputs.objects) },
                          { "required", inputs.required },
                          { "awaitReady", inputs.awaitReady } };
}

bool isOurs(const json::Value& live)
{
    return std::ranges::any_of(live["metadata"]["managedFields"].array(),
                               [](const json::Value& entry) {
                                   return entry["manager"].string() == fieldManager
                                       && entry["operation"].string() == "Apply";
                               });
}

Result<std::vector<json::Value>> ObjectsBehaviour::objects(const Step& step,
                                                           const ReadContext& context) const
{
    const json::Value filledInputs = filled(step.inputs["objects"], context.holes);
    return std::vector<json::Value>(filledInputs.array());
}

json::Value ObjectsBehaviour::adjusted(json::Value desired, const json::Value& /*live*/) const
{
    return desired;
}

bool ObjectsBehaviour::awaits(const kube::ObjectKey& /*key*/) const
{
    return true;
}

Inspection ObjectsBehaviour::inspect(const Step& step, const ReadContext& context) const
{
    const Result<std::vector<json::Value>> wanted = objects(step, context);
    if (!wanted) {
        return blockedBy(wanted.error(), step.cluster.str());
    }
    const ComparisonOptions options {
        .required = step.inputs["required"].boolean(),
        .tryCreates = context.forReview,
        .adjust = [this](json::Value desired,
                         const json::Value& live) { return adjusted(std::move(desired), live); },
    };
    const Result<std::vector<Comparison>> compared =
        compare(step.cluster, *wanted, options, context);
    if (!compared) {
        return blockedBy(compared.error(), step.cluster.str());
    }
    Inspection out;
    bool needed = false;
    for (const Comparison& one : *compared) {
        needed = needed || one.change.action != Action::None
            || (waitsForReady(step) && awaits(one.change.key)
                && !isReady(one, context.clock.now()));
        out.changes.push_back(one.change);
        out.problems.insert(out.problems.end(), one.problems.begin(), one.problems.end());
    }
    out.state = hasErrors(out.problems) ? Inspection::State::Blocked
        : needed                        ? Inspection::State::Needed
                                        : Inspection::State::AlreadyRight;
    return out;
}

Result<std::vector<PreparedWrite>> ObjectsBehaviour::missing(const Step& step,
                                                             const ReadContext& context) const
{
    Result<std::vector<json::Value>> wanted = objects(step, context);
    if (!wanted) {
        return std::move(wanted).error();
    }
    const ComparisonOptions options {
        .required = step.inputs["required"].boolean(),
        .adjust = [this](json::Value desired,
                         const json::Value& live) { return adjusted(std::move(desired), live); },
    };
    Result<std::vector<Comparison>> compared = compare(step.cluster, *wanted, options, context);
    if (!compared) {
        return std::move(compared).error();
    }
    std::vector<PreparedWrite> writes;
    for (Comparison& one : *compared) {
        if (one.change.action == Action::None) {
            continue;
        }
        if (const std::vector<Hole> open = holesIn(one.desired); !open.empty()) {
            return Error { ErrorCode::Internal,
                           msg("plan.hole-not-filled", { { "hole", text(open.front()) } }) };
        }
        PreparedWrite write;
        write.write.key = one.change.key;
        write.write.body = std::move(one.desired);
        write.live = std::move(one.live);
        writes.push_back(std::move(write));
    }
    return writes;
}

Result<void> ObjectsBehaviour::apply(const Step& step, WriteContext& context) const
{
    Result<std::vector<PreparedWrite>> writes = missing(step, context);
    if (!writes) {
        return std::move(writes).error();
    }
    return writeInWaves(step.cluster, std::move(*writes), context);
}

Result<void> ObjectsBehaviour::verify(const Step& step, WriteContext& context) const
{
    if (!waitsForReady(step)) {
        return {};
    }
    const Result<std::vector<json::Value>> wanted = objects(step, context);
    if (!wanted) {
        return Error(wanted.error());
    }
    std::vector<kube::ObjectKey> keys;
    for (const json::Value& object : *wanted) {
        if (kube::ObjectKey key = kube::keyOf(object); awaits(key)) {
            keys.push_back(std::move(key));
        }
    }
    return awaitReady(step.cluster, keys, step.deadline, context);
}

Result<void>
writeInWaves(const ClusterId& cluster, std::vector<PreparedWrite> writes, WriteContext& context)
{
    const auto rank = [](const PreparedWrite& one) { return kube::applyWave(one.write.key); };
    std::ranges::stable_sort(writes, {}, rank);
    for (auto from = writes.begin(); from != writes.end();) {
        const auto to = std::find_if(
            from, writes.end(), [&](const PreparedWrite& one) { return rank(one) != rank(*from); });
        std::vector<PreparedWrite> wave(std::make_move_iterator(from), std::make_move_iterator(to));
        if (Result<std::vector<json::Value>> sent = context.write(cluster, std::move(wave));
            !sent) {
            return std::move(sent).error();
        }
        from = to;
    }
    return {};
}

namespace {

/// The newest pod's own reason says more than the Deployment that waits for it.
std::string podReason(ClusterPort& port, const json::Value& deployment, const std::stop_token& stop)
{
    std::string selector;
    for (const auto& [key, value] : deployment["spec"]["selector"]["matchLabels"].object()) {
        selector += (selector.empty() ? "" : ",") + key + "=" + value.string();
    }
    if (selector.empty()) {
        return {};
    }
    const auto pods = port.list("v1", "Pod", kube::keyOf(deployment).ns, selector, stop);
    return pods ? text(kube::blockingReason(*pods)) : std::string();
}

} // namespace

Result<void> awaitReady(const ClusterId& cluster,
                        const std::vector<kube::ObjectKey>& keys,
                        Milliseconds deadline,
                        WriteContext& context)
{
    ClusterPort* port = context.clusters.find(cluster);
    if (port == nullptr) {
        return Error { ErrorCode::Internal,
                       msg("plan.cluster-not-connected", { { "cluster", cluster.str() } }) };
    }
    const SteadyTime end = context.clock.steady() + deadline;
    for (const kube::ObjectKey& key : keys) {
        std::string last;
        std::optional<Error> failed;
        const auto done = [&](const json::Value& object) {
            if (object.isNull()) {
                return false;
            }
            const kube::ObjectState state = kube::stateOf(object, context.clock.now());
            std::string reason = text(state.reason);
            if (state.readiness != kube::Readiness::Ready && key.kind == "Deployment") {
                const std::string pod = podReason(*port, object, context.stop);
                reason = pod.empty() ? reason : pod;
            }
            if (state.readiness == kube::Readiness::Failed) {
                failed = Error { ErrorCode::Internal,
                                 msg("plan.object-failed", { { "object", text(key) } }),
                                 reason,
                                 cluster.str(),
                                 msg("plan.mend-and-resume") };
                return true;
            }
            if (state.readiness != kube::Readiness::Ready && reason != last) {
                last = reason;
                context.say(
                    msg("plan.waits-for-ready", { { "object", text(key) }, { "reason", reason } }));
            }
            return state.readiness == kube::Readiness::Ready;
        };
        const auto left = std::chrono::duration_cast<Milliseconds>(end - context.clock.steady());
        const Result<json::Value> waited =
            port->waitFor(key, done, std::max(left, Milliseconds(1)), context.stop);
        if (failed) {
            return std::move(*failed);
        }
        if (!waited && waited.error().code == ErrorCode::Timeout) {
            return Error { ErrorCode::Timeout,
                           msg("plan.not-ready-in-time",
                               { { "object", text(key) }, { "time", formatDuration(deadline) } }),
                           last,
                           cluster.str(),
                           msg("plan.mend-and-resume") };
        }
        if (!waited) {
            return Error(waited.error());
        }
    }
    return {};
}

} // namespace isthmus::plan
