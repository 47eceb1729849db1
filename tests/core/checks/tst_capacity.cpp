// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/capacity.h"
#include "core/json/parse.h"
#include "tests/support/test.h"

using namespace isthmus;
using checks::Outcome;

namespace {

constexpr std::int64_t gibi = std::int64_t { 1 } << 30;

checks::NodeFacts node(const char* name, std::int64_t milliCpu, std::int64_t bytes)
{
    return { .name = name,
             .usable = true,
             .allocatable = checks::Resources { .milliCpu = milliCpu, .bytes = bytes } };
}

checks::PodFacts pod(const char* node, std::int64_t milliCpu, std::int64_t bytes)
{
    return { .node = node, .requests = { .milliCpu = milliCpu, .bytes = bytes } };
}

mesh::Cluster primary()
{
    return { .name = ClusterId("onprem"), .context = "a", .network = "network1" };
}

checks::CapacityFacts facts(std::vector<checks::NodeFacts> nodes,
                            std::vector<checks::PodFacts> pods = {})
{
    return { .cluster = ClusterId("onprem"),
             .nodes = std::move(nodes),
             .pods = std::move(pods),
             .demands = checks::demandsOf({}, primary(), {}) };
}

std::string verdict(const checks::CapacityFacts& facts)
{
    const auto item = checks::checkCapacity(facts);
    return std::string(checks::name(item.outcome)) + " " + item.cause.id;
}

std::string dump(const std::vector<checks::Demand>& demands)
{
    std::string out;
    for (const checks::Demand& demand : demands) {
        out += demand.pod + " " + std::to_string(demand.requests.milliCpu) + " "
            + std::to_string(demand.requests.bytes >> 20) + "\n";
    }
    return out;
}

} // namespace

class TestCapacity : public test::TestBase
{
    Q_OBJECT

private slots:

    void asksWhatTheChartsAskFor()
    {
        COMPARE_TEXT(dump(checks::demandsOf({}, primary(), {})),
                     "istiod 500 2048\nistio-eastwestgateway 100 128\n"
                     "istio-ingressgateway 100 128\n");
        mesh::Cluster remote = primary();
        remote.role = mesh::Role::Remote;
        COMPARE_TEXT(dump(checks::demandsOf({}, remote, {})), "istio-eastwestgateway 100 128\n");
    }

    void followsTheUsersValues()
    {
        mesh::MeshSpec spec;
        spec.istio.istiodValues =
            *json::parse(R"({"pilot":{"resources":{"requests":{"cpu":"1","memory":"1Gi"}}}})");
        spec.istio.gatewayValues = *json::parse(R"({"resources":{"requests":{"cpu":0.25}}})");
        mesh::Cluster cluster = primary();
        cluster.istiodValues = *json::parse(R"({"resources":{"requests":{"cpu":2}}})");
        COMPARE_TEXT(dump(checks::demandsOf(spec, cluster, {})),
                     "istiod 2000 1024\nistio-eastwestgateway 250 128\n"
                     "istio-ingressgateway 250 128\n");
    }

    void asksNothingForWhatIsThere()
    {
        const auto none = checks::demandsOf(
            {}, primary(), { "istiod", "istio-eastwestgateway", "istio-ingressgateway" });
        QVERIFY(none.empty());
        const auto item = checks::checkCapacity({ .cluster = ClusterId("onprem") });
        QCOMPARE(item.outcome, Outcome::Pass);
    }

    void passesWhereEverythingFits()
    {
        const auto item = checks::checkCapacity(
            facts({ node("n1", 4'000, 4 * gibi), node("n2", 4'000, 8 * gibi) },
                  { pod("n2", 500, 2 * gibi), pod("gone", 9'000, 99 * gibi) }));
        COMPARE_TEXT(checks::dump({ item }),
                     "P10 onprem pass: 2 nodes take pods; most is free on n2: 3.5 CPU, 6.0 GiB\n");
    }

    void failsWhereNoSingleNodeHasRoom()
    {
        const auto item = checks::checkCapacity(
            facts({ node("n1", 4'000, 3 * gibi), node("n2", 4'000, 3 * gibi) },
                  { pod("n1", 0, 3 * gibi / 2), pod("n2", 0, 3 * gibi / 2) }));
        COMPARE_TEXT(checks::dump({ item }),
                     "P10 onprem fail: 2 nodes take pods; most is free on n1: 4 CPU, 1.5 GiB\n"
                     "  why: no node has room for istiod, which asks for 0.5 CPU, 2.0 GiB\n"
                     "  do: Add a node, free one, or let istiod ask for less in spec.istio.values "
                     "(resources.requests).\n");
    }

    void countsWhatThePodsTakeFromEachOther()
    {
        // Memory for all three, CPU for istiod and one gateway.
        COMPARE_TEXT(verdict(facts({ node("n1", 650, 8 * gibi) })), "fail checks.no-room");
        COMPARE_TEXT(verdict(facts({ node("n1", 700, 8 * gibi) })), "pass ");
    }

    void neverShowsLessThanNothing()
    {
        const auto item =
            checks::checkCapacity(facts({ node("n1", 100, gibi) }, { pod("n1", 900, 9 * gibi) }));
        COMPARE_TEXT(text(item.evidence), "1 nodes take pods; most is free on n1: 0 CPU, 0 MiB");
    }

    void onlyWarnsWhereNodesComeByThemselves()
    {
        checks::CapacityFacts full = facts({ node("n1", 100, gibi) });
        full.autoscaled = true;
        COMPARE_TEXT(verdict(full), "warn checks.no-room");
        COMPARE_TEXT(verdict(facts({})), "warn checks.nodes-absent");
    }

    void warnsWhereNodesReportNothing()
    {
        COMPARE_TEXT(verdict(facts({ { .name = "n1", .usable = true } })),
                     "warn checks.nodes-silent");
    }

    void failsWhereNoNodeTakesPods()
    {
        checks::NodeFacts cordoned = node("n1", 8'000, 32 * gibi);
        cordoned.usable = false;
        COMPARE_TEXT(verdict(facts({ cordoned })), "fail checks.nodes-unusable");
        checks::CapacityFacts scaled = facts({ cordoned });
        scaled.autoscaled = true;
        COMPARE_TEXT(verdict(scaled), "warn checks.nodes-absent");
    }
};

ISTHMUS_TEST_MAIN(TestCapacity)
#include "tst_capacity.moc"
