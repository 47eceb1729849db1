// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/chart_steps.h"

#include "core/charts/values.h"
#include "core/operations/istio_objects.h"
#include "core/operations/names.h"
#include "core/plan/objects.h"

namespace isthmus::operations {

namespace {

constexpr Milliseconds podsDeadline { 600'000 };
constexpr Milliseconds crdDeadline { 60'000 };
constexpr Milliseconds injectorDeadline { 120'000 };

std::string_view serviceTypeName(mesh::ServiceType type)
{
    switch (type) {
    case mesh::ServiceType::NodePort:
        return "NodePort";
    case mesh::ServiceType::ClusterIP:
        return "ClusterIP";
    case mesh::ServiceType::LoadBalancer:
        break;
    }
    return "LoadBalancer";
}

charts::Images imagesOf(const mesh::Cluster& cluster)
{
    return { .hub = cluster.imageHub, .pullSecret = cluster.imagePullSecret };
}

/// The user's values over ours, the mesh's first, then the cluster's.
json::Value withUserValues(json::Value values, const json::Value& mesh, const json::Value& cluster)
{
    return charts::merge(charts::merge(std::move(values), mesh), cluster);
}

} // namespace

ChartUse primaryControlPlane(const mesh::MeshSpec& spec, const mesh::Cluster& primary)
{
    const json::Value values = charts::istiodPrimaryValues({ .meshId = spec.name,
                                                             .cluster = primary.name.str(),
                                                             .network = primary.network,
                                                             .revision = spec.istio.revision,
                                                             .images = imagesOf(primary) });
    return { .chart = "istiod",
             .release = "istiod",
             .values = withUserValues(values, spec.istio.istiodValues, primary.istiodValues) };
}

ChartUse remoteControlPlane(const mesh::MeshSpec& spec,
                            const mesh::Cluster& remote,
                            const mesh::Cluster& primary)
{
    json::Value values = charts::istiodRemoteValues({ .cluster = remote.name.str(),
                                                      .network = remote.network,
                                                      .pilotAddress = {},
                                                      .revision = spec.istio.revision,
                                                      .images = imagesOf(remote) });
    values.member("global").member("remotePilotAddress") =
        plan::marker(eastWestAddress(primary.name));
    return { .chart = "istiod",
             .release = "istiod",
             .values = withUserValues(values, spec.istio.istiodValues, remote.istiodValues) };
}

plan::Step
chartStep(Draft& draft, const mesh::Cluster& cluster, std::string_view what, ChartUse use)
{
    plan::Step step;
    step.id = stepId(cluster.name, what);
    step.cluster = cluster.name;
    step.type = "chart";
    const std::optional<ChartFacts>& charts = draft.input().charts;
    const auto found = charts ? charts->charts.find(use.chart)
                              : std::map<std::string, ChartFacts::One>::const_iterator();
    if (!charts || found == charts->charts.end()) {
        draft.problem({ .summary = msg("operations.no-charts"),
                        .subject = "spec.istio.charts",
                        .remedy = msg("operations.say-charts") });
        return step;
    }
    const auto facts = draft.input().clusters.find(cluster.name);
    step.inputs = json::Object {
        { "chart", use.chart },
        { "path", found->second.path },
        { "digest", found->second.digest },
        { "release", use.release },
        { "namespace", istioNamespace },
        { "kubeVersion", facts != draft.input().clusters.end() ? facts->second.kubeVersion : "" },
        { "values", std::move(use.values) },
        { "part", use.part },
        { "awaitReady", use.awaitReady },
        { "required", false },
    };
    return step;
}

void planNamespace(Draft& draft, const mesh::Cluster& cluster)
{
    plan::Step step;
    step.id = stepId(cluster.name, "namespace");
    step.cluster = cluster.name;
    step.title = msg("operations.step.namespace");
    step.type = "objects";
    step.inputs = plan::toJson(plan::ObjectsInputs {
        .objects = { istioSystem(cluster, draft.spec().primary()) }, .required = true });
    draft.add(std::move(step));
}

void planDefinitions(Draft& draft, const mesh::Cluster& cluster)
{
    const mesh::MeshSpec& spec = draft.spec();
    const bool remote = cluster.role == mesh::Role::Remote;
    const json::Value values = charts::merge(
        charts::baseValues(
            { .remote = remote, .revision = spec.istio.revision, .images = imagesOf(cluster) }),
        spec.istio.baseValues);
    plan::Step crds =
        chartStep(draft,
                  cluster,
                  "crds",
                  { .chart = "base", .release = "istio-base", .values = values, .part = "crds" });
    crds.title = msg("operations.step.crds");
    crds.waitsFor = msg("operations.waits.crds");
    crds.deadline = crdDeadline;
    // After the trust, too: a root that cannot be made shall leave nothing else behind.
    crds.needs = { stepId(cluster.name, "namespace"), stepId(cluster.name, "trust") };
    draft.add(std::move(crds));

    plan::Step base = chartStep(draft,
                                cluster,
                                "base",
                                { .chart = "base",
                                  .release = "istio-base",
                                  .values = values,
                                  .part = "rest",
                                  .awaitReady = false });
    base.title = msg("operations.step.base");
    base.needs = { stepId(cluster.name, "crds") };
    draft.add(std::move(base));
}

void planInjector(Draft& draft, const mesh::Cluster& cluster, const StepId& after)
{
    const std::string primary = draft.spec().primary().name.str();
    plan::Step step;
    step.id = stepId(cluster.name, "injector");
    step.cluster = cluster.name;
    step.title = msg("operations.step.injector", { { "primary", primary } });
    step.needs = { after };
    step.kind = plan::StepKind::Wait;
    step.type = "injector";
    step.inputs = json::Object { { "primary", primary } };
    step.waitsFor = msg("operations.waits.injector", { { "primary", primary } });
    step.deadline = injectorDeadline;
    draft.add(std::move(step));
}

void planGateway(Draft& draft,
                 const mesh::Cluster& cluster,
                 GatewayUse use,
                 std::vector<StepId> needs)
{
    const mesh::GatewaySpec& spec = use.eastWest ? cluster.eastWest : cluster.ingress;
    const charts::GatewayKind kind =
        use.eastWest ? charts::GatewayKind::EastWest : charts::GatewayKind::Ingress;
    const json::Value values =
        charts::gatewayValues({ .kind = kind,
                                .network = use.eastWest ? cluster.network : std::string(),
                                .revision = draft.spec().istio.revision,
                                .serviceType = std::string(serviceTypeName(spec.type)),
                                .annotations = spec.annotations,
                                .loadBalancerIp = spec.loadBalancerIp,
                                .externalIps = spec.externalIps,
                                .pullSecret = cluster.imagePullSecret });
    const std::string release(charts::gatewayRelease(kind));
    plan::Step step =
        chartStep(draft,
                  cluster,
                  use.eastWest ? "east-west-gateway" : "ingress-gateway",
                  { .chart = "gateway",
                    .release = release,
                    .values = withUserValues(
                        values, draft.spec().istio.gatewayValues, cluster.gatewayValues) });
    step.title = use.eastWest ? msg("operations.step.east-west-gateway")
                              : msg("operations.step.ingress-gateway");
    step.needs = std::move(needs);
    step.waitsFor = msg("operations.waits.pods", { { "what", release } });
    step.deadline = podsDeadline;
    draft.add(std::move(step));
}

} // namespace isthmus::operations
