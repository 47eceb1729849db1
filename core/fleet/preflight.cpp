// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/preflight.h"

#include "core/charts/helm.h"
#include "core/checks/balancer.h"
#include "core/checks/capacity.h"
#include "core/checks/helm.h"
#include "core/checks/leftovers.h"
#include "core/checks/names.h"
#include "core/checks/rights.h"
#include "core/checks/server.h"
#include "core/checks/trust.h"
#include "core/fleet/preflight_facts.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace isthmus::fleet {

namespace {

/// What a cluster is asked after it has answered at all, one item each.
constexpr std::array<std::string_view, 7> furtherChecks {
    "P2", "P5", "P7", "P8", "P9", "P10", "P12"
};

/// A stop token that is triggered by the caller's, or when the time is over.
class Deadline
{
public:
    Deadline(const Clock& clock, Milliseconds limit, const std::stop_token& outer)
        : m_forward(outer, [this] { m_source.request_stop(); })
        , m_watch([this, &clock, until = clock.steady() + limit](const std::stop_token& over) {
            if (clock.sleepUntil(until, over)) {
                m_passed = true;
                m_source.request_stop();
            }
        })
    { }

    [[nodiscard]] std::stop_token token() const { return m_source.get_token(); }

    /// A read that the deadline ended was not cancelled by anybody: it is unknown.
    [[nodiscard]] Error named(Error error) const
    {
        if (error.code == ErrorCode::Cancelled && m_passed) {
            return { .code = ErrorCode::Timeout,
                     .message = msg("checks.deadline"),
                     .remedy = msg("checks.deadline.do") };
        }
        return error;
    }

private:
    std::stop_source m_source;
    std::atomic<bool> m_passed = false;
    std::stop_callback<std::function<void()>> m_forward;
    std::jthread m_watch;
};

/// Facts for the checks of pairs, with the time that reading them took.
template<typename Facts>
struct Timed
{
    Result<Facts> read;
    Milliseconds took { 0 };
};

/// What one cluster's thread brings home. Absent: not asked, as the cluster did not answer.
struct Findings
{
    std::vector<checks::CheckItem> items = {};
    bool simulated = false;
    std::optional<Timed<checks::IdentityFacts>> identity = {};
    std::optional<Timed<checks::AuthorityFacts>> authority = {};
    std::optional<Timed<std::vector<checks::NamespaceFacts>>> namespaces = {};
};

/// Asks one cluster, check after check. Lives on its thread.
class Visit
{
public:
    Visit(const mesh::MeshSpec& spec,
          const mesh::Cluster& cluster,
          api::Client& client,
          const Clock& clock,
          const Deadline& deadline)
        : m_spec(spec)
        , m_cluster(cluster)
        , m_client(client)
        , m_clock(clock)
        , m_deadline(deadline)
        , m_reader(spec, cluster, client, clock, deadline.token())
    { }

    [[nodiscard]] Findings run() &&
    {
        if (!answers()) {
            for (const std::string_view id : furtherChecks) {
                m_findings.items.push_back(
                    checks::notTried(id, m_cluster.name, {}, m_cluster.name));
            }
            return std::move(m_findings);
        }
        m_findings.identity = timed(m_reader.identity());
        settle("P2", timed(m_reader.rights()), checks::checkRights);
        settle("P5", timed(m_reader.leftovers()), checks::checkLeftovers);
        settle("P7", timed(m_reader.balancers()), checks::checkBalancer);
        m_findings.authority = timed(m_reader.authorities());
        settle("P8", *m_findings.authority, [this](const checks::AuthorityFacts& facts) {
            return checks::checkAuthorities(facts, m_clock.now());
        });
        settle("P9", *m_findings.authority, checks::checkSampleAuthority);
        settle("P10", timed(m_reader.capacity()), checks::checkCapacity);
        settle("P12", clockFacts(), checks::checkClock);
        m_findings.namespaces = timed(m_reader.namespaces());
        return std::move(m_findings);
    }

private:
    /// With the time since the last call: reading took it.
    template<typename Facts>
    Timed<Facts> timed(Result<Facts> read)
    {
        const SteadyTime now = m_clock.steady();
        const SteadyTime::duration took = now - std::exchange(m_since, now);
        return { .read = std::move(read), .took = std::chrono::duration_cast<Milliseconds>(took) };
    }

