// SPDX-License-Identifier: GPL-3.0-or-later
// Istio's real charts through the real helm: what each release of a primary and of a remote
// consists of.
#include "core/charts/helm.h"
#include "core/charts/values.h"
#include "tests/real/bed.h"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

using namespace isthmus;
using namespace isthmus::charts;

namespace {

/// "Kind: how many", one per line, sorted.
std::string kinds(const Rendered& rendered)
{
    std::map<std::string, int> counts;
    for (const json::Value& object : rendered.objects) {
        ++counts[object["kind"].string()];
    }
    std::string out;
    for (const auto& [kind, count] : counts) {
        out += kind + ": " + std::to_string(count) + "\n";
    }
    return out;
}

const json::Value& find(const Rendered& rendered, std::string_view kind, std::string_view name)
{
    static const json::Value none;
    for (const json::Value& object : rendered.objects) {
        if (object["kind"].string() == kind && object["metadata"]["name"].string() == name) {
            return object;
        }
    }
    return none;
}

/// The value of a variable of the first container.
std::string variable(const json::Value& deployment, std::string_view name)
{
    for (const json::Value& entry :
         deployment["spec"]["template"]["spec"]["containers"][0]["env"].array()) {
        if (entry["name"].string() == name) {
            return entry["value"].string();
        }
    }
    return {};
}

} // namespace

class TestCharts : public test::TestBase
{
    Q_OBJECT

private slots:

    void initTestCase()
    {
        const test::Bed bed = test::Bed::fromEnvironment();
        ::setenv("ISTHMUS_HELM", bed.helm().c_str(), 1);
        auto found = findHelm();
        QVERIFY2(found, found ? "" : describe(found.error()).c_str());
        auto renderer = Renderer::open(*found, { .directory = bed.charts() }, "");
        QVERIFY2(renderer, renderer ? "" : describe(renderer.error()).c_str());
        m_renderer = *std::move(renderer);
    }

    void rendersTheBaseOfAPrimary()
    {
        const auto base = render(Chart::Base, "istio-base", baseValues({}));
        QVERIFY(base);
        COMPARE_TEXT(
            kinds(*base),
            "CustomResourceDefinition: 15\nServiceAccount: 1\nValidatingWebhookConfiguration: 1\n");
        QVERIFY(!find(*base, "ServiceAccount", "istio-reader-service-account").isNull());
    }

    void rendersTheControlPlaneOfAPrimary()
    {
        const auto istiod =
            render(Chart::Istiod,
                   "istiod",
                   istiodPrimaryValues(
                       { .meshId = "mesh1",
                         .cluster = "onprem",
                         .network = "network1",
                         .images = { .hub = "registry.example.com/istio", .pullSecret = "key" } }));
        QVERIFY(istiod);
        COMPARE_TEXT(kinds(*istiod),
                     "ClusterRole: 3\nClusterRoleBinding: 3\nConfigMap: 3\nDeployment: "
                     "1\nHorizontalPodAutoscaler: 1\n"
                     "MutatingWebhookConfiguration: 1\nRole: "
                     "1\nRoleBinding: 1\nService: 1\n"
                     "ServiceAccount: 1\nValidatingWebhookConfiguration: 1\n");
        const json::Value& deployment = find(*istiod, "Deployment", "istiod");
        COMPARE_TEXT(variable(deployment, "EXTERNAL_ISTIOD"), "true");
        COMPARE_TEXT(variable(deployment, "CLUSTER_ID"), "onprem");
        COMPARE_TEXT(deployment["spec"]["template"]["spec"]["containers"][0]["image"].string(),
                     "registry.example.com/istio/pilot:" + m_renderer->version());
        COMPARE_TEXT(
            find(*istiod, "ServiceAccount", "istiod")["imagePullSecrets"][0]["name"].string(),
            "key");
        const std::string& mesh = find(*istiod, "ConfigMap", "istio")["data"]["mesh"].string();
        QVERIFY2(mesh.find("accessLogFile: /dev/stdout") != std::string::npos, mesh.c_str());
        QVERIFY2(mesh.find("meshId: mesh1") != std::string::npos, mesh.c_str());
    }

