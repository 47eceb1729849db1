// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/json/patch.h"
#include "core/mesh/istio.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

json::Value object(std::string_view text)
{
    return json::parse(text).value_or(json::Value());
}

/// A VirtualService with two rules; the second splits.
json::Value frontend()
{
    return object(R"({
      "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
      "metadata": {"name": "frontend-ingress", "namespace": "shop", "resourceVersion": "41"},
      "spec": {
        "hosts": ["shop.example.com", "frontend"],
        "gateways": ["main", "mesh", "istio-system/public"],
        "http": [
          {"match": [{"uri": {"prefix": "/old"}}], "route": [{"destination": {"host": "frontend"}}]},
          {"name": "split", "route": [
            {"destination": {"host": "frontend", "subset": "c1", "port": {"number": 80}}, "weight": 70},
            {"destination": {"host": "frontend.shop.svc.cluster.local", "subset": "c2"}}]},
          {"redirect": {"uri": "/"}}]}})");
}

} // namespace

class TestIstio : public test::TestBase
{
    Q_OBJECT

private slots:

    void resolvesShortHostsInTheirNamespace()
    {
        QCOMPARE(mesh::resolvedHost("frontend", "shop"),
                 std::string("frontend.shop.svc.cluster.local"));
        QCOMPARE(mesh::resolvedHost("frontend.other", "shop"), std::string("frontend.other"));
        QCOMPARE(mesh::resolvedHost("a.b.svc.cluster.local", "shop"),
                 std::string("a.b.svc.cluster.local"));
        QCOMPARE(mesh::resolvedHost("*", "shop"), std::string("*"));
        QCOMPARE(mesh::resolvedHost("", "shop"), std::string());
    }

    void readsRoutesOfAVirtualService()
    {
        const mesh::VirtualService service = mesh::readVirtualService(frontend());
        QCOMPARE(service.ns, std::string("shop"));
        QCOMPARE(service.name, std::string("frontend-ingress"));
        QCOMPARE(
            service.hosts,
            (std::vector<std::string> { "shop.example.com", "frontend.shop.svc.cluster.local" }));
        QCOMPARE(service.gateways,
                 (std::vector<std::string> { "shop/main", "mesh", "istio-system/public" }));
        QVERIFY(service.bindsMesh() && service.bindsGateway());
        QCOMPARE(service.http.size(), std::size_t { 3 });
        QVERIFY(service.http[0].matches && !service.http[1].matches);
        QCOMPARE(service.http[0].destinations.at(0).percent, 100);
        const mesh::Destination first { "frontend.shop.svc.cluster.local", "c1", 80, 70, 100 };
        QVERIFY(service.http[1].destinations.at(0) == first);
        const mesh::Destination second { "frontend.shop.svc.cluster.local", "c2", 0, 0, 0 };
        QVERIFY(service.http[1].destinations.at(1) == second);
        QVERIFY(service.http[2].destinations.empty());
    }

    void bindsTheMeshWhereNoGatewayIsNamed()
    {
        const auto service = mesh::readVirtualService(
            object(R"({"metadata":{"name":"a","namespace":"n"},"spec":{}})"));
        QVERIFY(service.bindsMesh() && !service.bindsGateway());
    }

    void survivesObjectsOfAnotherShape()
    {
        for (const char* text :
             { "null",
               "[]",
               R"({"spec":1})",
               R"({"spec":{"http":{},"hosts":3}})",
               R"({"spec":{"http":[1,{"route":"x"},{"route":[1,null]}],"subsets":[2]}})" }) {
            (void)mesh::readVirtualService(object(text));
            (void)mesh::readDestinationRule(object(text));
        }
    }

