// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/route/planner.h"
#include "tests/core/operations/mesh_fixture.h"
#include "tests/support/test.h"

using namespace isthmus;
using operations::OperationKind;

class TestRoute : public test::TestBase
{
    Q_OBJECT

private slots:

    void putsTheSubsetsBeforeTheWeights()
    {
        const json::Value objects = test::Mesh().inputsOf("onprem/route-frontend")["objects"];
        QCOMPARE(objects.array().size(), std::size_t { 2 });
        COMPARE_TEXT(json::write(objects[0]),
                     R"({"apiVersion":"networking.istio.io/v1","kind":"DestinationRule",)"
                     R"("metadata":{"labels":{"app.kubernetes.io/managed-by":"isthmus"},)"
                     R"("name":"frontend","namespace":"hipster-store"},"spec":{"host":)"
                     R"("frontend.hipster-store.svc.cluster.local","subsets":[{"labels":)"
                     R"({"topology.istio.io/cluster":"onprem"},"name":"onprem"},{"labels":)"
                     R"({"topology.istio.io/cluster":"gke"},"name":"gke"}],"trafficPolicy":)"
                     R"({"tls":{"mode":"ISTIO_MUTUAL"}}}})");
        COMPARE_TEXT(json::write(objects[1]["spec"]),
                     R"({"gateways":["istio-system/frontend-gateway","mesh"],"hosts":["hipster-s)"
                     R"(tore.apps.example.com","frontend.hipster-store.svc.cluster.local"],"http)"
                     R"(":[{"route":[{"destination":{"host":"frontend.hipster-store.svc.cluster.)"
                     R"(local","port":{"number":80},"subset":"onprem"},"weight":50},{"destinatio)"
                     R"(n":{"host":"frontend.hipster-store.svc.cluster.local","port":{"number":8)"
                     R"(0},"subset":"gke"},"weight":50}]}]})");
    }

    void keepsADestinationWithoutWeight()
    {
        const test::Mesh mesh(
            test::sampleWith("weights: {onprem: 50, gke: 50}", "weights: {onprem: 100, gke: 0}"));
        const json::Value route =
            mesh.inputsOf("onprem/route-frontend")["objects"][1]["spec"]["http"][0]["route"];
        QCOMPARE(route[1]["weight"].integer(-1), std::int64_t { 0 });
        COMPARE_TEXT(route[1]["destination"]["subset"].string(), "gke");
    }

    void provesEachClusterByAHostOfItsOwn()
    {
        const json::Value inputs = test::Mesh().inputsOf("onprem/route-frontend-proof");
        COMPARE_TEXT(inputs["ingressCluster"].string() + " " + inputs["service"].string() + " "
                         + inputs["secret"].string(),
                     "onprem istio-ingressgateway isthmus-ingress-certificate");
        QCOMPARE(inputs["clusters"].array().size(), std::size_t { 2 });
        const json::Value& second = inputs["clusters"][1];
        COMPARE_TEXT(second["host"].string(), "isthmus-proof-gke.apps.example.com");
        COMPARE_TEXT(json::write(second["object"]["spec"]),
                     R"({"gateways":["istio-system/frontend-gateway"],"hosts":)"
                     R"(["isthmus-proof-gke.apps.example.com"],"http":[{"route":[{"destination":)"
                     R"({"host":"frontend.hipster-store.svc.cluster.local","port":{"number":80},)"
                     R"("subset":"gke"},"weight":100}]}]})");
    }

    void provesNothingWhereThereIsNoWayIn()
    {
        const test::Mesh inside(test::sampleWith("gateways: [ingress, mesh]", "gateways: [mesh]"));
        const operations::Planned planned = inside.plan(OperationKind::Apply);
        QVERIFY(planned.problems.empty());
        QVERIFY(planned.plan.find(StepId("onprem/route-frontend-proof")) == nullptr);
        const json::Value spec = inside.inputsOf("onprem/route-frontend")["objects"][1]["spec"];
        COMPARE_TEXT(json::write(spec["gateways"]) + json::write(spec["hosts"]),
                     R"(["mesh"]["frontend.hipster-store.svc.cluster.local"])");
    }
};

ISTHMUS_TEST_MAIN(TestRoute)
#include "tst_route.moc"
