// SPDX-License-Identifier: GPL-3.0-or-later
// What a running istiod does to the cluster it runs in: its root in every namespace, and in the
// webhooks that lead to it.
#include "core/base/strings.h"
#include "core/sim/reactors/owned_pods.h"
#include "core/sim/reactors/reactors.h"

#include <algorithm>
#include <set>

namespace isthmus::sim {

namespace {

using json::Value;

constexpr const char* home = "istio-system";
constexpr const char* rootMap = "istio-ca-root-cert";
constexpr const char* webhookGroup = "admissionregistration.k8s.io";

bool isRunning(const Model& model)
{
    return std::ranges::any_of(model.list("", "pods", home), [](const ObjectPtr& pod) {
        return (*pod)["metadata"]["labels"]["app"].string() == "istiod" && isReady(*pod);
    });
}

/// The root that istiod signs under: of the plugged-in authority, else its own.
std::string rootOf(const Model& model)
{
    const ObjectPtr authority =
        model.store().get({ .group = "", .plural = "secrets", .ns = home, .name = "cacerts" });
    const auto plugged = authority != nullptr
        ? base64Decode((*authority)["data"]["root-cert.pem"].string())
        : std::nullopt;
    return plugged && !plugged->empty() ? *plugged : model.options().caPem;
}

void spreadRoot(Model& model, const std::string& root)
{
    for (const ObjectPtr& space : model.list("", "namespaces")) {
        const std::string& ns = (*space)["metadata"]["name"].string();
        if ((*space)["metadata"].contains("deletionTimestamp")) {
            continue;
        }
        const Place place { .group = "", .plural = "configmaps", .ns = ns, .name = rootMap };
        model.ensure(
            "v1",
            "ConfigMap",
            ns,
            json::Object {
                { "metadata",
                  json::Object { { "name", rootMap },
                                 { "labels", json::Object { { "istio.io/config", "true" } } } } },
                { "data", json::Object { { "root-cert.pem", root } } } });
        model.edit(place, "pilot-discovery", [&](Value& object) {
            object.member("data").member("root-cert.pem") = root;
        });
    }
}

void patchWebhooks(Model& model, const char* plural, const char* app, const std::string& bundle)
{
    for (const ObjectPtr& each : model.list(webhookGroup, plural)) {
        if ((*each)["metadata"]["labels"]["app"].string() != app) {
            continue;
        }
        const Place place { .group = webhookGroup,
                            .plural = plural,
                            .name = (*each)["metadata"]["name"].string() };
        model.edit(place, "pilot-discovery", [&](Value& object) {
            json::Array* webhooks = object.member("webhooks").asArray();
            for (std::size_t i = 0; webhooks != nullptr && i < webhooks->size(); ++i) {
                (*webhooks)[i].member("clientConfig").member("caBundle") = bundle;
            }
        });
    }
}

bool concerns(const Change& change)
{
    static const std::set<std::string, std::less<>> plurals { "namespaces",
                                                              "mutatingwebhookconfigurations",
                                                              "validatingwebhookconfigurations" };
    return plurals.contains(change.place.plural) || change.place.name == rootMap
        || (change.place.ns == home
            && (change.place.plural == "pods" || change.place.name == "cacerts"));
}

} // namespace

void reactToIstiod(Model& model, std::span<const Change> changes)
{
    if (std::ranges::none_of(changes, concerns) || !isRunning(model)) {
        return;
    }
    const std::string root = rootOf(model);
    spreadRoot(model, root);
    const std::string bundle = base64Encode(root);
    patchWebhooks(model, "mutatingwebhookconfigurations", "sidecar-injector", bundle);
    patchWebhooks(model, "validatingwebhookconfigurations", "istiod", bundle);
}

} // namespace isthmus::sim