    template<typename Facts, typename Judge>
    void settle(std::string_view id, const Timed<Facts>& facts, const Judge& judge)
    {
        checks::CheckItem item = facts.read
            ? judge(*facts.read)
            : checks::unread(id, m_cluster.name, {}, m_deadline.named(facts.read.error()));
        item.took = facts.took;
        m_findings.items.push_back(std::move(item));
    }

    /// P1. False where asking further makes no sense.
    bool answers()
    {
        const Timed<api::ServerVersion> version = timed(m_client.version(m_deadline.token()));
        checks::CheckItem item = version.read
            ? checks::checkVersion({ .cluster = m_cluster.name,
                                     .major = version.read->major,
                                     .minor = version.read->minor,
                                     .gitVersion = version.read->gitVersion,
                                     .istio = m_spec.istio.version })
            : checks::checkUnanswered(m_cluster.name, m_deadline.named(version.read.error()));
        item.took = version.took;
        m_findings.items.push_back(std::move(item));
        if (!version.read) {
            return version.read.error().code == ErrorCode::Forbidden;
        }
        m_findings.simulated = checks::isSimulated(version.read->gitVersion);
        return true;
    }

    /// The client knows it from the answers so far.
    [[nodiscard]] Timed<checks::ClockFacts> clockFacts() const
    {
        return { .read = checks::ClockFacts { .cluster = m_cluster.name,
                                              .skew = m_client.clockSkew() } };
    }

    const mesh::MeshSpec& m_spec;
    const mesh::Cluster& m_cluster;
    api::Client& m_client;
    const Clock& m_clock;
    const Deadline& m_deadline;
    FactReader m_reader;
    SteadyTime m_since = m_clock.steady();
    Findings m_findings;
};

/// The clusters' findings, side by side: the checks of pairs.
class Pairs
{
public:
    Pairs(const mesh::MeshSpec& spec,
          const std::vector<Findings>& findings,
          const Deadline& deadline)
        : m_spec(spec)
        , m_findings(findings)
        , m_deadline(deadline)
    { }

    [[nodiscard]] std::vector<checks::CheckItem> run() &&
    {
        for (std::size_t a = 0; a < m_findings.size(); ++a) {
            for (std::size_t b = a + 1; b < m_findings.size(); ++b) {
                compare("P3", a, b, &Findings::identity, checks::checkDistinct);
                compare("P8", a, b, &Findings::authority, checks::checkSharedRoot);
                compareNamespaces(a, b);
            }
        }
        return std::move(m_items);
    }

private:
    [[nodiscard]] const ClusterId& idOf(std::size_t index) const
    {
        return m_spec.clusters[index].name;
    }

    /// The facts of both, or the item that says why there is nothing to compare.
    template<typename Facts, typename Judge>
    void compare(std::string_view id,
                 std::size_t a,
                 std::size_t b,
                 std::optional<Timed<Facts>> Findings::* facts,
                 const Judge& judge)
    {
        for (const std::size_t each : { a, b }) {
            const std::optional<Timed<Facts>>& found = m_findings[each].*facts;
            if (!found) {
                m_items.push_back(checks::notTried(id, idOf(a), idOf(b), idOf(each)));
                return;
            }
            if (!found->read) {
                m_items.push_back(
                    checks::unread(id, idOf(a), idOf(b), m_deadline.named(found->read.error())));
                return;
            }
        }
        const Timed<Facts>& from = *(m_findings[a].*facts);
        const Timed<Facts>& to = *(m_findings[b].*facts);
        checks::CheckItem item = judge(*from.read, *to.read);
        item.took = std::max(from.took, to.took); // they were read at the same time
        m_items.push_back(std::move(item));
    }

