// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/join_proof_step.h"

#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/operations/names.h"
#include "core/operations/steps/injector_step.h"
#include "core/operations/steps/root_residue.h"

#include <algorithm>
#include <array>

namespace isthmus::operations {

namespace {

constexpr Milliseconds pause { 500 };

/// The value of `name="…"` in a metric's label list.
std::string_view labelValue(std::string_view line, std::string_view name)
{
    const std::string start = std::string(name) + "=\"";
    for (std::size_t at = line.find(start); at != std::string_view::npos;
         at = line.find(start, at + 1)) {
        if (at > 0 && (line[at - 1] == '{' || line[at - 1] == ',')) {
            const std::string_view rest = line.substr(at + start.size());
            return rest.substr(0, rest.find('"'));
        }
    }
    return {};
}

/// "synced" where every running istiod of the primary says so, else the first other status.
Result<std::string> syncStatus(const plan::Step& step, const plan::ReadContext& context)
{
    plan::ClusterPort* port = context.clusters.find(ClusterId(step.inputs["primary"].string()));
    if (port == nullptr) {
        return Error { ErrorCode::Internal,
                       msg("plan.cluster-not-connected",
                           { { "cluster", step.inputs["primary"].string() } }) };
    }
    const std::string ns(istioNamespace);
    const auto pods = port->list("v1", "Pod", ns, "app=istiod", context.stop);
    if (!pods) {
        return Error(pods.error());
    }
    std::string worst;
    for (const json::Value& pod : *pods) {
        if (pod["status"]["phase"].string() != "Running") {
            continue;
        }
        const Result<std::string> metrics = port->raw(
            "/api/v1/namespaces/" + ns + "/pods/" + kube::keyOf(pod).name + ":15014/proxy/metrics",
            context.stop);
        if (!metrics) {
            return Error(metrics.error());
        }
        const std::string status = remoteSyncStatus(*metrics, step.inputs["remote"].string());
        if (worst.empty() || status != "synced") {
            worst = status.empty() ? "unknown to istiod" : status;
        }
    }
    return worst.empty() ? "no istiod is running" : worst;
}

Result<void> proveRegistry(const plan::Step& step, plan::WriteContext& context)
{
    const SteadyTime end = context.clock.steady() + step.deadline;
    const std::string& remote = step.inputs["remote"].string();
    Result<std::string> status = syncStatus(step, context);
    std::string last;
    while ((!status || *status != "synced") && context.clock.steady() < end) {
        const std::string why = status ? "istiod says: " + *status : describe(status.error());
        if (why != last) {
            context.say(
                msg("operations.waits-registry", { { "cluster", remote }, { "why", why } }));
            last = why;
        }
        if (!context.clock.sleepUntil(context.clock.steady() + pause, context.stop)) {
            break;
        }
        status = syncStatus(step, context);
    }
    if (!status) {
        context.say(msg("operations.not-proven-registry",
                        { { "cluster", remote }, { "why", describe(status.error()) } }));
        return {};
    }
    if (*status == "synced") {
        context.say(msg("operations.proven-registry", { { "cluster", remote } }));
        return {};
    }
    return Error { ErrorCode::Timeout,
                   msg("operations.not-synced", { { "cluster", remote } }),
                   "istiod says: " + *status,
                   step.inputs["primary"].string(),
                   msg("operations.check-reach") };
}

void proveRoots(const plan::Step& step, plan::WriteContext& context)
{
    const std::string& remote = step.inputs["remote"].string();
    const Result<std::string> here = rootOf(ClusterId(step.inputs["primary"].string()), context);
    const Result<std::string> there = rootOf(ClusterId(remote), context);
    const Result<bool> same =
        here && there ? crypto::sameRoots(*here, *there) : Result<bool>(false);
    context.say(same && *same ? msg("operations.proven-root", { { "cluster", remote } })
                              : msg("operations.not-proven-root", { { "cluster", remote } }));
}

void proveInjector(const plan::Step& step, plan::WriteContext& context)
{
    const std::string& remote = step.inputs["remote"].string();
    const std::array keys { kube::ObjectKey { "admissionregistration.k8s.io/v1",
                                              "MutatingWebhookConfiguration",
                                              "",
                                              "istio-sidecar-injector" } };
    const Result<json::Value> webhook =
        std::move(context.clusters.find(step.cluster)->getAll(keys, context.stop).front());
    const Result<std::string> root = rootOf(ClusterId(remote), context);
    bool equal = webhook && root && hasAuthority(*webhook);
    if (equal) {
        for (const json::Value& one : (*webhook)["webhooks"].array()) {
            const auto bundle = base64Decode(one["clientConfig"]["caBundle"].string());
            const Result<bool> same =
                bundle ? crypto::sameRoots(*bundle, *root) : Result<bool>(false);
            equal = equal && same && *same;
        }
    }
    context.say(equal ? msg("operations.proven-injector", { { "cluster", remote } })
                      : msg("operations.not-proven-injector", { { "cluster", remote } }));
}

/// The remote's gateway got its configuration and certificate through the primary's gateway: that
/// is what made it ready, so bytes have crossed from the remote to the primary.
void proveWayBack(const plan::Step& step, plan::WriteContext& context)
{
    const std::string& remote = step.inputs["remote"].string();
    const std::array keys { kube::ObjectKey {
        "apps/v1", "Deployment", std::string(istioNamespace), std::string(eastWestGateway) } };
    const Result<json::Value> gateway =
        std::move(context.clusters.find(step.cluster)->getAll(keys, context.stop).front());
    const bool ready = gateway && (*gateway)["status"]["readyReplicas"].integer() > 0;
    context.say(ready ? msg("operations.proven-gateway", { { "cluster", remote } })
                      : msg("operations.not-proven-gateway", { { "cluster", remote } }));
}

} // namespace

std::string remoteSyncStatus(std::string_view metrics, std::string_view cluster)
{
    constexpr std::string_view name = "istiod_remote_cluster_sync_status{";
    for (const std::string& line : split(metrics, '\n')) {
        if (line.starts_with(name) && labelValue(line, "cluster") == cluster
            && trimmed(line).ends_with(" 1")) {
            return std::string(labelValue(line, "status"));
        }
    }
    return {};
}

plan::Inspection JoinProofStep::inspect(const plan::Step& /*step*/,
                                        const plan::ReadContext& /*context*/) const
{
    return {};
}

Result<void> JoinProofStep::apply(const plan::Step& /*step*/, plan::WriteContext& /*context*/) const
{
    return {};
}

Result<void> JoinProofStep::verify(const plan::Step& step, plan::WriteContext& context) const
{
    if (Result<void> synced = proveRegistry(step, context); !synced) {
        return synced;
    }
    proveRoots(step, context);
    proveInjector(step, context);
    proveWayBack(step, context);
    context.say(
        msg("operations.not-proven-crossing", { { "cluster", step.inputs["remote"].string() } }));
    return {};
}

} // namespace isthmus::operations
