// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/weights/weights_step.h"

#include "core/kube/diff.h"
#include "core/kube/status.h"
#include "core/mesh/istio.h"
#include "core/mesh/owner.h"

#include <array>

namespace isthmus::operations {

namespace {

/// How often a write is built anew after somebody else changed the object in between.
constexpr int attempts = 5;

kube::ObjectKey keyOf(const plan::Step& step)
{
    return { step.inputs["apiVersion"].string(),
             "VirtualService",
             step.inputs["namespace"].string(),
             step.inputs["name"].string() };
}

std::size_t ruleOf(const plan::Step& step)
{
    return static_cast<std::size_t>(step.inputs["rule"].integer());
}

std::vector<int> weightsOf(const plan::Step& step)
{
    std::vector<int> weights;
    for (const json::Value& weight : step.inputs["weights"].array()) {
        weights.push_back(static_cast<int>(weight.integer()));
    }
    return weights;
}

Result<json::Value> read(const plan::Step& step, const plan::ReadContext& context)
{
    const std::array keys { keyOf(step) };
    return std::move(context.clusters.find(step.cluster)->getAll(keys, context.stop).front());
}

Result<plan::PreparedWrite> prepare(const plan::Step& step, json::Value live)
{
    plan::PreparedWrite one;
    one.write.key = keyOf(step);
    if (step.inputs["mode"].string() == "patch") {
        Result<json::Value> patch = mesh::weightPatch(live, ruleOf(step), weightsOf(step));
        if (!patch) {
            return std::move(patch).error();
        }
        one.write.verb = kube::Verb::JsonPatch;
        one.write.body = std::move(*patch);
        one.inverse = inverseWeightPatch(live, ruleOf(step), weightsOf(step));
    } else {
        Result<json::Value> body = mesh::withWeights(
            mesh::appliedBy(live, mesh::fieldManager), ruleOf(step), weightsOf(step));
        if (!body) {
            return std::move(body).error();
        }
        one.write.body = std::move(*body);
    }
    one.live = std::move(live);
    return one;
}

/// Whether the write failed because the object is not the one that was read any more. A patch whose
/// tests fail is answered with 422, as a wrong one would be, so it is looked up.
bool isMoved(const Error& error,
             const std::string& version,
             const plan::Step& step,
             const plan::ReadContext& context)
{
    if (error.code == ErrorCode::Conflict) {
        return kube::conflictsOf(error).empty();
    }
    if (error.code != ErrorCode::Invalid || step.inputs["mode"].string() != "patch") {
        return false;
    }
    const Result<json::Value> now = read(step, context);
    return now && kube::resourceVersion(*now) != version;
}

} // namespace

json::Value
inverseWeightPatch(const json::Value& live, std::size_t rule, const std::vector<int>& weights)
{
    json::Array operations;
    json::Array restores;
    const json::Array& route = live["spec"]["http"][rule]["route"].array();
    for (std::size_t i = 0; i < route.size() && i < weights.size(); ++i) {
        const std::string path =
            "/spec/http/" + std::to_string(rule) + "/route/" + std::to_string(i);
        operations.emplace_back(json::Object { { "op", "test" },
                                               { "path", path + "/destination" },
                                               { "value", route[i]["destination"] } });
        operations.emplace_back(json::Object {
            { "op", "test" }, { "path", path + "/weight" }, { "value", weights[i] } });
        if (route[i].contains("weight")) {
            restores.emplace_back(json::Object { { "op", "replace" },
                                                 { "path", path + "/weight" },
                                                 { "value", route[i]["weight"] } });
        } else {
            restores.emplace_back(
                json::Object { { "op", "remove" }, { "path", path + "/weight" } });
        }
    }
    operations.insert(operations.end(), restores.begin(), restores.end());
    return operations;
}

plan::Inspection WeightsStep::inspect(const plan::Step& step,
                                      const plan::ReadContext& context) const
{
    plan::Inspection out;
    const auto block = [&](const Error& error) {
        out.state = plan::Inspection::State::Blocked;
        out.problems.push_back({ .summary = error.message,
                                 .detail = error.detail,
                                 .subject = step.cluster.str() + ": " + text(keyOf(step)),
                                 .remedy = error.remedy });
        return out;
    };
    const Result<json::Value> live = read(step, context);
    if (!live) {
        return plan::blockedBy(live.error(), step.cluster.str() + ": " + text(keyOf(step)));
    }
    const Result<json::Value> wanted = mesh::withWeights(*live, ruleOf(step), weightsOf(step));
    if (!wanted) {
        return block(wanted.error());
    }
    plan::Change change;
    change.cluster = step.cluster;
    change.key = keyOf(step);
    if (kube::changes(*live, *wanted)) {
        change.action = plan::Action::Update;
        change.diff = kube::dump(*live, *wanted);
    } else {
        out.state = plan::Inspection::State::AlreadyRight;
    }
    out.changes.push_back(std::move(change));
    return out;
}

Result<void> WeightsStep::apply(const plan::Step& step, plan::WriteContext& context) const
{
    Error last { ErrorCode::Conflict,
                 msg("operations.route-keeps-changing", { { "object", text(keyOf(step)) } }) };
    for (int attempt = 0; attempt < attempts; ++attempt) {
        Result<json::Value> live = read(step, context);
        if (!live) {
            return std::move(live).error();
        }
        const std::string version = kube::resourceVersion(*live);
        Result<plan::PreparedWrite> write = prepare(step, std::move(*live));
        if (!write) {
            return std::move(write).error();
        }
        std::vector<plan::PreparedWrite> writes;
        writes.push_back(std::move(*write));
        Result<std::vector<json::Value>> sent = context.write(step.cluster, std::move(writes));
        if (sent) {
            return {};
        }
        last = std::move(sent).error();
        if (!isMoved(last, version, step, context)) {
            return last;
        }
    }
    return last;
}

Result<void> WeightsStep::verify(const plan::Step& /*step*/, plan::WriteContext& /*context*/) const
{
    return {};
}

} // namespace isthmus::operations
