// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/names.h"
#include "tests/support/test.h"

using namespace isthmus;
using checks::Outcome;

namespace {

mesh::MeshSpec two(const std::string& network1, const std::string& network2)
{
    mesh::MeshSpec spec;
    spec.istio.version = "1.31.0";
    spec.clusters = { { .name = ClusterId("onprem"), .context = "a", .network = network1 },
                      { .name = ClusterId("gke"),
                        .context = "b",
                        .role = mesh::Role::Remote,
                        .network = network2 } };
    return spec;
}

checks::IdentityFacts identity(const char* cluster, const char* uid)
{
    return { .cluster = ClusterId(cluster),
             .uid = ClusterUid(uid),
             .server = std::string("https://") + cluster + ":6443" };
}

checks::NamespaceFacts
shop(const char* cluster, bool exists, const char* injection = "", const char* revision = "")
{
    return { .cluster = ClusterId(cluster),
             .ns = "shop",
             .exists = exists,
             .injection = injection,
             .revision = revision };
}

} // namespace

class TestNames : public test::TestBase
{
    Q_OBJECT

private slots:

    void tellsTwoClustersByTheirUids()
    {
        COMPARE_TEXT(
            checks::dump(
                { checks::checkDistinct(identity("onprem", "u1"), identity("gke", "u2")) }),
            "P3 onprem, gke pass: kube-system has the UID u1 (https://onprem:6443), and u2 "
            "(https://gke:6443)\n");
    }

    void failsTwoContextsOfOneCluster()
    {
        const auto item = checks::checkDistinct(identity("onprem", "u1"), identity("gke", "u1"));
        QCOMPARE(item.outcome, Outcome::Fail);
        COMPARE_TEXT(text(item.cause), "onprem and gke are one cluster");
        QVERIFY(!item.remedy.empty());
    }

    void doesNotTakeTwoMissingUidsForOneCluster()
    {
        QCOMPARE(checks::checkDistinct(identity("onprem", ""), identity("gke", "")).outcome,
                 Outcome::Unknown);
    }

    void passesGoodNames()
    {
        COMPARE_TEXT(checks::dump(checks::checkNames(two("network1", "network2"))),
                     "P4 onprem pass: name onprem, network network1\n"
                     "P4 gke pass: name gke, network network2\n");
    }

    void failsNamesThatCannotBe_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("cause");
        QTest::newRow("capitals") << "OnPrem" << "network1" << "checks.name-bad";
        QTest::newRow("dot") << "on.prem" << "network1" << "checks.name-bad";
        QTest::newRow("empty") << "" << "network1" << "checks.name-bad";
        QTest::newRow("network with a slash") << "onprem" << "net/1" << "checks.network-bad";
        QTest::newRow("network ends in a dash") << "onprem" << "net-" << "checks.network-bad";
        QTest::newRow("no network") << "onprem" << "" << "checks.network-missing";
        QTest::newRow("shared network") << "onprem" << "network2" << "checks.network-shared";
    }

    void failsNamesThatCannotBe()
    {
        QFETCH(QString, name);
        QFETCH(QString, network);
        QFETCH(QString, cause);
        mesh::MeshSpec spec = two(network.toStdString(), "network2");
        spec.clusters[0].name = ClusterId(name.toStdString());
        const auto item = checks::checkNames(spec).front();
        QCOMPARE(item.outcome, Outcome::Fail);
        COMPARE_TEXT(item.cause.id, cause.toStdString());
        QVERIFY(!item.remedy.empty());
    }

    void needsNoNetworkOnlyToWatch()
    {
        mesh::MeshSpec spec = two("", "");
        spec.istio.version.clear();
        COMPARE_TEXT(checks::dump(checks::checkNames(spec)),
                     "P4 onprem pass: name onprem\nP4 gke pass: name gke\n");
    }

    void listsEachNamespaceOnce()
    {
        mesh::MeshSpec spec = two("a", "b");
        spec.routes = { { .name = "x", .ns = "shop" },
                        { .name = "y", .ns = "blog" },
                        { .name = "z", .ns = "shop" } };
        QVERIFY((checks::namespacesOf(spec) == std::vector<std::string> { "shop", "blog" }));
        spec.demo.emplace();
        QVERIFY((checks::namespacesOf(spec)
                 == std::vector<std::string> { "hipster-store", "shop", "blog" }));
    }

    void comparesHowANamespaceIsInjected_data()
    {
        QTest::addColumn<bool>("first");
        QTest::addColumn<QString>("label");
        QTest::addColumn<bool>("second");
        QTest::addColumn<QString>("other");
        QTest::addColumn<int>("outcome");
        const int pass = int(Outcome::Pass);
        QTest::newRow("both absent") << false << "" << false << "" << pass;
        QTest::newRow("one absent") << true << "enabled" << false << "" << pass;
        QTest::newRow("alike") << true << "enabled" << true << "enabled" << pass;
        QTest::newRow("both bare") << true << "" << true << "" << pass;
        QTest::newRow("one side") << true << "enabled" << true << "" << int(Outcome::Warn);
        QTest::newRow("against each other")
            << true << "enabled" << true << "disabled" << int(Outcome::Fail);
        QTest::newRow("both off") << true << "disabled" << true << "disabled" << int(Outcome::Warn);
    }

    void comparesHowANamespaceIsInjected()
    {
        QFETCH(bool, first);
        QFETCH(QString, label);
        QFETCH(bool, second);
        QFETCH(QString, other);
        const auto item = checks::checkNamespace(shop("onprem", first, qPrintable(label)),
                                                 shop("gke", second, qPrintable(other)));
        QTEST(int(item.outcome), "outcome");
        QCOMPARE(item.remedy.empty(), item.outcome == Outcome::Pass);
    }

    void showsWhatEachNamespaceSays()
    {
        const auto item = checks::checkNamespace(shop("onprem", true, "enabled"),
                                                 shop("gke", true, "", "canary"));
        COMPARE_TEXT(checks::dump({ item }),
                     "P13 onprem, gke fail: shop: istio-injection=enabled in onprem, "
                     "istio.io/rev=canary in gke\n"
                     "  why: the namespace shop is not injected alike in both clusters\n"
                     "  do: Give shop the same label istio-injection or istio.io/rev in every "
                     "cluster, then restart its pods.\n");
    }
};

ISTHMUS_TEST_MAIN(TestNames)
#include "tst_names.moc"
