// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the mesh directly, cluster by cluster, each in its own thread: one that hangs holds up
// nobody.
#include "app/cli/render/status.h"

#include "app/cli/commands/commands.h"
#include "app/cli/entrance.h"
#include "app/cli/found_mesh.h"
#include "app/cli/routes.h"
#include "app/cli/session.h"
#include "core/kube/readiness.h"
#include "core/mesh/istio.h"
#include "core/operations/names.h"
#include "core/operations/steps/address_step.h"
#include "core/operations/steps/join_proof_step.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

namespace isthmus::cli {

namespace {

using operations::istioNamespace;

/// One cluster with what the links need of it.
struct Read
{
    ClusterView view;
    std::vector<ClusterId> credentials = {}; ///< remote secrets it holds
    std::string istiodMetrics = {}; ///< empty: istiod does not run, or did not answer
};

kube::ObjectKey inIstio(const char* apiVersion, const char* kind, std::string_view name)
{
    return { apiVersion, kind, std::string(istioNamespace), std::string(name) };
}

void readGateways(api::Client& client, const Clock& clock, Read& read, const std::stop_token& stop)
{
    for (const auto& [name, role] : { std::pair { operations::ingressGateway, "ingress" },
                                      std::pair { operations::eastWestGateway, "eastWest" } }) {
        const std::array keys { inIstio("v1", "Service", name),
                                inIstio("apps/v1", "Deployment", name) };
        const std::vector<Result<json::Value>> found = client.getAll(keys, stop);
        if (!found[0]) {
            continue;
        }
        GatewayView gateway { .name = std::string(name), .role = role };
        gateway.address = operations::addressOf(*found[0]);
        gateway.ready =
            found[1] && kube::stateOf(*found[1], clock.now()).readiness == kube::Readiness::Ready;
        read.view.gateways.push_back(std::move(gateway));
    }
}

void readIstiod(api::Client& client, Read& read, const std::stop_token& stop)
{
    const auto pods =
        client.list("v1",
                    "Pod",
                    std::string(istioNamespace),
                    { .labelSelector = "app=istiod", .fieldSelector = "status.phase=Running" },
                    stop);
    if (!pods || pods->empty()) {
        return;
    }
    const json::Value& pod = pods->front();
    read.view.istioVersion = mesh::imageTag(pod["spec"]["containers"][0]["image"].string());
    constexpr int monitoringPort = 15014;
    const Result<std::string> metrics = client.podProxy(std::string(istioNamespace),
                                                        pod["metadata"]["name"].string(),
                                                        monitoringPort,
                                                        "/metrics",
                                                        stop);
    read.istiodMetrics = metrics ? *metrics : std::string();
}

void readCredentials(api::Client& client,
                     const mesh::MeshSpec& spec,
                     Read& read,
                     const std::stop_token& stop)
{
    for (const mesh::Cluster& other : spec.clusters) {
        Result<json::Value> secret =
            client.get(inIstio("v1", "Secret", operations::remoteSecretName(other.name)), stop);
        if (secret) {
            json::wipe(*secret);
            read.credentials.push_back(other.name);
        }
    }
}

Read readCluster(const fleet::Engine& engine,
                 const mesh::Cluster& cluster,
                 const Clock& clock,
                 const std::stop_token& stop)
{
    Read read;
    read.view.name = cluster.name;
    read.view.context = cluster.context;
    read.view.role = cluster.role == mesh::Role::Primary ? "primary" : "remote";
    read.view.network = cluster.network;
    api::Client& client = *engine.connections().find(cluster.name);
    const SteadyTime begin = clock.steady();
    const Result<api::ServerVersion> version = client.version(stop);
    if (!version) {
        read.view.state = name(version.error().code);
        read.view.why = describe(version.error());
        return read;
    }
    read.view.state = "reachable";
    read.view.kubeVersion = version->gitVersion;
    const Result<json::Value> space =
        client.get({ "v1", "Namespace", {}, std::string(istioNamespace) }, stop);
    if (space) {
        const std::string& network = kube::label(*space, operations::networkLabel);
        read.view.network = network.empty() ? read.view.network : network;
        readGateways(client, clock, read, stop);
        readIstiod(client, read, stop);
        readCredentials(client, engine.spec(), read, stop);
    }
    read.view.age = std::chrono::duration_cast<Milliseconds>(clock.steady() - begin);
    return read;
}

/// From objects and istiod's word alone: neither shows that a byte crossed, so the best is
/// "unknown".
LinkView linkOf(const Read& primary, const Read& remote)
{
    LinkView link { .from = primary.view.name, .to = remote.view.name };
    const std::string to = remote.view.name.str();
    link.age = std::max(primary.view.age, remote.view.age);
    if (primary.view.state != "reachable" || remote.view.state != "reachable") {
        link.reason = "not both clusters could be read";
        return link;
    }
    if (std::ranges::find(primary.credentials, remote.view.name) == primary.credentials.end()) {
        link.state = "notJoined";
        link.reason = primary.view.name.str() + " has no credential for " + to;
        return link;
    }
    const std::string sync = operations::remoteSyncStatus(primary.istiodMetrics, to);
    if (sync == "synced") {
        link.reason = "registry synced; whether requests cross was not checked";
        link.evidence = "istiod_remote_cluster_sync_status of " + to + " is synced";
        return link;
    }
    link.state = sync == "timeout" || sync == "closed" ? "broken" : "unknown";
    link.reason = sync.empty() ? "istiod does not say" : "istiod has not read " + to;
    link.evidence =
        sync.empty() ? "" : "istiod_remote_cluster_sync_status of " + to + " is " + sync;
    return link;
}

std::vector<LinkView> linksOf(const std::vector<Read>& clusters)
{
    std::vector<LinkView> links;
    for (const Read& primary : clusters) {
        for (const Read& remote : clusters) {
            if (primary.view.role == "primary" && remote.view.role == "remote") {
                links.push_back(linkOf(primary, remote));
            }
        }
    }
    return links;
}

Result<StatusView>
readStatus(const fleet::Engine& engine, const Clock& clock, const std::stop_token& stop)
{
    const mesh::MeshSpec& spec = engine.spec();
    std::vector<Read> clusters(spec.clusters.size());
    {
        std::vector<std::jthread> readers;
        for (std::size_t i = 0; i < clusters.size(); ++i) {
            readers.emplace_back(
                [&, i] { clusters[i] = readCluster(engine, spec.clusters[i], clock, stop); });
        }
    }
    if (stop.stop_requested()) {
        return Error { ErrorCode::Cancelled, msg("app.stopped-early") };
    }
    StatusView status { .mesh = spec.name };
    status.links = linksOf(clusters);
    for (Read& read : clusters) {
        status.clusters.push_back(std::move(read.view));
    }
    for (const mesh::RouteSpec& route : spec.routes) {
        const Result<WeightsView> view = readWeights(engine, route.name, stop);
        status.routes.push_back(view ? *view : WeightsView { .route = route.name });
    }
    status.entrance = findEntrance(engine, "status", stop);
    return status;
}

int printStatus(Context& context, const StatusView& status, bool again)
{
    if (context.json()) {
        // One document; a line each where they follow one another.
        again ? context.out.write(json::write(statusDocument(status)) + "\n")
              : context.print(statusDocument(status));
    } else {
        const std::string clear = again && context.out.isTerminal() ? "\x1b[H\x1b[2J" : "";
        context.out.write(clear + renderStatus(status, context.style) + (again ? "\n" : ""));
    }
    const bool all = std::ranges::all_of(
        status.clusters, [](const ClusterView& one) { return one.state == "reachable"; });
    return all ? exit_code::done : exit_code::preflight;
}

} // namespace

Result<int> runStatus(Context& context)
{
    constexpr std::chrono::seconds pause { 2 };
    const Result<Session> session = openSession(context);
    if (!session) {
        return Error(session.error());
    }
    const bool watch = context.arguments.has("watch");
    for (;;) {
        const Result<StatusView> status = readStatus(*session->engine, context.clock, context.stop);
        if (!status) {
            return Error(status.error());
        }
        const int code = printStatus(context, *status, watch);
        if (!watch) {
            return code;
        }
        if (!context.clock.sleepUntil(context.clock.steady() + pause, context.stop)) {
            return exit_code::interrupted;
        }
    }
}

} // namespace isthmus::cli
