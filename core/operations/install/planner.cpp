// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/install/planner.h"

#include "core/operations/chart_steps.h"
#include "core/operations/istio_objects.h"
#include "core/operations/names.h"
#include "core/plan/objects.h"

namespace isthmus::operations {

namespace {

constexpr Milliseconds podsDeadline { 600'000 };
constexpr Milliseconds addressDeadline { 600'000 };

void planTrust(Draft& draft, const mesh::Cluster& primary)
{
    const mesh::MeshSpec& spec = draft.spec();
    if (!spec.trust) {
        draft.problem({ .summary = msg("operations.no-trust"),
                        .subject = "spec.trust",
                        .remedy = msg("operations.say-trust"),
                        .file = spec.file.string() });
        return;
    }
    plan::Step step;
    step.id = stepId(primary.name, "trust");
    step.cluster = primary.name;
    step.title = msg("operations.step.trust");
    step.needs = { stepId(primary.name, "namespace") };
    step.type = "trust";
    step.inputs = json::Object { { "mesh", spec.name },
                                 { "existing", spec.trust->existing },
                                 { "rootKeyFile", spec.trust->rootKeyFile.string() } };
    draft.add(std::move(step));
}

void planExposure(Draft& draft, const mesh::Cluster& primary)
{
    plan::Step step;
    step.id = stepId(primary.name, "exposure");
    step.cluster = primary.name;
    step.title = msg("operations.step.exposure");
    step.needs = { stepId(primary.name, "control-plane") };
    step.type = "exposure";
    step.inputs = plan::toJson(plan::ObjectsInputs {
        .objects = { istiodGateway(), istiodRoute(), crossNetworkGateway() } });
    draft.add(std::move(step));
}

void planMtls(Draft& draft, const mesh::Cluster& primary)
{
    plan::Step step;
    step.id = stepId(primary.name, "mutual-tls");
    step.cluster = primary.name;
    step.title = msg("operations.step.mutual-tls");
    step.needs = { stepId(primary.name, "control-plane") };
    step.type = "objects";
    step.inputs = plan::toJson(plan::ObjectsInputs { .objects = { meshMtls(draft.spec().mtls) } });
    draft.add(std::move(step));
}

void planIngressAddress(Draft& draft, const mesh::Cluster& cluster)
{
    plan::Step step;
    step.id = ingressAddress(cluster.name).step;
    step.cluster = cluster.name;
    step.title = msg("operations.step.ingress-address");
    step.needs = { stepId(cluster.name, "ingress-gateway") };
    step.kind = plan::StepKind::Wait;
    step.type = "address";
    step.inputs = json::Object { { "service", ingressGateway }, { "address", "" } };
    step.waitsFor = msg("operations.waits.address", { { "service", std::string(ingressGateway) } });
    step.deadline = addressDeadline;
    draft.add(std::move(step));
}

/// Whether the gateway's Service can ever say an address.
bool hasAddress(const mesh::GatewaySpec& gateway)
{
    return gateway.type == mesh::ServiceType::LoadBalancer || !gateway.externalIps.empty()
        || !gateway.address.empty();
}

} // namespace

void planEastWestAddress(Draft& draft, const mesh::Cluster& cluster)
{
    if (!hasAddress(cluster.eastWest)) {
        draft.problem(
            { .summary = msg("operations.no-way-to-gateway", { { "cluster", cluster.name.str() } }),
              .detail = "its Service is no LoadBalancer, so nobody gives it an address",
              .subject = "spec.clusters",
              .remedy = msg("operations.say-gateway-address") });
        return;
    }
    plan::Step step;
    step.id = eastWestAddress(cluster.name).step;
    step.cluster = cluster.name;
    step.title = msg("operations.step.east-west-address");
    step.needs = { stepId(cluster.name, "east-west-gateway") };
    step.kind = plan::StepKind::Wait;
    step.type = "address";
    step.inputs =
        json::Object { { "service", eastWestGateway }, { "address", cluster.eastWest.address } };
    step.waitsFor =
        msg("operations.waits.address", { { "service", std::string(eastWestGateway) } });
    step.deadline = addressDeadline;
    draft.add(std::move(step));
}

void planTrustCheck(Draft& draft, const mesh::Cluster& primary)
{
    plan::Step step;
    step.id = stepId(primary.name, "trust");
    step.cluster = primary.name;
    step.title = msg("operations.step.trust");
    step.kind = plan::StepKind::Check;
    step.type = "trust";
    step.inputs = json::Object { { "mesh", draft.spec().name }, { "checkOnly", true } };
    draft.add(std::move(step));
}

void planInstall(Draft& draft, const mesh::Cluster& primary)
{
    if (primary.network.empty()) {
        draft.problem(
            { .summary = msg("operations.no-network", { { "cluster", primary.name.str() } }),
              .subject = "spec.clusters",
              .remedy = msg("operations.say-network") });
        return;
    }
    planNamespace(draft, primary);
    planTrust(draft, primary);
    planDefinitions(draft, primary);

    plan::Step controlPlane =
        chartStep(draft, primary, "control-plane", primaryControlPlane(draft.spec(), primary));
    controlPlane.title = msg("operations.step.control-plane");
    controlPlane.needs = { stepId(primary.name, "trust"), stepId(primary.name, "base") };
    controlPlane.waitsFor = msg("operations.waits.pods", { { "what", "istiod" } });
    controlPlane.deadline = podsDeadline;
    draft.add(std::move(controlPlane));

    planInjector(draft, primary, stepId(primary.name, "control-plane"));
    planMtls(draft, primary);
    planExposure(draft, primary);
    planGateway(draft, primary, { .eastWest = true }, { stepId(primary.name, "injector") });
    planEastWestAddress(draft, primary);
    planGateway(draft, primary, { .eastWest = false }, { stepId(primary.name, "injector") });
    if (hasAddress(primary.ingress)) {
        planIngressAddress(draft, primary);
    }
}

} // namespace isthmus::operations
