// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/route/planner.h"

#include "core/operations/istio_objects.h"
#include "core/operations/names.h"
#include "core/plan/objects.h"

namespace isthmus::operations {

namespace {

constexpr Milliseconds proofDeadline { 60'000 };

/// The objects' home: Istio reads configuration from the primary alone in this topology.
const ClusterId& homeOf(const Draft& draft)
{
    return draft.spec().primary().name;
}

std::string publicHost(const mesh::RouteSpec& route)
{
    return route.hosts.empty() ? std::string() : route.hosts.front();
}

void planProof(Draft& draft, const mesh::RouteSpec& route, const StepId& after)
{
    const std::optional<mesh::IngressSpec>& ingress = draft.spec().ingress;
    if (!ingress || !route.viaIngress || route.hosts.empty()) {
        return;
    }
    json::Array clusters;
    for (const auto& [cluster, weight] : route.weights) {
        // The probe's own host, so that nobody's traffic meets the forced route.
        const std::string host = "isthmus-proof-" + cluster.str() + "." + ingress->domain;
        clusters.push_back(json::Object { { "cluster", cluster.str() },
                                          { "host", host },
                                          { "object", forcedRoute(route, cluster, host) } });
    }
    plan::Step step;
    step.id = stepId(homeOf(draft), "route-" + route.name + "-proof");
    step.cluster = homeOf(draft);
    step.title = msg("operations.step.route-proof", { { "route", route.name } });
    step.needs = { after, ingressAddress(ingress->cluster).step };
    step.kind = plan::StepKind::Check;
    step.type = "route-proof";
    step.inputs =
        json::Object { { "clusters", std::move(clusters) },
                       { "ingressCluster", ingress->cluster.str() },
                       { "service", ingressGateway },
                       { "secret",
                         ingress->certificateSecret.empty() ? std::string(ingressCertificate)
                                                            : ingress->certificateSecret } };
    step.deadline = proofDeadline;
    draft.add(std::move(step));
}

} // namespace

void planRoute(Draft& draft, const mesh::RouteSpec& route)
{
    const ClusterId& home = homeOf(draft);
    plan::Step step;
    step.id = stepId(home, "route-" + route.name);
    step.cluster = home;
    step.title =
        msg("operations.step.route", { { "route", route.name }, { "host", publicHost(route) } });
    step.needs = { stepId(home, "control-plane"), stepId(home, "public-gateway") };
    for (const mesh::Cluster& cluster : draft.spec().clusters) {
        step.needs.push_back(stepId(cluster.name, "demo"));
        step.needs.push_back(stepId(cluster.name, "east-west-address"));
    }
    step.type = "route";
    step.inputs = plan::toJson(
        plan::ObjectsInputs { .objects = { clusterSubsets(route), weightedRoute(route) } });
    const StepId id = step.id;
    draft.add(std::move(step));
    planProof(draft, route, id);
}

} // namespace isthmus::operations