    void rendersWhatARemoteNeedsAndNoControlPlane()
    {
        const auto base = render(Chart::Base, "istio-base", baseValues({ .remote = true }));
        QVERIFY(base);
        COMPARE_TEXT(
            kinds(*base),
            "CustomResourceDefinition: 15\nServiceAccount: 1\nValidatingWebhookConfiguration: 1\n");
        const auto istiod =
            render(Chart::Istiod,
                   "istiod",
                   istiodRemoteValues(
                       { .cluster = "gke", .network = "network2", .pilotAddress = "192.0.2.7" }));
        QVERIFY(istiod);
        COMPARE_TEXT(kinds(*istiod),
                     "ClusterRole: 3\nClusterRoleBinding: 3\nConfigMap: 1\nEndpointSlice: 1\n"
                     "MutatingWebhookConfiguration: 1\nRole: 1\nRoleBinding: 1\nService: "
                     "1\nServiceAccount: 1\n"
                     "ValidatingWebhookConfiguration: 1\n");
        COMPARE_TEXT(
            find(*istiod, "EndpointSlice", "istiod")["endpoints"][0]["addresses"][0].string(),
            "192.0.2.7");
        const json::Value& webhook =
            find(*istiod, "MutatingWebhookConfiguration", "istio-sidecar-injector");
        COMPARE_TEXT(webhook["webhooks"][0]["clientConfig"]["service"]["path"].string(),
                     "/inject/cluster/gke/net/network2");
    }

    void leadsARemoteToAHostNameByAnExternalName()
    {
        const auto istiod =
            render(Chart::Istiod,
                   "istiod",
                   istiodRemoteValues(
                       { .cluster = "gke", .network = "n2", .pilotAddress = "mesh.example.com" }));
        QVERIFY(istiod);
        const json::Value& service = find(*istiod, "Service", "istiod");
        COMPARE_TEXT(service["spec"]["type"].string(), "ExternalName");
        COMPARE_TEXT(service["spec"]["externalName"].string(), "mesh.example.com");
        QVERIFY(find(*istiod, "EndpointSlice", "istiod").isNull());
    }

    void rendersTheIngressGateway()
    {
        const auto gateway = render(Chart::Gateway,
                                    std::string(gatewayRelease(GatewayKind::Ingress)),
                                    gatewayValues({ .kind = GatewayKind::Ingress,
                                                    .annotations = { { "example.com/a", "b" } },
                                                    .loadBalancerIp = "192.0.2.8",
                                                    .externalIps = { "192.0.2.9" },
                                                    .pullSecret = "key" }));
        QVERIFY(gateway);
        COMPARE_TEXT(kinds(*gateway),
                     "Deployment: 1\nHorizontalPodAutoscaler: 1\nRole: 1\nRoleBinding: 1\nService: "
                     "1\nServiceAccount: 1\n");
        const json::Value& service = find(*gateway, "Service", "istio-ingressgateway");
        COMPARE_TEXT(service["spec"]["selector"]["istio"].string(), "ingressgateway");
        COMPARE_TEXT(service["spec"]["loadBalancerIP"].string(), "192.0.2.8");
        COMPARE_TEXT(service["spec"]["externalIPs"][0].string(), "192.0.2.9");
        COMPARE_TEXT(service["metadata"]["annotations"]["example.com/a"].string(), "b");
        const json::Value& deployment = find(*gateway, "Deployment", "istio-ingressgateway");
        COMPARE_TEXT(deployment["spec"]["template"]["spec"]["imagePullSecrets"][0]["name"].string(),
                     "key");
    }

