// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/plan.h"

#include "core/crypto/certificate.h"
#include "core/kube/diff.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace isthmus::plan {

namespace {

constexpr std::int64_t planFormat = 1;
constexpr std::array<std::string_view, 3> kindNames { "apply", "wait", "check" };

json::Value stepToJson(const Step& step)
{
    json::Array needs;
    for (const StepId& id : step.needs) {
        needs.emplace_back(id.str());
    }
    return json::Object { { "id", step.id.str() },
                          { "cluster", step.cluster.str() },
                          { "title", toJson(step.title) },
                          { "needs", std::move(needs) },
                          { "kind", kindNames.at(static_cast<std::size_t>(step.kind)) },
                          { "type", step.type },
                          { "inputs", step.inputs },
                          { "waitsFor", toJson(step.waitsFor) },
                          { "deadlineMs", step.deadline.count() },
                          { "reversible", step.reversible } };
}

Error unknownFormat()
{
    return {
        ErrorCode::Unsupported, msg("plan.unknown-format"), {}, {}, msg("plan.use-newer-version")
    };
}

Result<Step> stepFromJson(const json::Value& value)
{
    Step step;
    step.id = StepId(value["id"].string());
    step.cluster = ClusterId(value["cluster"].string());
    step.title = messageFromJson(value["title"]);
    for (const json::Value& id : value["needs"].array()) {
        step.needs.emplace_back(id.string());
    }
    const auto kind = std::ranges::find(kindNames, value["kind"].string());
    if (kind == kindNames.end()) {
        return unknownFormat();
    }
    step.kind = static_cast<StepKind>(kind - kindNames.begin());
    step.type = value["type"].string();
    step.inputs = value["inputs"];
    step.waitsFor = messageFromJson(value["waitsFor"]);
    step.deadline = Milliseconds(value["deadlineMs"].integer());
    step.reversible = value["reversible"].boolean(true);
    return step;
}

} // namespace

const Step* Plan::find(const StepId& id) const
{
    const auto found = std::ranges::find(steps, id, &Step::id);
    return found != steps.end() ? &*found : nullptr;
}

json::Value toJson(const Message& message)
{
    json::Object args;
    for (const auto& [name, value] : message.args) {
        args.emplace(name, value);
    }
    return json::Object { { "id", message.id }, { "args", std::move(args) } };
}

Message messageFromJson(const json::Value& value)
{
    Message message { value["id"].string(), {} };
    for (const auto& [name, arg] : value["args"].object()) {
        message.args.emplace_back(name, arg.string());
    }
    return message;
}

json::Value toJson(const Plan& plan)
{
    json::Object clusters;
    for (const auto& [id, identity] : plan.clusters) {
        clusters.emplace(id.str(),
                         json::Object { { "uid", identity.uid.str() },
                                        { "server", identity.server },
                                        { "caFingerprint", identity.caFingerprint },
                                        { "context", identity.context },
                                        { "kubeconfig", identity.kubeconfig } });
    }
    json::Array steps;
    for (const Step& step : plan.steps) {
        steps.push_back(stepToJson(step));
    }
    json::Array expects;
    for (const Expectation& one : plan.expects) {
        expects.push_back(json::Object { { "cluster", one.cluster.str() },
                                         { "apiVersion", one.key.apiVersion },
                                         { "kind", one.key.kind },
                                         { "namespace", one.key.ns },
                                         { "name", one.key.name },
                                         { "digest", one.digest } });
    }
    return json::Object { { "format", planFormat },      { "operation", plan.operation },
                          { "mesh", plan.mesh },         { "clusters", std::move(clusters) },
                          { "steps", std::move(steps) }, { "expects", std::move(expects) } };
}

Result<Plan> planFromJson(const json::Value& value)
{
    if (value["format"].integer() != planFormat) {
        return unknownFormat();
    }
    Plan plan;
    plan.operation = value["operation"].string();
    plan.mesh = value["mesh"].string();
    for (const auto& [id, identity] : value["clusters"].object()) {
        plan.clusters.emplace(ClusterId(id),
                              ClusterIdentity { ClusterUid(identity["uid"].string()),
                                                identity["server"].string(),
                                                identity["caFingerprint"].string(),
                                                identity["context"].string(),
                                                identity["kubeconfig"].string() });
    }
    for (const json::Value& step : value["steps"].array()) {
        Result<Step> read = stepFromJson(step);
        if (!read) {
            return std::move(read).error();
        }
        plan.steps.push_back(std::move(*read));
    }
    for (const json::Value& one : value["expects"].array()) {
        plan.expects.push_back({ ClusterId(one["cluster"].string()),
                                 { one["apiVersion"].string(),
                                   one["kind"].string(),
                                   one["namespace"].string(),
                                   one["name"].string() },
                                 one["digest"].string() });
    }
    return plan;
}

std::string planId(const Plan& plan)
{
    return crypto::sha256Hex(json::write(toJson(plan)));
}

std::string digestOf(const json::Value& object)
{
    // Of a Secret not even a digest of its content is kept.
    const std::string content = kube::keyOf(object).kind == "Secret"
        ? kube::resourceVersion(object)
        : json::write(kube::normalised(object));
    return crypto::sha256Hex(kube::uid(object) + content);
}

Diagnostics verifyShape(const Plan& plan)
{
    Diagnostics problems;
    std::set<StepId> earlier;
    for (const Step& step : plan.steps) {
        for (const StepId& need : step.needs) {
            if (!earlier.contains(need)) {
                problems.push_back(
                    { .summary = msg("plan.need-not-earlier",
                                     { { "step", step.id.str() }, { "need", need.str() } }) });
            }
        }
        for (const Hole& hole : holesIn(step.inputs)) {
            if (!earlier.contains(hole.step)) {
                problems.push_back(
                    { .summary = msg("plan.hole-not-earlier",
                                     { { "step", step.id.str() }, { "hole", text(hole) } }) });
            }
        }
        if (!plan.clusters.contains(step.cluster)) {
            problems.push_back({ .summary = msg("plan.unknown-cluster",
                                                { { "step", step.id.str() },
                                                  { "cluster", step.cluster.str() } }) });
        }
        if (!earlier.insert(step.id).second) {
            problems.push_back(
                { .summary = msg("plan.step-twice", { { "step", step.id.str() } }) });
        }
    }
    return problems;
}

std::string dump(const Plan& plan)
{
    std::string out;
    for (const Step& step : plan.steps) {
        out += step.id.str() + "  " + step.type;
        if (!step.needs.empty()) {
            out += "  needs";
            for (const StepId& need : step.needs) {
                out += " " + need.str();
            }
        }
        out += "\n";
    }
    return out;
}

} // namespace isthmus::plan