    void findsTheRuleThatSplits()
    {
        const std::string host = "frontend.shop.svc.cluster.local";
        mesh::VirtualService service = mesh::readVirtualService(frontend());
        QCOMPARE(mesh::splitRule(service, host), std::optional<std::size_t>(1));
        QVERIFY(!mesh::splitRule(service, "cart.shop.svc.cluster.local"));
        service.http[1].destinations.pop_back();
        QCOMPARE(mesh::splitRule(service, host),
                 std::optional<std::size_t>(1)); // the one without conditions
        service.http.erase(service.http.begin() + 1);
        QCOMPARE(mesh::splitRule(service, host), std::optional<std::size_t>(0));
    }

    void mapsSubsetsToClusters()
    {
        const mesh::DestinationRule rule = mesh::readDestinationRule(object(R"({
          "metadata": {"name": "frontend", "namespace": "shop"},
          "spec": {"host": "frontend", "subsets": [
            {"name": "c1", "labels": {"topology.istio.io/cluster": "c1"}},
            {"name": "gone", "labels": {"topology.istio.io/cluster": "c9"}},
            {"name": "local", "labels": {"site": "a"}},
            {"name": "both", "labels": {"app": "frontend"}},
            {"name": "all"},
            {"name": "none", "labels": {"site": "z"}}]}})"));
        QCOMPARE(rule.host, std::string("frontend.shop.svc.cluster.local"));
        const std::vector<ClusterId> clusters { ClusterId("c2"), ClusterId("c1") };
        const std::vector<mesh::Pod> pods {
            { ClusterId("c1"), { { "app", "frontend" }, { "site", "a" } } },
            { ClusterId("c2"), { { "app", "frontend" }, { "site", "b" } } },
            { ClusterId("elsewhere"), { { "site", "z" } } },
        };
        const auto of = [&](const char* name) {
            std::string out;
            for (const ClusterId& id : mesh::clustersOf(*rule.find(name), clusters, pods)) {
                out += id.str() + " ";
            }
            return out;
        };
        QCOMPARE(of("c1"), std::string("c1 "));
        QCOMPARE(of("gone"), std::string());
        QCOMPARE(of("local"), std::string("c1 "));
        QCOMPARE(of("both"), std::string("c1 c2 "));
        QCOMPARE(of("all"), std::string("c1 c2 "));
        QCOMPARE(of("none"), std::string());
        QVERIFY(rule.find("nothing") == nullptr);
    }

    void turnsAnyWeightsIntoPercent_data()
    {
        QTest::addColumn<QList<qint64>>("weights");
        QTest::addColumn<QList<int>>("percents");
        QTest::newRow("none") << QList<qint64> {} << QList<int> {};
        QTest::newRow("one, whatever it says") << QList<qint64> { 0 } << QList<int> { 100 };
        QTest::newRow("sums to 100") << QList<qint64> { 70, 30 } << QList<int> { 70, 30 };
        QTest::newRow("any other sum") << QList<qint64> { 1, 3 } << QList<int> { 25, 75 };
        QTest::newRow("thirds") << QList<qint64> { 1, 1, 1 } << QList<int> { 34, 33, 33 };
        QTest::newRow("largest remainder") << QList<qint64> { 1, 2 } << QList<int> { 33, 67 };
        QTest::newRow("per mille") << QList<qint64> { 1, 999 } << QList<int> { 0, 100 };
        QTest::newRow("all zero") << QList<qint64> { 0, 0 } << QList<int> { 0, 0 };
        QTest::newRow("negative") << QList<qint64> { -5, 5 } << QList<int> { 0, 100 };
        QTest::newRow("huge") << QList<qint64> { std::numeric_limits<qint64>::max(),
                                                 std::numeric_limits<qint64>::max() }
                              << QList<int> { 50, 50 };
    }

    void turnsAnyWeightsIntoPercent()
    {
        QFETCH(QList<qint64>, weights);
        QFETCH(QList<int>, percents);
        const std::vector<std::int64_t> in(weights.begin(), weights.end());
        const std::vector<int> out = mesh::percentages(in);
        QCOMPARE(QList<int>(out.begin(), out.end()), percents);
    }

