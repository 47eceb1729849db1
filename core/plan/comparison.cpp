// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/comparison.h"

#include "core/kube/diff.h"
#include "core/kube/owned.h"
#include "core/plan/journalled_writer.h"
#include "core/plan/objects.h"

namespace isthmus::plan {

namespace {

/// The annotation names the operation that last changed the object; carried over, it is no
/// difference.
json::Value withSameStamp(json::Value desired, const json::Value& live)
{
    const std::string& stamp = kube::annotation(live, operationAnnotation);
    if (!stamp.empty()) {
        desired.member("metadata").member("annotations").member(operationAnnotation) = stamp;
    }
    return desired;
}

std::string otherManagers(const json::Value& live)
{
    std::string out;
    for (const json::Value& entry : live["metadata"]["managedFields"].array()) {
        const std::string& manager = entry["manager"].string();
        if (manager != fieldManager && out.find(manager) == std::string::npos) {
            out += (out.empty() ? "" : ", ") + manager;
        }
    }
    return out.empty() ? "somebody else" : out;
}

bool needsDryRun(const Comparison& one, const ComparisonOptions& options)
{
    if (one.change.action == Action::Create) {
        return options.tryCreates && holesIn(one.desired).empty();
    }
    return one.change.action == Action::Update;
}

void takeDryRun(Comparison& one, const Result<json::Value>& answer)
{
    if (answer) {
        one.change.diffFrom = DiffFrom::DryRun;
        if (!kube::changes(one.live, *answer)) {
            one.change.action = Action::None;
            one.change.diff.clear();
        } else {
            one.change.diff = kube::dump(one.live, *answer);
        }
        return;
    }
    const Error& error = answer.error();
    if (error.code == ErrorCode::NotFound && one.change.action == Action::Create) {
        one.change.diffFrom =
            DiffFrom::Deferred; // its namespace or kind comes with an earlier step
        return;
    }
    one.conflict = error.code == ErrorCode::Conflict;
    one.problems.push_back({ .summary = one.conflict
                                 ? msg("plan.foreign-owner", { { "object", text(one.change.key) } })
                                 : error.message,
                             .detail = error.detail,
                             .subject = one.change.cluster.str() + ": " + text(one.change.key),
                             .remedy = one.conflict ? msg("plan.ask-the-owner") : error.remedy });
}

Comparison classify(const ClusterId& cluster,
                    const json::Value& desired,
                    json::Value live,
                    const ComparisonOptions& options)
{
    Comparison one;
    one.change.cluster = cluster;
    one.change.key = kube::keyOf(desired);
    one.live = std::move(live);
    if (one.live.isNull()) {
        one.desired = desired;
        one.change.action = Action::Create;
        one.change.diff = kube::dump({}, withPlaceholders(desired));
        return one;
    }
    if (!isOurs(one.live) && !options.required) {
        one.desired = desired;
        one.change.note = "kept as it is: managed by " + otherManagers(one.live);
        return one;
    }
    one.desired =
        withSameStamp(options.adjust ? options.adjust(desired, one.live) : desired, one.live);
    one.change.action = Action::Update;
    return one;
}

} // namespace

Result<std::vector<Comparison>> compare(const ClusterId& cluster,
                                        const std::vector<json::Value>& desired,
                                        const ComparisonOptions& options,
                                        const ReadContext& context)
{
    ClusterPort* port = context.clusters.find(cluster);
    if (port == nullptr) {
        return Error { ErrorCode::Internal,
                       msg("plan.cluster-not-connected", { { "cluster", cluster.str() } }) };
    }
    std::vector<kube::ObjectKey> keys;
    for (const json::Value& object : desired) {
        keys.push_back(kube::keyOf(object));
    }
    std::vector<Result<json::Value>> live = port->getAll(keys, context.stop);
    std::vector<Comparison> out;
    std::vector<kube::Write> dryRuns;
    std::vector<std::size_t> asked;
    for (std::size_t i = 0; i < desired.size(); ++i) {
        if (!live[i] && live[i].error().code != ErrorCode::NotFound) {
            return std::move(live[i]).error();
        }
        out.push_back(
            classify(cluster, desired[i], live[i] ? std::move(*live[i]) : json::Value(), options));
        if (needsDryRun(out.back(), options)) {
            kube::Write write;
            write.key = out.back().change.key;
            write.body = out.back().desired;
            write.dryRun = true;
            dryRuns.push_back(std::move(write));
            asked.push_back(i);
        }
    }
    const std::vector<Result<json::Value>> answers = port->writeAll(dryRuns, {}, context.stop);
    for (std::size_t k = 0; k < answers.size(); ++k) {
        const bool noAnswer = !answers[k]
            && (answers[k].error().code == ErrorCode::Unreachable
                || answers[k].error().code == ErrorCode::Cancelled
                || answers[k].error().code == ErrorCode::Timeout
                || answers[k].error().code == ErrorCode::Unauthorized);
        if (noAnswer) {
            return Error(answers[k].error());
        }
        takeDryRun(out[asked[k]], answers[k]);
    }
    return out;
}

} // namespace isthmus::plan
