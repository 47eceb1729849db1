// SPDX-License-Identifier: GPL-3.0-or-later
// The order is the safe one (reference: istio-multicluster §2.2, §2.3): the namespace's annotation
// before the credential, because istiod reads it once, when the cluster is added; the gateway after
// both, because its pod is injected by the primary's istiod and certified only when that can review
// the remote's tokens.
#include "core/operations/join/planner.h"

#include "core/mesh/address.h"
#include "core/operations/chart_steps.h"
#include "core/operations/install/planner.h"
#include "core/operations/istio_objects.h"
#include "core/operations/names.h"
#include "core/plan/objects.h"

namespace isthmus::operations {

namespace {

constexpr Milliseconds tokenDeadline { 60'000 };
constexpr Milliseconds proofDeadline { 60'000 };

void planReaderToken(Draft& draft, const mesh::Cluster& remote)
{
    json::Value secret = object("v1", "Secret", istioNamespace, readerTokenSecret);
    secret.member("type") = "kubernetes.io/service-account-token";
    secret.member("metadata").member("annotations").member("kubernetes.io/service-account.name") =
        readerAccount;
    plan::Step step;
    step.id = stepId(remote.name, "reader-token");
    step.cluster = remote.name;
    step.title = msg("operations.step.reader-token");
    step.needs = { stepId(remote.name, "base"), stepId(remote.name, "control-plane") };
    step.type = "reader-token";
    step.inputs = plan::toJson(plan::ObjectsInputs { .objects = { std::move(secret) } });
    step.waitsFor = msg("operations.waits.token");
    step.deadline = tokenDeadline;
    draft.add(std::move(step));
}

/// Where the primary's istiod will reach the remote's API server, and whom it shall trust there.
json::Value apiServerOf(const Draft& draft, const mesh::Cluster& remote)
{
    const ClusterFacts& facts = draft.input().clusters.at(remote.name);
    if (!remote.apiServer) {
        return json::Object { { "server", facts.identity.server },
                              { "ca", facts.caPem },
                              { "tlsServerName", facts.tlsServerName } };
    }
    const auto ca = draft.input().apiServerCa.find(remote.name);
    return json::Object {
        { "server", remote.apiServer->url },
        { "ca", ca != draft.input().apiServerCa.end() ? ca->second : facts.caPem },
        { "tlsServerName", remote.apiServer->tlsServerName },
    };
}

/// Decision 28: the primary's istiod dials this address from its own pod, where a loopback address
/// leads to itself. One that mesh.yaml names is taken at its word; the file's reader warns of it.
bool isReachable(Draft& draft, const mesh::Cluster& remote, const mesh::Cluster& primary)
{
    const std::string& server = draft.input().clusters.at(remote.name).identity.server;
    if (remote.apiServer || !mesh::isLoopbackUrl(server)) {
        return true;
    }
    draft.problem(
        { .summary = msg("operations.loopback-server",
                         { { "cluster", remote.name.str() }, { "server", server } }),
          .detail = "the control plane of " + primary.name.str()
              + " dials it from its own pod, and would reach itself there",
          .subject = remote.name.str(),
          .remedy = msg("operations.say-api-server", { { "cluster", remote.name.str() } }) });
    return false;
}

void planCredential(Draft& draft, const mesh::Cluster& remote, const mesh::Cluster& primary)
{
    json::Value inputs = apiServerOf(draft, remote);
    inputs.member("remote") = remote.name.str();
    inputs.member("primary") = primary.name.str();
    plan::Step step;
    step.id = stepId(remote.name, "credential");
    step.cluster = primary.name;
    step.title = msg("operations.step.credential", { { "cluster", remote.name.str() } });
    step.needs = { stepId(remote.name, "namespace"),
                   stepId(remote.name, "reader-token"),
                   stepId(primary.name, "control-plane") };
    step.type = "remote-secret";
    step.inputs = std::move(inputs);
    draft.add(std::move(step));
}

void planProof(Draft& draft, const mesh::Cluster& remote, const mesh::Cluster& primary)
{
    plan::Step step;
    step.id = stepId(remote.name, "proof");
    step.cluster = remote.name;
    step.title = msg("operations.step.proof", { { "cluster", remote.name.str() } });
    step.needs = { stepId(remote.name, "east-west-address"), stepId(primary.name, "exposure") };
    step.kind = plan::StepKind::Check;
    step.type = "join-proof";
    step.inputs =
        json::Object { { "remote", remote.name.str() }, { "primary", primary.name.str() } };
    step.deadline = proofDeadline;
    draft.add(std::move(step));
}

} // namespace

void planJoin(Draft& draft, const mesh::Cluster& remote)
{
    const mesh::Cluster& primary = draft.spec().primary();
    if (remote.network.empty()) {
        draft.problem(
            { .summary = msg("operations.no-network", { { "cluster", remote.name.str() } }),
              .subject = "spec.clusters",
              .remedy = msg("operations.say-network") });
        return;
    }
    if (!isReachable(draft, remote, primary)) {
        return;
    }
    planTrustCheck(draft, primary);
    planEastWestAddress(draft, primary);
    planNamespace(draft, remote);
    planDefinitions(draft, remote);

    plan::Step controlPlane = chartStep(
        draft, remote, "control-plane", remoteControlPlane(draft.spec(), remote, primary));
    controlPlane.title =
        msg("operations.step.remote-control-plane", { { "primary", primary.name.str() } });
    // The gateway itself, too: an address set by hand is known before anything answers there.
    controlPlane.needs = { stepId(remote.name, "base"),
                           stepId(primary.name, "east-west-gateway"),
                           eastWestAddress(primary.name).step,
                           stepId(primary.name, "exposure") };
    draft.add(std::move(controlPlane));

    planReaderToken(draft, remote);
    planCredential(draft, remote, primary);
    planInjector(draft, remote, stepId(remote.name, "credential"));
    planGateway(draft, remote, { .eastWest = true }, { stepId(remote.name, "injector") });
    planEastWestAddress(draft, remote);
    planProof(draft, remote, primary);
}

} // namespace isthmus::operations
