// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/install/planner.h"
#include "tests/core/operations/mesh_fixture.h"
#include "tests/support/test.h"

using namespace isthmus;
using operations::OperationKind;

namespace {

test::Mesh primaryWith(const std::string& more)
{
    return test::Mesh(test::sampleWith("network: network1}", "network: network1, " + more + "}"));
}

} // namespace

class TestInstall : public test::TestBase
{
    Q_OBJECT

private slots:

    void rendersThePrimarysControlPlane()
    {
        COMPARE_TEXT(json::write(test::Mesh().inputsOf("onprem/control-plane")),
                     R"({"awaitReady":true,"chart":"istiod","digest":"i0","kubeVersion":"1.36",")"
                     R"(namespace":"istio-system","part":"","path":"/c/istiod","release":"istiod)"
                     R"(","required":false,"values":{"global":{"externalIstiod":true,"meshID":"m)"
                     R"(esh1","multiCluster":{"clusterName":"onprem"},"network":"network1"},"mes)"
                     R"(hConfig":{"accessLogFile":"/dev/stdout"}}})");
    }

    void splitsDefinitionsFromTheRestOfTheBase()
    {
        const json::Value crds = test::Mesh().inputsOf("onprem/crds");
        const json::Value base = test::Mesh().inputsOf("onprem/base");
        COMPARE_TEXT(crds["part"].string() + " " + base["part"].string(), "crds rest");
        QVERIFY(crds["awaitReady"].boolean());
        QVERIFY(!base["awaitReady"].boolean()); // its webhook answers only once istiod runs
        QVERIFY(crds["values"] == base["values"]);
    }

    void laysTheUsersValuesOverOurs()
    {
        const test::Mesh mesh(test::sampleWith(
            "charts: {directory: charts}",
            "charts: {directory: charts}\n    values: {base: {x: 1}, istiod: {meshConfig: "
            "{accessLogFile: ''}, w: 2}, gateway: {z: 3}}"));
        COMPARE_TEXT(json::write(mesh.inputsOf("onprem/crds")["values"]), R"({"x":1})");
        const json::Value istiod = mesh.inputsOf("onprem/control-plane")["values"];
        COMPARE_TEXT(json::write(istiod["meshConfig"]), R"({"accessLogFile":""})");
        COMPARE_TEXT(json::write(istiod["w"]), "2");
        COMPARE_TEXT(json::write(mesh.inputsOf("onprem/ingress-gateway")["values"]["z"]), "3");
    }

    void givesTheGatewaysTheirServices()
    {
        const test::Mesh mesh = primaryWith(
            "images: {hub: mirror.example.com/istio, pullSecret: pull}, gateways: {ingress: "
            "{type: NodePort, externalIPs: [10.0.0.1]}, eastWest: {loadBalancerIP: 203.0.113.11, "
            "annotations: {cloud/internal: 'true'}}}");
        COMPARE_TEXT(json::write(mesh.inputsOf("onprem/ingress-gateway")["values"]),
                     R"({"imagePullSecrets":[{"name":"pull"}],)"
                     R"("service":{"externalIPs":["10.0.0.1"],"type":"NodePort"}})");
        COMPARE_TEXT(json::write(mesh.inputsOf("onprem/east-west-gateway")["values"]),
                     R"({"imagePullSecrets":[{"name":"pull"}],"networkGateway":"network1",)"
                     R"("service":{"annotations":{"cloud/internal":"true"},)"
                     R"("loadBalancerIP":"203.0.113.11","type":"LoadBalancer"}})");
        const json::Value istiod = mesh.inputsOf("onprem/control-plane")["values"]["global"];
        COMPARE_TEXT(istiod["hub"].string(), "mirror.example.com/istio");
        COMPARE_TEXT(json::write(istiod["imagePullSecrets"]), R"(["pull"])");
    }

    void waitsForNoAddressThatNobodyGives()
    {
        const test::Mesh mesh = primaryWith("gateways: {ingress: {type: ClusterIP}}");
        const operations::Planned planned = mesh.plan(OperationKind::Install);
        QVERIFY(planned.problems.empty());
        QVERIFY(planned.plan.find(StepId("onprem/ingress-gateway")) != nullptr);
        QVERIFY(planned.plan.find(StepId("onprem/ingress-address")) == nullptr);
    }

    void refusesAnEastWestGatewayThatNobodyCouldDial()
    {
        for (const char* type : { "NodePort", "ClusterIP" }) {
            const std::string service = "gateways: {eastWest: {type: " + std::string(type);
            COMPARE_TEXT(
                isthmus::dump(primaryWith(service + "}}").plan(OperationKind::Apply).problems),
                "error: nothing says where the other clusters reach the east-west gateway of "
                "onprem (spec.clusters)\n"
                "  why: its Service is no LoadBalancer, so nobody gives it an address\n"
                "  do: Set `gateways.eastWest.address` or `externalIPs` of it in mesh.yaml, or use "
                "`type: LoadBalancer`.\n");
            QVERIFY(primaryWith(service + ", address: 198.51.100.7}}")
                        .plan(OperationKind::Apply)
                        .problems.empty());
            QVERIFY(primaryWith(service + ", externalIPs: [198.51.100.7]}}")
                        .plan(OperationKind::Apply)
                        .problems.empty());
        }
    }

    void setsMutualTlsForTheMesh()
    {
        const auto mode = [](const test::Mesh& mesh) {
            return json::write(mesh.inputsOf("onprem/mutual-tls")["objects"][0]["spec"]);
        };
        COMPARE_TEXT(mode(test::Mesh()), R"({"mtls":{"mode":"STRICT"}})");
        COMPARE_TEXT(mode(test::Mesh(test::sampleWith("  ingress:\n",
                                                      "  security: {mtls: permissive}\n"
                                                      "  ingress:\n"))),
                     R"({"mtls":{"mode":"PERMISSIVE"}})");
    }

    void saysWhatBecomesOfTheRoot()
    {
        const auto trust = [](const std::string& said) {
            return json::write(
                test::Mesh(test::sampleWith("{root: generate, rootKey: discard}", said))
                    .inputsOf("onprem/trust"));
        };
        COMPARE_TEXT(trust("{root: generate, rootKey: discard}"),
                     R"({"existing":false,"mesh":"mesh1","rootKeyFile":""})");
        COMPARE_TEXT(trust("{root: generate, rootKey: keys/root.sealed}"),
                     R"({"existing":false,"mesh":"mesh1","rootKeyFile":"/m/keys/root.sealed"})");
        COMPARE_TEXT(trust("{root: existing}"),
                     R"({"existing":true,"mesh":"mesh1","rootKeyFile":""})");
    }

    void needsToKnowWhereTheRootComesFrom()
    {
        const test::Mesh mesh(
            test::sampleWith("  trust: {root: generate, rootKey: discard}\n", ""));
        COMPARE_TEXT(
            isthmus::dump(mesh.plan(OperationKind::Install).problems),
            "/m/mesh.yaml: error: mesh.yaml does not say where the mesh's root certificate "
            "comes from (spec.trust)\n"
            "  do: Add `trust: {root: generate, rootKey: FILE}`, or `rootKey: discard`, "
            "or `root: existing`.\n");
    }

    void needsANetwork()
    {
        const test::Mesh mesh(
            test::sampleWith("role: primary, network: network1}", "role: primary}"));
        COMPARE_TEXT(isthmus::dump(mesh.plan(OperationKind::Install).problems),
                     "error: the cluster onprem has no network (spec.clusters)\n"
                     "  do: Give each cluster its own `network`, such as network1 and network2.\n");
    }

    void labelsTheNamespaceAndTakesNoOwnershipOfIt()
    {
        const json::Value inputs = test::Mesh().inputsOf("onprem/namespace");
        COMPARE_TEXT(
            json::write(inputs["objects"][0]["metadata"]),
            R"({"labels":{"topology.istio.io/network":"network1"},"name":"istio-system"})");
        QVERIFY(inputs["required"].boolean()); // one that is there needs the label all the same
    }
};

ISTHMUS_TEST_MAIN(TestInstall)
#include "tst_install.moc"
