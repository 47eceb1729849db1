// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/engine.h"

#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/charts/helm.h"
#include "core/crypto/certificate.h"
#include "core/fleet/chart_port.h"
#include "core/fleet/cluster_ports.h"
#include "core/fleet/probe_port.h"
#include "core/http/curl_transport.h"
#include "core/operations/registry.h"
#include "core/operations/weights/planner.h"

#include <map>

namespace isthmus::fleet {

struct Engine::State
{
    State(mesh::MeshSpec theSpec, EngineOptions theOptions)
        : spec(std::move(theSpec))
        , options(std::move(theOptions))
        , probes(transport)
        , behaviours(operations::behaviours({ charts, probes, options.passphrases }))
    { }

    mesh::MeshSpec spec;
    EngineOptions options;
    http::CurlTransport transport;
    HelmChartPort charts;
    HttpProbePort probes;
    Connections connections;
    ApiClusterPorts ports;
    plan::Behaviours behaviours;

    Result<void> connect();

    [[nodiscard]] plan::ExecutorPorts executorPorts()
    {
        return { behaviours, ports, options.clock };
    }

    Result<operations::PlannerInput> plannerInput(bool withCharts, const std::stop_token& stop);
    Result<operations::ClusterFacts> factsOf(const mesh::Cluster& cluster,
                                             const std::stop_token& stop);
    Result<operations::ChartFacts> chartFacts(const std::stop_token& stop);
    Result<void> readCaFiles(operations::PlannerInput& input) const;
};

Result<void> Engine::State::connect()
{
    Result<Connections> opened = Connections::open(spec, transport, options.clock, options.connect);
    if (!opened) {
        return std::move(opened).error();
    }
    connections = std::move(*opened);
    for (const auto& [id, client] : connections.all()) {
        ports.add(id, *client);
    }
    return {};
}

Result<operations::ClusterFacts> Engine::State::factsOf(const mesh::Cluster& cluster,
                                                        const std::stop_token& stop)
{
    api::Client* client = connections.find(cluster.name);
    const Result<api::ServerVersion> version = client->version(stop);
    if (!version) {
        return Error(version.error()).withSubject(cluster.name.str());
    }
    const Result<ClusterUid> uid = client->clusterUid(stop);
    if (!uid) {
        return Error(uid.error()).withSubject(cluster.name.str());
    }
    const kubeconfig::Connection& connection = client->connection();
    operations::ClusterFacts facts;
    facts.identity.uid = *uid;
    facts.identity.server = connection.server;
    facts.identity.caFingerprint =
        connection.caPem.empty() ? std::string() : crypto::sha256Hex(connection.caPem);
    facts.identity.context = cluster.context;
    facts.identity.kubeconfig =
        cluster.kubeconfig ? cluster.kubeconfig->string() : options.connect.kubeconfig.value_or("");
    facts.kubeVersion = std::to_string(version->major) + "." + std::to_string(version->minor);
    facts.caPem = connection.caPem;
    facts.tlsServerName = connection.tlsServerName;
    return facts;
}

Result<operations::ChartFacts> Engine::State::chartFacts(const std::stop_token& stop)
{
    const mesh::ChartSource& source = spec.istio.charts;
    if (!source.given()) {
        return Error { ErrorCode::Preflight,
                       msg("operations.no-charts"),
                       {},
                       "spec.istio.charts",
                       msg("operations.say-charts") };
    }
    Result<charts::Helm> helm = charts::findHelm(stop);
    if (!helm) {
        return std::move(helm).error();
    }
    Result<charts::Renderer> renderer = charts::Renderer::open(std::move(*helm),
                                                               { .directory = source.directory,
                                                                 .archive = source.archive,
                                                                 .repository = source.repository },
                                                               spec.istio.version,
                                                               stop);
    if (!renderer) {
        return std::move(renderer).error();
    }
    operations::ChartFacts facts;
    facts.version = renderer->version();
    for (const auto& [name, chart] : { std::pair { "base", charts::Chart::Base },
                                       std::pair { "istiod", charts::Chart::Istiod },
                                       std::pair { "gateway", charts::Chart::Gateway } }) {
        facts.charts[name] = { renderer->path(chart).string(), renderer->digest(chart) };
    }
    return facts;
}

Result<void> Engine::State::readCaFiles(operations::PlannerInput& input) const
{
    for (const mesh::Cluster& cluster : spec.clusters) {
        if (cluster.apiServer && !cluster.apiServer->caFile.empty()) {
            Result<std::string> pem = readFile(cluster.apiServer->caFile, std::size_t { 1 } << 20);
            if (!pem) {
                return std::move(pem).error().withSubject(cluster.name.str());
            }
            input.apiServerCa[cluster.name] = std::move(*pem);
        }
    }
    return {};
}

Result<operations::PlannerInput> Engine::State::plannerInput(bool withCharts,
                                                             const std::stop_token& stop)
{
    operations::PlannerInput input { .spec = spec, .clusters = {} };
    std::map<ClusterUid, ClusterId> seen;
    for (const mesh::Cluster& cluster : spec.clusters) {
        Result<operations::ClusterFacts> facts = factsOf(cluster, stop);
        if (!facts) {
            return std::move(facts).error();
        }
        const auto [other, isNew] = seen.emplace(facts->identity.uid, cluster.name);
        if (!isNew) {
            return Error { ErrorCode::Preflight,
                           msg("fleet.one-cluster-twice",
                               { { "a", other->second.str() }, { "b", cluster.name.str() } }),
                           "both answer with the kube-system UID " + facts->identity.uid.str(),
                           "spec.clusters",
                           msg("fleet.give-two-contexts") };
        }
        input.clusters.emplace(cluster.name, std::move(*facts));
    }
    if (withCharts) {
        Result<operations::ChartFacts> found = chartFacts(stop);
        if (!found) {
            return std::move(found).error();
        }
        input.charts = std::move(*found);
    }
    if (Result<void> read = readCaFiles(input); !read) {
        return std::move(read).error();
    }
    return input;
}

Engine::Engine(std::unique_ptr<State> state)
    : m_state(std::move(state))
{ }

Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(mesh::MeshSpec spec, EngineOptions options)
{
    auto state = std::make_unique<State>(std::move(spec), std::move(options));
    if (Result<void> connected = state->connect(); !connected) {
        return std::move(connected).error();
    }
    return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

Result<std::unique_ptr<Engine>> Engine::openFor(const plan::Plan& plan, EngineOptions options)
{
    mesh::MeshSpec spec;
    spec.name = plan.mesh;
    for (const auto& [id, identity] : plan.clusters) {
        mesh::Cluster cluster;
        cluster.name = id;
        cluster.context = identity.context;
        if (!identity.kubeconfig.empty()) {
            cluster.kubeconfig = identity.kubeconfig;
        }
        spec.clusters.push_back(std::move(cluster));
    }
    return open(std::move(spec), std::move(options));
}

const mesh::MeshSpec& Engine::spec() const
{
    return m_state->spec;
}

const Connections& Engine::connections() const
{
    return m_state->connections;
}

std::filesystem::path Engine::operationsFolder() const
{
    return m_state->options.stateFolder / "operations";
}

Result<plan::Survey> Engine::prepare(operations::OperationKind kind,
                                     const std::optional<ClusterId>& only,
                                     const std::stop_token& stop)
{
    const Result<operations::PlannerInput> input =
        m_state->plannerInput(operations::needsCharts(kind), stop);
    if (!input) {
        return Error(input.error());
    }
    operations::Planned planned = operations::makePlan(kind, *input, only);
    if (hasErrors(planned.problems)) {
        plan::Survey refused;
        refused.plan = std::move(planned.plan);
        refused.problems = std::move(planned.problems);
        return refused;
    }
    plan::Survey survey = plan::survey(
        std::move(planned.plan), m_state->behaviours, m_state->ports, m_state->options.clock, stop);
    survey.problems.insert(
        survey.problems.begin(), planned.problems.begin(), planned.problems.end());
    return survey;
}

Result<plan::Survey> Engine::prepareWeights(const std::string& route,
                                            const std::map<ClusterId, int>& weights,
                                            bool foreignConfirmed,
                                            const std::stop_token& stop)
{
    const Result<operations::PlannerInput> input = m_state->plannerInput(false, stop);
    if (!input) {
        return Error(input.error());
    }
    Result<operations::Planned> planned = operations::planWeights(
        *input,
        { .route = route, .weights = weights, .foreignConfirmed = foreignConfirmed },
        m_state->ports,
        stop);
    if (!planned) {
        return std::move(planned).error();
    }
    plan::Survey survey = plan::survey(std::move(planned->plan),
                                       m_state->behaviours,
                                       m_state->ports,
                                       m_state->options.clock,
                                       stop);
    survey.problems.insert(
        survey.problems.begin(), planned->problems.begin(), planned->problems.end());
    return survey;
}

plan::RunResult Engine::run(const plan::Plan& plan,
                            const std::function<void(const OperationId&)>& begun,
                            const plan::EventSink& sink,
                            const std::stop_token& stop)
{
    const OperationId id = plan::newOperationId(m_state->options.clock);
    Result<plan::Journal> journal =
        plan::Journal::create(operationsFolder(), id, plan, m_state->options.clock);
    if (!journal) {
        return { plan::RunState::Stopped, std::move(journal).error(), {} };
    }
    begun(id);
    return plan::Executor(*journal, m_state->executorPorts(), sink).run(stop);
}

plan::RunResult
Engine::resume(const OperationId& id, const plan::EventSink& sink, const std::stop_token& stop)
{
    Result<plan::Journal> journal =
        plan::Journal::resume(operationsFolder(), id, m_state->options.clock);
    if (!journal) {
        return { plan::RunState::Stopped, std::move(journal).error(), {} };
    }
    return plan::Executor(*journal, m_state->executorPorts(), sink).run(stop);
}

plan::RunResult
Engine::undo(const OperationId& id, const plan::EventSink& sink, const std::stop_token& stop)
{
    Result<plan::Journal> journal =
        plan::Journal::resume(operationsFolder(), id, m_state->options.clock);
    if (!journal) {
        return { plan::RunState::Stopped, std::move(journal).error(), {} };
    }
    return plan::Executor(*journal, m_state->executorPorts(), sink).undo(stop);
}

} // namespace isthmus::fleet
