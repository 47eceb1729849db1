// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/route_proof_step.h"

#include "core/base/strings.h"
#include "core/operations/names.h"
#include "core/operations/steps/address_step.h"
#include "core/plan/objects.h"

#include <array>

namespace isthmus::operations {

namespace {

constexpr Milliseconds pause { 200 };

/// Address and certificate of the ingress gateway. Errors: NotFound where it has none yet.
Result<Visit> entranceOf(const plan::Step& step, const plan::ReadContext& context)
{
    plan::ClusterPort* port =
        context.clusters.find(ClusterId(step.inputs["ingressCluster"].string()));
    if (port == nullptr) {
        return Error { ErrorCode::NotFound, msg("operations.no-entrance") };
    }
    const std::string ns(istioNamespace);
    const std::array keys {
        kube::ObjectKey { "v1", "Service", ns, step.inputs["service"].string() },
        kube::ObjectKey { "v1", "Secret", ns, step.inputs["secret"].string() },
    };
    std::vector<Result<json::Value>> live = port->getAll(keys, context.stop);
    for (Result<json::Value>& one : live) {
        if (!one) {
            return std::move(one).error();
        }
    }
    Visit visit;
    visit.address = addressOf(*live[0]);
    visit.caPem = base64Decode((*live[1])["data"]["tls.crt"].string()).value_or(std::string());
    json::wipe(*live[1]);
    if (visit.address.empty()) {
        return Error { ErrorCode::NotFound, msg("operations.no-entrance") };
    }
    return visit;
}

Result<json::Value>
readLive(const kube::ObjectKey& key, const plan::Step& step, const plan::ReadContext& context)
{
    const std::array keys { key };
    Result<json::Value> live =
        std::move(context.clusters.find(step.cluster)->getAll(keys, context.stop).front());
    if (!live && live.error().code == ErrorCode::NotFound) {
        return json::Value();
    }
    return live;
}

Result<void> send(kube::Verb verb,
                  const json::Value& object,
                  const plan::Step& step,
                  plan::WriteContext& context)
{
    plan::PreparedWrite one;
    one.write.key = kube::keyOf(object);
    Result<json::Value> live = readLive(one.write.key, step, context);
    if (!live) {
        return std::move(live).error();
    }
    if (verb == kube::Verb::Delete && live->isNull()) {
        return {};
    }
    one.write.verb = verb;
    one.write.body = verb == kube::Verb::Delete
        ? json::Value(json::Object { { "uid", kube::uid(*live) } })
        : object;
    one.live = std::move(*live);
    std::vector<plan::PreparedWrite> writes;
    writes.push_back(std::move(one));
    Result<std::vector<json::Value>> sent = context.write(step.cluster, std::move(writes));
    return sent ? Result<void>() : std::move(sent).error();
}

bool isAnswered(const Result<VisitAnswer>& answer)
{
    // 404: the gateway does not know the host yet; 5xx: it does, and reaches nobody.
    return answer && answer->status < 500 && answer->status != 404;
}

} // namespace

plan::Inspection RouteProofStep::inspect(const plan::Step& step,
                                         const plan::ReadContext& /*context*/) const
{
    plan::Inspection out;
    for (const json::Value& target : step.inputs["clusters"].array()) {
        plan::Change change;
        change.action = plan::Action::Create;
        change.cluster = step.cluster;
        change.key = kube::keyOf(target["object"]);
        change.note = "for the time of one request, then removed";
        out.changes.push_back(std::move(change));
    }
    return out;
}

Result<void> RouteProofStep::prove(const plan::Step& step,
                                   const json::Value& target,
                                   const Visit& entrance,
                                   plan::WriteContext& context) const
{
    const std::string& cluster = target["cluster"].string();
    if (Result<void> made = send(kube::Verb::Apply, target["object"], step, context); !made) {
        return made;
    }
    Visit visit = entrance;
    visit.host = target["host"].string();
    Result<VisitAnswer> answer = m_probes.visit(visit, context.stop);
    const SteadyTime end = context.clock.steady() + step.deadline / 2;
    while (!isAnswered(answer) && context.clock.steady() < end && !context.stop.stop_requested()) {
        context.clock.sleepUntil(context.clock.steady() + pause, context.stop);
        answer = m_probes.visit(visit, context.stop);
    }
    if (isAnswered(answer)) {
        context.say(msg("operations.proven-request",
                        { { "cluster", cluster },
                          { "status", std::to_string(answer->status) },
                          { "time", formatDuration(answer->took) } }));
    } else {
        const std::string why =
            answer ? "HTTP " + std::to_string(answer->status) : describe(answer.error());
        context.say(
            msg("operations.not-proven-request", { { "cluster", cluster }, { "why", why } }));
    }
    return send(kube::Verb::Delete, target["object"], step, context);
}

Result<void> RouteProofStep::apply(const plan::Step& step, plan::WriteContext& context) const
{
    const Result<Visit> entrance = entranceOf(step, context);
    if (!entrance) {
        context.say(msg("operations.not-proven-request",
                        { { "cluster", "any cluster" }, { "why", describe(entrance.error()) } }));
        return {};
    }
    for (const json::Value& target : step.inputs["clusters"].array()) {
        if (Result<void> proven = prove(step, target, *entrance, context); !proven) {
            return proven;
        }
    }
    return {};
}

Result<void> RouteProofStep::verify(const plan::Step& /*step*/,
                                    plan::WriteContext& /*context*/) const
{
    return {};
}

} // namespace isthmus::operations
