// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/values.h"
#include "core/json/parse.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::charts;

namespace {

std::string merged(std::string_view values, std::string_view over)
{
    const auto left = json::parse(values);
    const auto right = json::parse(over);
    return left && right ? json::write(merge(*left, *right)) : "unreadable";
}

} // namespace

class TestValues : public test::TestBase
{
    Q_OBJECT

private slots:

    void mergesAsASecondValuesFileOfHelm_data()
    {
        QTest::addColumn<QString>("values");
        QTest::addColumn<QString>("over");
        QTest::addColumn<QString>("expected");
        QTest::newRow("maps are merged") << R"({"a":{"x":1,"y":2}})" << R"({"a":{"y":3},"b":4})"
                                         << R"({"a":{"x":1,"y":3},"b":4})";
        QTest::newRow("arrays are replaced")
            << R"({"a":[1,2]})" << R"({"a":[3]})" << R"({"a":[3]})";
        QTest::newRow("a map replaces a scalar")
            << R"({"a":1})" << R"({"a":{"x":1}})" << R"({"a":{"x":1}})";
        QTest::newRow("a scalar replaces a map")
            << R"({"a":{"x":1}})" << R"({"a":1})" << R"({"a":1})";
        QTest::newRow("a null takes the place") << R"({"a":{"x":1,"y":2}})" << R"({"a":{"x":null}})"
                                                << R"({"a":{"x":null,"y":2}})";
        QTest::newRow("nothing over it") << R"({"a":1})" << "null" << R"({"a":1})";
        QTest::newRow("nothing under it") << "null" << R"({"a":1})" << R"({"a":1})";
    }

    void mergesAsASecondValuesFileOfHelm()
    {
        QFETCH(QString, values);
        QFETCH(QString, over);
        QFETCH(QString, expected);
        COMPARE_TEXT(merged(values.toStdString(), over.toStdString()), expected.toStdString());
    }

    void givesAPrimaryItsMeshClusterAndNetwork()
    {
        const auto values =
            istiodPrimaryValues({ .meshId = "mesh1", .cluster = "onprem", .network = "network1" });
        COMPARE_TEXT(
            json::write(values),
            R"({"global":{"externalIstiod":true,"meshID":"mesh1","multiCluster":{"clusterName":"onprem"},)"
            R"("network":"network1"},"meshConfig":{"accessLogFile":"/dev/stdout"}})");
    }

    void leavesOutWhatAPrimaryWithoutRemotesDoesNotNeed()
    {
        const auto values =
            istiodPrimaryValues({ .meshId = "m",
                                  .cluster = "c",
                                  .network = "n",
                                  .revision = "canary",
                                  .external = false,
                                  .accessLogFile = "",
                                  .images = { .hub = "r/istio", .pullSecret = "key" } });
        COMPARE_TEXT(json::write(values),
                     R"({"global":{"hub":"r/istio","imagePullSecrets":["key"],"meshID":"m",)"
                     R"("multiCluster":{"clusterName":"c"},"network":"n"},"revision":"canary"})");
    }

    void pointsARemoteToThePrimary()
    {
        const auto values = istiodRemoteValues(
            { .cluster = "gke", .network = "network2", .pilotAddress = "192.0.2.7" });
        COMPARE_TEXT(
            json::write(values),
            R"({"global":{"configCluster":true,"multiCluster":{"clusterName":"gke"},"network":"network2",)"
            R"("remotePilotAddress":"192.0.2.7"},)"
            R"("istiodRemote":{"injectionPath":"/inject/cluster/gke/net/network2"},"profile":"remote"})");
    }

    void keepsAGivenInjectionPath()
    {
        const auto values = istiodRemoteValues(
            { .cluster = "a", .network = "n", .pilotAddress = "h", .injectionPath = "/inject/x" });
        QCOMPARE(values["istiodRemote"]["injectionPath"].string(), std::string("/inject/x"));
    }

    void tellsTheBaseChartOnlyWhatDiffers()
    {
        COMPARE_TEXT(json::write(baseValues({})), "{}");
        COMPARE_TEXT(
            json::write(baseValues({ .remote = true,
                                     .revision = "canary",
                                     .images = { .hub = "h", .pullSecret = "key" } })),
            R"({"defaultRevision":"canary","global":{"externalIstiod":true,"imagePullSecrets":["key"]},"profile":"remote"})");
    }

    void makesAnIngressGatewayWithoutANetwork()
    {
        COMPARE_TEXT(
            json::write(gatewayValues({ .kind = GatewayKind::Ingress, .network = "network1" })),
            R"({"service":{"type":"LoadBalancer"}})");
    }

    void givesAnEastWestGatewayItsNetworkAndService()
    {
        const auto values = gatewayValues({ .kind = GatewayKind::EastWest,
                                            .network = "network1",
                                            .revision = "canary",
                                            .serviceType = "NodePort",
                                            .annotations = { { "example.com/internal", "true" } },
                                            .loadBalancerIp = "192.0.2.9",
                                            .externalIps = { "192.0.2.10", "192.0.2.11" },
                                            .pullSecret = "key" });
        COMPARE_TEXT(
            json::write(values),
            R"({"imagePullSecrets":[{"name":"key"}],"networkGateway":"network1","revision":"canary",)"
            R"("service":{"annotations":{"example.com/internal":"true"},)"
            R"("externalIPs":["192.0.2.10","192.0.2.11"],"loadBalancerIP":"192.0.2.9","type":"NodePort"}})");
    }

    void namesTheReleasesAsTheChartDerivesItsLabels()
    {
        QCOMPARE(gatewayRelease(GatewayKind::Ingress), std::string_view("istio-ingressgateway"));
        QCOMPARE(gatewayRelease(GatewayKind::EastWest), std::string_view("istio-eastwestgateway"));
    }
};

ISTHMUS_TEST_MAIN(TestValues)
#include "tst_values.moc"