    void compareNamespaces(std::size_t a, std::size_t b)
    {
        const std::size_t count = checks::namespacesOf(m_spec).size();
        for (std::size_t i = 0; i < count; ++i) {
            using All = std::vector<checks::NamespaceFacts>;
            compare("P13", a, b, &Findings::namespaces, [i](const All& from, const All& to) {
                return checks::checkNamespace(from[i], to[i]);
            });
        }
    }

    const mesh::MeshSpec& m_spec;
    const std::vector<Findings>& m_findings;
    const Deadline& m_deadline;
    std::vector<checks::CheckItem> m_items;
};

Findings notConnected(const ClusterId& cluster)
{
    Findings out;
    out.items.push_back(checks::checkUnanswered(
        cluster,
        { .code = ErrorCode::Internal,
          .message = msg("checks.not-connected", { { "cluster", cluster.str() } }),
          .remedy = msg("checks.not-connected.do") }));
    for (const std::string_view id : furtherChecks) {
        out.items.push_back(checks::notTried(id, cluster, {}, cluster));
    }
    return out;
}

/// One thread per cluster; each writes its own element.
std::vector<Findings> visitAll(const mesh::MeshSpec& spec,
                               const Connections& connections,
                               const Clock& clock,
                               const Deadline& deadline)
{
    std::vector<Findings> findings(spec.clusters.size());
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < spec.clusters.size(); ++i) {
        const mesh::Cluster& cluster = spec.clusters[i];
        api::Client* client = connections.find(cluster.name);
        if (client == nullptr) {
            findings[i] = notConnected(cluster.name);
            continue;
        }
        threads.emplace_back([&spec, &cluster, client, &clock, &deadline, &into = findings[i]] {
            into = Visit(spec, cluster, *client, clock, deadline).run();
        });
    }
    threads.clear(); // joins
    return findings;
}

} // namespace

checks::HelmFacts lookForCharts(const mesh::MeshSpec& spec, const std::stop_token& stop)
{
    const mesh::ChartSource& source = spec.istio.charts;
    checks::HelmFacts facts { .asked = source.given(), .wanted = spec.istio.version };
    if (!facts.asked) {
        return facts;
    }
    Result<charts::Helm> helm = charts::findHelm(stop);
    if (!helm) {
        facts.error = std::move(helm).error();
        return facts;
    }
    facts.program = helm->program.string();
    facts.version = helm->version;
    const Result<charts::Renderer> renderer =
        charts::Renderer::open(std::move(*helm),
                               { .directory = source.directory,
                                 .archive = source.archive,
                                 .repository = source.repository },
                               spec.istio.version,
                               stop);
    if (renderer) {
        facts.charts = renderer->version();
    } else {
        facts.error = renderer.error();
    }
    return facts;
}

checks::Report preflight(const mesh::MeshSpec& spec,
                         const Connections& connections,
                         const PreflightOptions& options,
                         const std::stop_token& stop)
{
    const Clock& clock = options.clock;
    const Deadline deadline(clock, options.deadline, stop);
    checks::HelmFacts helm;
    Milliseconds helmTook { 0 };
    std::jthread charts([&] {
        const SteadyTime began = clock.steady();
        helm = options.charts(spec, deadline.token());
        helmTook = std::chrono::duration_cast<Milliseconds>(clock.steady() - began);
    });
    const std::vector<Findings> findings = visitAll(spec, connections, clock, deadline);
    charts.join();

    checks::Report report { .stage = "preflight" };
    for (const Findings& each : findings) {
        report.items.insert(report.items.end(), each.items.begin(), each.items.end());
    }
    for (const auto& items : { checks::checkNames(spec), Pairs(spec, findings, deadline).run() }) {
        report.items.insert(report.items.end(), items.begin(), items.end());
    }
    helm.simulated = !findings.empty() && std::ranges::all_of(findings, &Findings::simulated);
    if (helm.error) {
        helm.error = deadline.named(std::move(*helm.error));
    }
    checks::CheckItem item = checks::checkHelm(helm);
    item.took = helmTook;
    report.items.push_back(std::move(item));
    checks::sortByCheck(report.items);
    return report;
}

} // namespace isthmus::fleet
