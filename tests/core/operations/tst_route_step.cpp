// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/istio_objects.h"
#include "core/operations/steps/route_step.h"
#include "tests/core/operations/mesh_fixture.h"
#include "tests/core/operations/weights_fixture.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

using State = plan::Inspection::State;

plan::Step step()
{
    return *test::Mesh()
                .plan(operations::OperationKind::Route)
                .plan.find(StepId("onprem/route-frontend"));
}

json::Value routeOf(const std::string& host, const std::string& destination)
{
    json::Value out =
        json::Object { { "apiVersion", "networking.istio.io/v1" }, { "kind", "VirtualService" } };
    out.member("metadata") =
        json::Object { { "name", "theirs" }, { "namespace", "hipster-store" } };
    out.member("spec").member("hosts") = json::Array { host };
    json::Value rule;
    rule.member("route").push(
        json::Object { { "destination", json::Object { { "host", destination } } } });
    out.member("spec").member("http").push(std::move(rule));
    return out;
}

} // namespace

class TestRouteStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void makesTheSubsetsFirst()
    {
        test::FakeRun run;
        const operations::RouteStep route;
        COMPARE_TEXT(test::dump(route.apply(step(), run.context)), "done\n");
        COMPARE_TEXT(run.onprem.written(),
                     "apply DestinationRule hipster-store/frontend\n"
                     "apply VirtualService hipster-store/frontend-ingress\n");
        QVERIFY(route.inspect(step(), run.context).state == State::AlreadyRight);
    }

    void adoptsARouteOfSomebodyElse()
    {
        test::FakeRun run;
        const operations::RouteStep route;
        run.onprem.put(routeOf("hipster-store.apps.example.com", "frontend"));
        const plan::Inspection found = route.inspect(step(), run.context);
        QVERIFY(found.state == State::AlreadyRight);
        COMPARE_TEXT(plan::dump(found.changes), "");
        QVERIFY(route.apply(step(), run.context));
        COMPARE_TEXT(run.onprem.written(), "");
    }

    void competesOnlyWithARouteOfThatHostAndService()
    {
        const json::Value wanted = step().inputs["objects"][1];
        const std::string service = "frontend.hipster-store.svc.cluster.local";
        QVERIFY(
            operations::isSameRoute(routeOf("hipster-store.apps.example.com", service), wanted));
        QVERIFY(operations::isSameRoute(routeOf(service, "frontend"), wanted));
        QVERIFY(!operations::isSameRoute(routeOf("other.example.com", service), wanted));
        QVERIFY(
            !operations::isSameRoute(routeOf("hipster-store.apps.example.com", "cart"), wanted));
        QVERIFY(!operations::isSameRoute(json::Value(), wanted));
    }

    void refusesForeignSubsetsThatTellNothingApart()
    {
        test::FakeRun run;
        const operations::RouteStep route;
        json::Value rule = test::subsets();
        rule.member("spec").member("subsets") =
            json::Array { json::Object { { "name", "onprem" } } };
        run.onprem.put(rule);
        COMPARE_TEXT(test::dump(route.inspect(step(), run.context)),
                     "blocked\nerror: DestinationRule hipster-store/frontend belongs to somebody "
                     "else and does not tell the clusters apart (onprem)\n"
                     "  why: it lacks the subsets gke\n"
                     "  do: Add a subset per cluster with the label topology.istio.io/cluster to "
                     "it, or remove it.\n");
        run.onprem.put(test::subsets());
        COMPARE_TEXT(plan::dump(route.inspect(step(), run.context).changes),
                     "onprem  create  VirtualService hipster-store/frontend-ingress\n");
    }

    void namesTheMissingSubsets()
    {
        const json::Value wanted = step().inputs["objects"][0];
        COMPARE_TEXT(join(operations::missingSubsets(json::Value(), wanted), " "), "onprem gke");
        COMPARE_TEXT(join(operations::missingSubsets(test::subsets(), wanted), " "), "");
    }

    void stopsWhereAnotherManagerOwnsTheField()
    {
        test::FakeRun run;
        const operations::RouteStep route;
        QVERIFY(route.apply(step(), run.context));
        json::Value live = run.onprem.at("VirtualService", "frontend-ingress");
        live.member("spec").member("hosts") = json::Array { "changed.example.com" };
        run.onprem.put(live, "isthmus");
        run.onprem.writes.clear();
        run.onprem.refusals.emplace(kube::keyOf(live),
                                    Error { ErrorCode::Conflict,
                                            msg("kube.apply-conflict"),
                                            "conflict with \"argocd-controller\": .spec.hosts" });
        const plan::Inspection found = route.inspect(step(), run.context);
        QVERIFY(found.state == State::Blocked);
        QCOMPARE(found.problems.front().summary.id, std::string("plan.foreign-owner"));
        COMPARE_TEXT(found.problems.front().detail,
                     "conflict with \"argocd-controller\": .spec.hosts");
        COMPARE_TEXT(found.problems.front().subject,
                     "onprem: VirtualService hipster-store/frontend-ingress");
        QVERIFY(run.onprem.writes.empty());
    }
};

ISTHMUS_TEST_MAIN(TestRouteStep)
#include "tst_route_step.moc"
