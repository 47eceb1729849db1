// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/balancer.h"
#include "tests/support/test.h"

using namespace isthmus;
using checks::Outcome;

namespace {

constexpr Milliseconds minute { 60'000 };

mesh::Cluster primary()
{
    return { .name = ClusterId("onprem"), .context = "a", .network = "network1" };
}

checks::BalancerFacts facts(const mesh::Cluster& cluster,
                            std::vector<checks::BalancerService> services = {})
{
    return { .cluster = cluster.name,
             .wishes = checks::gatewaysOf({}, cluster),
             .services = std::move(services) };
}

checks::BalancerService served()
{
    return { .ns = "web", .name = "front", .address = "203.0.113.7", .age = 60 * minute };
}

checks::BalancerService pending(const char* ns, const char* name, Milliseconds age = 6 * minute)
{
    return { .ns = ns, .name = name, .age = age };
}

std::string verdict(const checks::BalancerFacts& facts)
{
    const auto item = checks::checkBalancer(facts);
    return std::string(checks::name(item.outcome)) + " " + item.cause.id;
}

} // namespace

class TestBalancer : public test::TestBase
{
    Q_OBJECT

private slots:

    void wishesAnIngressWhereItBelongs()
    {
        mesh::MeshSpec spec;
        mesh::Cluster remote = primary();
        remote.role = mesh::Role::Remote;
        QCOMPARE(checks::gatewaysOf(spec, primary()).size(), std::size_t { 2 });
        QCOMPARE(checks::gatewaysOf(spec, remote).size(), std::size_t { 1 });
        spec.ingress.emplace();
        spec.ingress->cluster = remote.name;
        QCOMPARE(checks::gatewaysOf(spec, remote).size(), std::size_t { 2 });
    }

    void passesWhereAnotherServiceHasAnAddress()
    {
        COMPARE_TEXT(checks::dump({ checks::checkBalancer(facts(primary(), { served() })) }),
                     "P7 onprem pass: Service web/front has 203.0.113.7\n");
    }

    void failsWhereOneHasWaitedInVain()
    {
        const auto item = checks::checkBalancer(facts(primary(), { pending("web", "front") }));
        QCOMPARE(item.outcome, Outcome::Fail);
        COMPARE_TEXT(text(item.evidence),
                     "Service web/front has waited for an address for 6 min 00 s");
        QVERIFY(!item.remedy.empty());
    }

    void doesNotJudgeOneThatIsYoung()
    {
        COMPARE_TEXT(verdict(facts(primary(), { pending("web", "front", 5 * minute) })),
                     "warn checks.balancer-unproven");
    }

    void warnsWhereAddressesMayHaveRunOut()
    {
        COMPARE_TEXT(verdict(facts(primary(), { pending("web", "new"), served() })),
                     "warn checks.addresses-short");
    }

    void failsWhereOurOwnGatewayWaits()
    {
        COMPARE_TEXT(verdict(facts(primary(),
                                   { served(), pending("istio-system", "istio-eastwestgateway") })),
                     "fail checks.balancer-dead");
    }

    void warnsOnABareCluster()
    {
        COMPARE_TEXT(verdict(facts(primary())), "warn checks.balancer-unproven");
    }

    void needsNoBalancerWhereTheGatewaysHaveAddressesOfTheirOwn()
    {
        mesh::Cluster cluster = primary();
        cluster.ingress.externalIps = { "192.0.2.1" };
        cluster.eastWest.type = mesh::ServiceType::NodePort;
        cluster.eastWest.address = "192.0.2.1";
        COMPARE_TEXT(
            checks::dump({ checks::checkBalancer(facts(cluster, { pending("web", "front") })) }),
            "P7 onprem pass: needs no load balancer: istio-eastwestgateway, "
            "istio-ingressgateway\n");
    }

    void passesWhereEachGatewayNamesItsAddress()
    {
        mesh::Cluster cluster = primary();
        cluster.eastWest.loadBalancerIp = "192.0.2.1";
        COMPARE_TEXT(verdict(facts(cluster)), "warn checks.balancer-unproven");
        cluster.ingress.loadBalancerIp = "192.0.2.2";
        COMPARE_TEXT(verdict(facts(cluster)), "pass ");
    }

    void failsANodePortThatNobodyCouldDial()
    {
        mesh::Cluster cluster = primary();
        cluster.eastWest.type = mesh::ServiceType::NodePort;
        COMPARE_TEXT(verdict(facts(cluster, { served() })), "fail checks.no-address");
        cluster.eastWest.type = mesh::ServiceType::LoadBalancer;
        cluster.ingress.type = mesh::ServiceType::NodePort;
        COMPARE_TEXT(verdict(facts(cluster, { served() })), "pass ");
    }
};

ISTHMUS_TEST_MAIN(TestBalancer)
#include "tst_balancer.moc"
