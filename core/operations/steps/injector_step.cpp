// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/injector_step.h"

#include "core/operations/names.h"

#include <algorithm>
#include <array>

namespace isthmus::operations {

namespace {

const kube::ObjectKey webhookKey {
    "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "", "istio-sidecar-injector"
};
const kube::ObjectKey rootKey {
    "v1", "ConfigMap", std::string(istioNamespace), std::string(rootCertificate)
};

bool hasRoot(const json::Value& configMap)
{
    return !configMap["data"]["root-cert.pem"].string().empty();
}

} // namespace

bool hasAuthority(const json::Value& webhookConfiguration)
{
    const json::Array& webhooks = webhookConfiguration["webhooks"].array();
    return !webhooks.empty() && std::ranges::all_of(webhooks, [](const json::Value& webhook) {
        return !webhook["clientConfig"]["caBundle"].string().empty();
    });
}

plan::Inspection InjectorStep::inspect(const plan::Step& step,
                                       const plan::ReadContext& context) const
{
    plan::Inspection out;
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    if (port == nullptr) {
        return out;
    }
    const std::array keys { webhookKey, rootKey };
    const std::vector<Result<json::Value>> live = port->getAll(keys, context.stop);
    if (live[0] && live[1] && hasAuthority(*live[0]) && hasRoot(*live[1])) {
        out.state = plan::Inspection::State::AlreadyRight;
    }
    return out;
}

Result<void> InjectorStep::apply(const plan::Step& /*step*/, plan::WriteContext& /*context*/) const
{
    return {};
}

Result<void> InjectorStep::verify(const plan::Step& step, plan::WriteContext& context) const
{
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    const std::string& primary = step.inputs["primary"].string();
    const SteadyTime end = context.clock.steady() + step.deadline;
    const auto await = [&](const kube::ObjectKey& key, auto&& done) -> Result<void> {
        bool told = false;
        const auto tellingDone = [&](const json::Value& object) {
            const bool good = done(object);
            if (!good && !told) {
                told = true;
                context.say(msg("operations.waits-for-istiod",
                                { { "primary", primary }, { "object", text(key) } }));
            }
            return good;
        };
        const auto left = std::chrono::duration_cast<Milliseconds>(end - context.clock.steady());
        const Result<json::Value> waited =
            port->waitFor(key, tellingDone, std::max(left, Milliseconds(1)), context.stop);
        if (waited) {
            return {};
        }
        if (waited.error().code != ErrorCode::Timeout) {
            return Error(waited.error());
        }
        return Error { ErrorCode::Timeout,
                       msg("operations.istiod-did-not-come",
                           { { "primary", primary }, { "object", text(key) } }),
                       "istiod writes it when it is ready and has read this cluster's credential",
                       step.cluster.str(),
                       msg("operations.check-join") };
    };
    if (Result<void> webhook = await(webhookKey, hasAuthority); !webhook) {
        return webhook;
    }
    return await(rootKey, hasRoot);
}

} // namespace isthmus::operations
