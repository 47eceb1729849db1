// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/steps/route_proof_step.h"
#include "tests/core/operations/fake_run.h"
#include "tests/core/operations/mesh_fixture.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

plan::Step step()
{
    return *test::Mesh()
                .plan(operations::OperationKind::Route)
                .plan.find(StepId("onprem/route-frontend-proof"));
}

void putEntrance(test::FakeRun& run)
{
    json::Value service = json::Object { { "apiVersion", "v1" }, { "kind", "Service" } };
    service.member("metadata") =
        json::Object { { "name", "istio-ingressgateway" }, { "namespace", "istio-system" } };
    service.member("status")
        .member("loadBalancer")
        .member("ingress")
        .push(json::Object { { "ip", "203.0.113.10" } });
    run.onprem.put(service);
    json::Value secret = json::Object { { "apiVersion", "v1" }, { "kind", "Secret" } };
    secret.member("metadata") =
        json::Object { { "name", "isthmus-ingress-certificate" }, { "namespace", "istio-system" } };
    secret.member("data") = json::Object { { "tls.crt", base64Encode("the certificate") },
                                           { "tls.key", base64Encode("the private key") } };
    run.onprem.put(secret);
}

} // namespace

class TestRouteProofStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void asksEachClusterOnceAndCleansUp()
    {
        test::FakeRun run;
        const operations::RouteProofStep proof(run.ports.probes);
        putEntrance(run);
        COMPARE_TEXT(test::dump(proof.apply(step(), run.context)), "done\n");
        COMPARE_TEXT(run.onprem.written(),
                     "apply VirtualService hipster-store/frontend-proof-onprem\n"
                     "delete VirtualService hipster-store/frontend-proof-onprem\n"
                     "apply VirtualService hipster-store/frontend-proof-gke\n"
                     "delete VirtualService hipster-store/frontend-proof-gke\n");
        QVERIFY(!run.onprem.writes[1].body["uid"].string().empty()); // of that very object
        COMPARE_TEXT(
            run.context.said,
            "proven: a request through the ingress was answered in onprem (HTTP 200, 12 ms)\n"
            "proven: a request through the ingress was answered in gke (HTTP 200, 12 ms)\n");
        QCOMPARE(run.ports.probes.visits.size(), std::size_t { 2 });
        const operations::Visit& visit = run.ports.probes.visits.back();
        COMPARE_TEXT(visit.address + ":" + std::to_string(visit.port) + " " + visit.host + " "
                         + visit.caPem,
                     "203.0.113.10:443 isthmus-proof-gke.apps.example.com the certificate");
    }

    void asksUntilTheGatewayKnowsTheHost()
    {
        test::FakeRun run;
        const operations::RouteProofStep proof(run.ports.probes);
        putEntrance(run);
        run.ports.probes.answer = [](const operations::Visit&, std::size_t n) {
            const int status = n == 0 ? 404 : n == 1 ? 503 : 302;
            return Result<operations::VisitAnswer>(
                operations::VisitAnswer { .status = status, .took = Milliseconds(5) });
        };
        QVERIFY(proof.apply(step(), run.context));
        QVERIFY2(run.context.said.starts_with(
                     "proven: a request through the ingress was answered in onprem (HTTP 302"),
                 run.context.said.c_str());
        QCOMPARE(run.ports.probes.visits.size(), std::size_t { 4 });
    }

    void callsNotProvenWhatWasNotShown()
    {
        test::FakeRun run;
        const operations::RouteProofStep proof(run.ports.probes);
        putEntrance(run);
        run.ports.probes.answer = [](const operations::Visit& visit, std::size_t) {
            return visit.host.find("-gke.") != std::string::npos
                ? Result<operations::VisitAnswer>(operations::VisitAnswer { .status = 503 })
                : Error { ErrorCode::Unreachable, msg("plan.stopped") };
        };
        COMPARE_TEXT(test::dump(proof.apply(step(), run.context)), "done\n");
        COMPARE_TEXT(run.context.said,
                     "not proven: a request into onprem: " + text(msg("plan.stopped"))
                         + "\nnot proven: a request into gke: HTTP 503\n");
        QVERIFY(run.onprem.at("VirtualService", "frontend-proof-onprem").isNull());
        QVERIFY(run.onprem.at("VirtualService", "frontend-proof-gke").isNull());
    }

    void writesNothingWithoutAWayIn()
    {
        test::FakeRun run;
        const operations::RouteProofStep proof(run.ports.probes);
        QVERIFY(proof.apply(step(), run.context));
        COMPARE_TEXT(run.onprem.written(), "");
        QVERIFY2(run.context.said.starts_with("not proven: a request into any cluster: "),
                 run.context.said.c_str());
        QVERIFY(run.ports.probes.visits.empty());
    }

    void showsTheTemporaryObjectsAndNoKey()
    {
        test::FakeRun run;
        const operations::RouteProofStep proof(run.ports.probes);
        putEntrance(run);
        COMPARE_TEXT(test::dump(proof.inspect(step(), run.context)),
                     "needed\n"
                     "create onprem VirtualService hipster-store/frontend-proof-onprem (for the "
                     "time of one request, then removed)\n"
                     "create onprem VirtualService hipster-store/frontend-proof-gke (for the time "
                     "of one request, then removed)\n");
        QVERIFY(proof.apply(step(), run.context));
        QVERIFY(run.context.said.find("private key") == std::string::npos);
    }

    void cleansUpWhatAnEarlierRunLeft()
    {
        test::FakeRun run;
        const operations::RouteProofStep proof(run.ports.probes);
        putEntrance(run);
        run.onprem.put(step().inputs["clusters"][0]["object"], "isthmus");
        QVERIFY(proof.apply(step(), run.context));
        QVERIFY(run.onprem.at("VirtualService", "frontend-proof-onprem").isNull());
    }
};

ISTHMUS_TEST_MAIN(TestRouteProofStep)
#include "tst_route_proof_step.moc"
