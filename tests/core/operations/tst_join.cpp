// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/join/planner.h"
#include "core/operations/names.h"
#include "tests/core/operations/mesh_fixture.h"
#include "tests/support/test.h"

using namespace isthmus;
using operations::OperationKind;

namespace {

/// The sample with something more said about the remote.
test::Mesh remoteWith(const std::string& more)
{
    return test::Mesh(test::sampleWith("network: network2}", "network: network2, " + more + "}"));
}

test::Mesh remoteAt(const std::string& server, const std::string& more = "context: gke")
{
    test::Mesh mesh = remoteWith(more);
    mesh.clusters.at(ClusterId("gke")).identity.server = server;
    return mesh;
}

/// What the primary is told about the remote.
std::string credential(const test::Mesh& mesh)
{
    const json::Value inputs = mesh.inputsOf("gke/credential");
    return inputs["remote"].string() + " for " + inputs["primary"].string() + ": "
        + inputs["server"].string() + " as " + inputs["tlsServerName"].string() + ", "
        + inputs["ca"].string();
}

} // namespace

class TestJoin : public test::TestBase
{
    Q_OBJECT

private slots:

    void handsTheKubeconfigsServerToThePrimary()
    {
        test::Mesh mesh;
        mesh.clusters.at(ClusterId("gke")).tlsServerName = "kubernetes";
        COMPARE_TEXT(credential(mesh),
                     "gke for onprem: https://gke.example.com:6443 as kubernetes, CA of gke");
    }

    void handsOverTheServerThatTheFileNames()
    {
        test::Mesh mesh = remoteWith(
            "apiServer: {url: 'https://10.0.0.5:6443', caFile: /ca.pem, tlsServerName: api.gke}");
        mesh.apiServerCa.emplace(ClusterId("gke"), "CA of the file");
        COMPARE_TEXT(credential(mesh),
                     "gke for onprem: https://10.0.0.5:6443 as api.gke, CA of the file");
        const test::Mesh sameCa = remoteWith("apiServer: {url: 'https://10.0.0.5:6443'}");
        COMPARE_TEXT(sameCa.inputsOf("gke/credential")["ca"].string(), "CA of gke");
    }

    void refusesAServerThatWouldLeadThePrimaryToItself()
    {
        const operations::Planned planned =
            remoteAt("https://127.0.0.1:26023").plan(OperationKind::Join);
        COMPARE_TEXT(
            isthmus::dump(planned.problems),
            "error: gke is reached at https://127.0.0.1:26023, an address that leads every program "
            "to its own machine (gke)\n"
            "  why: the control plane of onprem dials it from its own pod, and would reach itself "
            "there\n"
            "  do: Set `apiServer: {url: …}` of gke in mesh.yaml to the address that the primary's "
            "pods reach.\n");
        QVERIFY(planned.plan.steps.empty());
        for (const char* server :
             { "https://localhost:6443", "https://[::1]:6443", "https://127.3.2.1" }) {
            QVERIFY2(hasErrors(remoteAt(server).plan(OperationKind::Apply).problems), server);
        }
    }

    void takesALoopbackServerThatTheFileNames()
    {
        const test::Mesh mesh =
            remoteAt("https://127.0.0.1:26023", "apiServer: {url: 'https://127.0.0.1:26023'}");
        const operations::Planned planned = mesh.plan(OperationKind::Join);
        QVERIFY(planned.problems.empty());
        QVERIFY(planned.plan.find(StepId("gke/credential")) != nullptr);
        QCOMPARE(mesh.problems.size(), std::size_t { 1 }); // the file's reader warns, once
        QVERIFY(mesh.problems.front().severity == Severity::Warning);
        QCOMPARE(mesh.problems.front().summary.id, std::string("mesh.loopback-server"));
        // Named otherwise, the kubeconfig's own address does not matter.
        QVERIFY(remoteAt("https://127.0.0.1:26023", "apiServer: {url: 'https://10.12.0.13:6443'}")
                    .plan(OperationKind::Join)
                    .problems.empty());
    }

    void letsThePrimaryBeOnLoopback()
    {
        test::Mesh mesh;
        mesh.clusters.at(ClusterId("onprem")).identity.server = "https://127.0.0.1:26013";
        QVERIFY(mesh.plan(OperationKind::Apply).problems.empty());
    }

    void looksAtThePrimarysAuthorityFirst()
    {
        const operations::Planned planned = test::Mesh().plan(OperationKind::Join);
        const plan::Step& first = planned.plan.steps.front();
        COMPARE_TEXT(first.id.str() + " " + first.type + " " + json::write(first.inputs),
                     R"(onprem/trust trust {"checkOnly":true,"mesh":"mesh1"})");
        QVERIFY(first.kind == plan::StepKind::Check);
    }