    void rendersTheEastWestGateway()
    {
        const auto gateway =
            render(Chart::Gateway,
                   std::string(gatewayRelease(GatewayKind::EastWest)),
                   gatewayValues({ .kind = GatewayKind::EastWest, .network = "network1" }));
        QVERIFY(gateway);
        const json::Value& service = find(*gateway, "Service", "istio-eastwestgateway");
        COMPARE_TEXT(service["spec"]["selector"]["istio"].string(), "eastwestgateway");
        COMPARE_TEXT(service["metadata"]["labels"]["topology.istio.io/network"].string(),
                     "network1");
        std::string ports;
        for (const json::Value& port : service["spec"]["ports"].array()) {
            ports += port["name"].string() + " " + std::to_string(port["port"].integer()) + "\n";
        }
        COMPARE_TEXT(ports, "status-port 15021\ntls 15443\ntls-istiod 15012\ntls-webhook 15017\n");
        COMPARE_TEXT(variable(find(*gateway, "Deployment", "istio-eastwestgateway"),
                              "ISTIO_META_REQUESTED_NETWORK_VIEW"),
                     "network1");
    }

    void namesARevisionEverywhere()
    {
        const auto base = render(Chart::Base, "istio-base", baseValues({ .revision = "canary" }));
        const auto istiod =
            render(Chart::Istiod,
                   "istiod-canary",
                   istiodPrimaryValues(
                       { .meshId = "m", .cluster = "c", .network = "n", .revision = "canary" }));
        const auto gateway =
            render(Chart::Gateway, "istio-ingressgateway", gatewayValues({ .revision = "canary" }));
        QVERIFY(base && istiod && gateway);
        COMPARE_TEXT(
            find(*base,
                 "ValidatingWebhookConfiguration",
                 "istiod-default-validator")["webhooks"][0]["clientConfig"]["service"]["name"]
                .string(),
            "istiod-canary");
        QVERIFY(!find(*istiod, "Deployment", "istiod-canary").isNull());
        COMPARE_TEXT(
            find(*gateway,
                 "Deployment",
                 "istio-ingressgateway")["spec"]["template"]["metadata"]["labels"]["istio.io/rev"]
                .string(),
            "canary");
    }

    void letsANullRemoveWhatWeSet()
    {
        auto values = istiodPrimaryValues({ .meshId = "m", .cluster = "c", .network = "n" });
        json::Value over = json::Object();
        over.member("meshConfig").member("accessLogFile") = json::Value();
        const auto istiod = render(Chart::Istiod, "istiod", merge(std::move(values), over));
        QVERIFY(istiod);
        const std::string& mesh = find(*istiod, "ConfigMap", "istio")["data"]["mesh"].string();
        QVERIFY2(mesh.find("/dev/stdout") == std::string::npos, mesh.c_str());
    }

    void quotesHelmWhereItRefusesAValue()
    {
        const auto gateway =
            m_renderer->render({ .chart = Chart::Gateway,
                                 .name = "istio-ingressgateway",
                                 .ns = "istio-system",
                                 .values = json::Object { { "servise", json::Object() } } });
        QVERIFY(!gateway);
        QCOMPARE(gateway.error().code, ErrorCode::Invalid);
        QVERIFY2(gateway.error().detail.find("'servise' not allowed") != std::string::npos,
                 gateway.error().detail.c_str());
    }

private:
    /// Renders into istio-system and checks what holds for every object.
    std::optional<Rendered> render(Chart chart, const std::string& name, json::Value values)
    {
        auto rendered = m_renderer->render({ .chart = chart,
                                             .name = name,
                                             .ns = "istio-system",
                                             .values = std::move(values),
                                             .kubeVersion = "1.36" });
        if (!rendered) {
            qCritical("%s", describe(rendered.error()).c_str());
            return std::nullopt;
        }
        for (const json::Value& object : rendered->objects) {
            const json::Value& metadata = object["metadata"];
            const bool marked =
                metadata["labels"]["app.kubernetes.io/managed-by"].string() == "Helm"
                && metadata["annotations"]["meta.helm.sh/release-name"].string() == name
                && metadata["annotations"]["meta.helm.sh/release-namespace"].string()
                    == "istio-system";
            if (!marked) {
                qCritical("not marked: %s", json::write(object).c_str());
                return std::nullopt;
            }
        }
        return *std::move(rendered);
    }

    std::optional<Renderer> m_renderer;
};

ISTHMUS_REAL_TEST_MAIN(TestCharts)
#include "tst_charts.moc"