    void acceptsOnlyWeightsThatEveryVersionAccepts()
    {
        QVERIFY(mesh::checkWeights({ 100 }));
        QVERIFY(mesh::checkWeights({ 0, 100 }));
        QVERIFY(mesh::checkWeights({ 33, 33, 34 }));
        QVERIFY(!mesh::checkWeights({}));
        QVERIFY(!mesh::checkWeights({ 50, 49 }));
        COMPARE_TEXT(describe(mesh::checkWeights({ -1, 101 }).error()),
                     "a weight is a whole number from 0 to 100");
        COMPARE_TEXT(describe(mesh::checkWeights({ 60, 60 }).error()),
                     "the weights sum to 120, not to 100");
    }

    void patchesForeignWeightsOnlyIfNothingMoved()
    {
        const json::Value service = frontend();
        const auto patch = mesh::weightPatch(service, 1, { 40, 60 });
        QVERIFY(patch);
        COMPARE_TEXT(json::writePretty(*patch), R"([
  {
    "op": "test",
    "path": "/metadata/resourceVersion",
    "value": "41"
  },
  {
    "op": "test",
    "path": "/spec/http/1/route/0/destination",
    "value": {
      "host": "frontend",
      "port": {
        "number": 80
      },
      "subset": "c1"
    }
  },
  {
    "op": "test",
    "path": "/spec/http/1/route/1/destination",
    "value": {
      "host": "frontend.shop.svc.cluster.local",
      "subset": "c2"
    }
  },
  {
    "op": "replace",
    "path": "/spec/http/1/route/0/weight",
    "value": 40
  },
  {
    "op": "add",
    "path": "/spec/http/1/route/1/weight",
    "value": 60
  }
])");
        const auto applied = json::patched(service, *patch);
        QVERIFY(applied);
        QVERIFY(*applied == *mesh::withWeights(service, 1, { 40, 60 }));
        json::Value moved = service;
        moved.member("metadata").member("resourceVersion") = "42";
        QVERIFY(!json::patchApplies(moved, *patch));
        json::Value other = service;
        (*(*other.member("spec").member("http").asArray())[1].member("route").asArray())[1]
            .member("destination")
            .member("subset") = "c3";
        QVERIFY(!json::patchApplies(other, *patch));
    }

    void refusesWeightsThatDoNotFitTheObject()
    {
        const json::Value service = frontend();
        QCOMPARE(mesh::weightPatch(service, 1, { 40, 50 }).error().code, ErrorCode::Usage);
        QCOMPARE(mesh::weightPatch(service, 0, { 40, 60 }).error().code, ErrorCode::Invalid);
        QCOMPARE(mesh::weightPatch(service, 7, { 100 }).error().code, ErrorCode::Invalid);
        QCOMPARE(mesh::withWeights(service, 2, { 100 }).error().code, ErrorCode::Invalid);
        json::Value fresh = service;
        fresh.member("metadata").erase("resourceVersion");
        COMPARE_TEXT(describe(mesh::weightPatch(fresh, 1, { 40, 60 }).error()),
                     "the VirtualService is not the one that was read: it has no resourceVersion");
    }

    void changesNothingButTheWeights()
    {
        const auto changed = mesh::withWeights(frontend(), 1, { 5, 95 });
        QVERIFY(changed);
        const mesh::VirtualService service = mesh::readVirtualService(*changed);
        QCOMPARE(service.http[1].destinations[0].percent, 5);
        QCOMPARE(service.http[1].destinations[1].percent, 95);
        json::Value back = *mesh::withWeights(*changed, 1, { 70, 30 });
        (*(*back.member("spec").member("http").asArray())[1].member("route").asArray())[1].erase(
            "weight");
        QVERIFY(back == frontend());
    }
};

ISTHMUS_TEST_MAIN(TestIstio)
#include "tst_istio.moc"