    void namesTheControlPlaneInTheNamespace()
    {
        COMPARE_TEXT(json::write(test::Mesh().inputsOf("gke/namespace")["objects"][0]["metadata"]),
                     R"({"annotations":{"topology.istio.io/controlPlaneClusters":"onprem"},)"
                     R"("labels":{"topology.istio.io/network":"network2"},"name":"istio-system"})");
    }

    void rendersTheRemoteProfileWithTheAddressYetUnknown()
    {
        json::Value values = test::Mesh().inputsOf("gke/control-plane")["values"];
        const std::vector<plan::Hole> holes = plan::holesIn(values);
        QCOMPARE(holes.size(), std::size_t { 1 });
        COMPARE_TEXT(text(holes.front()), text(operations::eastWestAddress(ClusterId("onprem"))));
        values = plan::filled(std::move(values), { { holes.front(), "203.0.113.11" } });
        COMPARE_TEXT(json::write(values),
                     R"({"global":{"configCluster":true,"multiCluster":{"clusterName":"gke"},)"
                     R"("network":"network2","remotePilotAddress":"203.0.113.11"},)"
                     R"("istiodRemote":{"injectionPath":"/inject/cluster/gke/net/network2"},)"
                     R"("profile":"remote"})");
        const json::Value base = test::Mesh().inputsOf("gke/base");
        COMPARE_TEXT(json::write(base["values"]),
                     R"({"global":{"externalIstiod":true},"profile":"remote"})");
    }

    void asksForATokenOfTheReader()
    {
        COMPARE_TEXT(
            json::write(test::Mesh().inputsOf("gke/reader-token")["objects"]),
            R"([{"apiVersion":"v1","kind":"Secret","metadata":{"annotations":)"
            R"({"kubernetes.io/service-account.name":"istio-reader-service-account"},"labels":)"
            R"({"app.kubernetes.io/managed-by":"isthmus"},"name":)"
            R"("istio-reader-service-account-istio-remote-secret-token","namespace":"istio-system"},)"
            R"("type":"kubernetes.io/service-account-token"}])");
    }

    void dialsTheAddressThatTheFileGivesThePrimary()
    {
        const test::Mesh mesh(test::sampleWith(
            "network: network1}",
            "network: network1, gateways: {eastWest: {address: gw.example.com}}}"));
        COMPARE_TEXT(json::write(mesh.inputsOf("onprem/east-west-address")),
                     R"({"address":"gw.example.com","service":"istio-eastwestgateway"})");
        // Known at once, it must not let the remote run ahead of the gateway.
        const operations::Planned planned = mesh.plan(OperationKind::Apply);
        const plan::Step* controlPlane = planned.plan.find(StepId("gke/control-plane"));
        QVERIFY(std::ranges::find(controlPlane->needs, StepId("onprem/east-west-gateway"))
                != controlPlane->needs.end());
    }

    void givesTheRemoteItsOwnImagesAndValues()
    {
        const test::Mesh mesh = remoteWith(
            "images: {hub: mirror.example.com/istio, pullSecret: pull}, values: {istiod: {global: "
            "{network: other}}, gateway: {replicas: 2}}, gateways: {eastWest: {type: NodePort, "
            "externalIPs: [10.0.0.2], annotations: {a: b}}}");
        const json::Value istiod = mesh.inputsOf("gke/control-plane")["values"];
        COMPARE_TEXT(istiod["global"]["hub"].string(), "mirror.example.com/istio");
        COMPARE_TEXT(json::write(istiod["global"]["imagePullSecrets"]), R"(["pull"])");
        COMPARE_TEXT(istiod["global"]["network"].string(), "other"); // the user's word is the last
        COMPARE_TEXT(
            json::write(mesh.inputsOf("gke/east-west-gateway")["values"]),
            R"({"imagePullSecrets":[{"name":"pull"}],"networkGateway":"network2",)"
            R"("replicas":2,"service":{"annotations":{"a":"b"},"externalIPs":["10.0.0.2"],)"
            R"("type":"NodePort"}})");
    }

    void needsANetwork()
    {
        const test::Mesh mesh(
            test::sampleWith("role: remote, network: network2}", "role: remote}"));
        COMPARE_TEXT(isthmus::dump(mesh.plan(OperationKind::Join).problems),
                     "error: the cluster gke has no network (spec.clusters)\n"
                     "  do: Give each cluster its own `network`, such as network1 and network2.\n");
    }

    void holdsNoSecretInThePlan()
    {
        const std::string all =
            json::write(plan::toJson(test::Mesh().plan(OperationKind::Apply).plan));
        for (const char* word : { "PRIVATE KEY", "tls.key", "ca-key.pem", "\"token\":" }) {
            QVERIFY2(all.find(word) == std::string::npos, word);
        }
    }
};

ISTHMUS_TEST_MAIN(TestJoin)
#include "tst_join.moc"
