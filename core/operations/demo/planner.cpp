// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/demo/planner.h"

#include "core/operations/demo/manifests.h"
#include "core/operations/ingress/planner.h"
#include "core/operations/istio_objects.h"
#include "core/operations/names.h"
#include "core/plan/objects.h"

#include <algorithm>

namespace isthmus::operations {

namespace {

constexpr Milliseconds podsDeadline { 600'000 };

bool holds(const std::vector<ClusterId>& list, const ClusterId& id)
{
    return std::ranges::find(list, id) != list.end();
}

void planDemoNamespace(Draft& draft, const ClusterId& cluster, const std::string& ns)
{
    plan::Step step;
    step.id = stepId(cluster, "demo-namespace");
    step.cluster = cluster;
    step.title = msg("operations.step.demo-namespace", { { "namespace", ns } });
    step.needs = { stepId(cluster, "injector") };
    step.type = "objects";
    step.inputs =
        plan::toJson(plan::ObjectsInputs { .objects = { demoNamespace(ns) }, .required = true });
    draft.add(std::move(step));
}

void planDemoPart(Draft& draft, const ClusterId& cluster, const mesh::DemoSpec& demo)
{
    DemoPart part;
    part.cluster = cluster;
    part.frontend = holds(demo.frontend, cluster);
    part.others = holds(demo.others, cluster);
    Result<std::vector<json::Value>> objects = demoObjects(demo, part);
    if (!objects) {
        draft.problem({ .summary = objects.error().message, .detail = objects.error().detail });
        return;
    }
    planDemoNamespace(draft, cluster, demo.ns);
    plan::Step step;
    step.id = stepId(cluster, "demo");
    step.cluster = cluster;
    step.title =
        part.others ? msg("operations.step.demo-all") : msg("operations.step.demo-frontend");
    step.needs = { stepId(cluster, "demo-namespace") };
    step.type = "objects";
    step.inputs =
        plan::toJson(plan::ObjectsInputs { .objects = std::move(*objects), .awaitReady = true });
    step.waitsFor = msg("operations.waits.pods", { { "what", demo.ns } });
    step.deadline = podsDeadline;
    draft.add(std::move(step));
}

} // namespace

void planDemo(Draft& draft, const std::optional<ClusterId>& only)
{
    const std::optional<mesh::DemoSpec>& demo = draft.spec().demo;
    if (!demo) {
        draft.problem({ .summary = msg("operations.nothing-asked", { { "what", "spec.demo" } }),
                        .subject = "spec.demo",
                        .remedy = msg("operations.say-it", { { "what", "spec.demo" } }) });
        return;
    }
    for (const mesh::Cluster& cluster : draft.spec().clusters) {
        const bool runsAny =
            holds(demo->frontend, cluster.name) || holds(demo->others, cluster.name);
        if (runsAny && (!only || *only == cluster.name)) {
            planDemoPart(draft, cluster.name, *demo);
        }
    }
}

void planLoad(Draft& draft)
{
    const mesh::MeshSpec& spec = draft.spec();
    if (!spec.demo || !spec.demo->load || !spec.ingress) {
        return;
    }
    const auto route = std::ranges::find_if(spec.routes, [&spec](const mesh::RouteSpec& one) {
        return one.ns == spec.demo->ns && one.viaIngress && !one.hosts.empty();
    });
    if (route == spec.routes.end()) {
        return; // without a public host there is nothing to ask
    }
    const ClusterId& cluster = spec.ingress->cluster;
    planCertificate(draft, *spec.ingress);
    Result<std::vector<json::Value>> objects =
        loadObjects(*spec.demo, route->hosts.front(), plan::marker(ingressCertificatePem(cluster)));
    if (!objects) {
        draft.problem({ .summary = objects.error().message, .detail = objects.error().detail });
        return;
    }
    plan::Step step;
    step.id = stepId(cluster, "demo-load");
    step.cluster = cluster;
    step.title = msg("operations.step.demo-load", { { "host", route->hosts.front() } });
    step.needs = { stepId(cluster, "demo-namespace"),
                   stepId(cluster, "certificate"),
                   stepId(spec.primary().name, "route-" + route->name),
                   stepId(spec.primary().name, "route-" + route->name + "-proof") };
    step.type = "objects";
    step.inputs =
        plan::toJson(plan::ObjectsInputs { .objects = std::move(*objects), .awaitReady = true });
    step.waitsFor = msg("operations.waits.pods", { { "what", "loadgenerator" } });
    step.deadline = podsDeadline;
    draft.add(std::move(step));
}

} // namespace isthmus::operations
