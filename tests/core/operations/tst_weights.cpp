// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/weights/planner.h"
#include "tests/core/operations/mesh_fixture.h"
#include "tests/core/operations/weights_fixture.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

operations::WeightsIntent intent(int onprem, int gke, bool confirmed = false)
{
    return { .route = "frontend",
             .weights = { { ClusterId("onprem"), onprem }, { ClusterId("gke"), gke } },
             .foreignConfirmed = confirmed };
}

std::string answer(test::FakeRun& run, const operations::WeightsIntent& intent)
{
    const test::Mesh mesh;
    const operations::PlannerInput input = mesh.input();
    const auto planned = operations::planWeights(input, intent, run.clusters, run.stop.get_token());
    if (!planned) {
        return test::dump(planned.error());
    }
    std::string out = test::dump(*planned);
    for (const plan::Step& step : planned->plan.steps) {
        out += json::write(step.inputs) + "\n";
    }
    return out;
}

/// Ours, told apart by the cluster label.
void putOurs(test::FakeRun& run)
{
    run.onprem.put(test::splitBy("isthmus", "Apply", 50, 50));
    run.onprem.put(test::subsets());
}

} // namespace

class TestWeights : public test::TestBase
{
    Q_OBJECT

private slots:

    void movesItsOwnRouteByApply()
    {
        test::FakeRun run;
        putOurs(run);
        COMPARE_TEXT(answer(run, intent(90, 10)),
                     "onprem/weights-frontend-ingress  weights\n"
                     R"({"apiVersion":"networking.istio.io/v1","mode":"apply",)"
                     R"("name":"frontend-ingress","namespace":"hipster-store","rule":0,)"
                     R"("weights":[90,10]})"
                     "\n");
        QVERIFY(run.onprem.writes.empty());
    }

    void patchesAPersonsRouteOnceConfirmed_data()
    {
        QTest::addColumn<QByteArray>("manager");
        QTest::addColumn<QByteArray>("labels");
        QTest::addColumn<QByteArray>("who");
        QTest::newRow("kubectl") << QByteArray("kubectl-client-side-apply") << QByteArray("{}")
                                 << QByteArray("a person with kubectl");
        QTest::newRow("helm") << QByteArray("helm")
                              << QByteArray(R"({"app.kubernetes.io/managed-by":"Helm"})")
                              << QByteArray("Helm");
        QTest::newRow("unknown") << QByteArray("kiali") << QByteArray("{}")
                                 << QByteArray("somebody else");
    }

    void patchesAPersonsRouteOnceConfirmed()
    {
        QFETCH(QByteArray, manager);
        QFETCH(QByteArray, labels);
        QFETCH(QByteArray, who);
        test::FakeRun run;
        json::Value theirs = test::splitBy(manager.toStdString(), "Update", 50, 50);
        theirs.member("metadata").member("labels") = test::parsed(labels.toStdString());
        run.onprem.put(theirs);
        run.onprem.put(test::subsets());
        const std::string refused = answer(run, intent(90, 10));
        COMPARE_TEXT(refused.substr(0, refused.find('\n')),
                     "refused: VirtualService hipster-store/frontend-ingress was made by "
                         + who.toStdString());
        QVERIFY(refused.find("Confirm (or pass --yes)") != std::string::npos);
        const std::string agreed = answer(run, intent(90, 10, true));
        QVERIFY2(agreed.find(R"("mode":"patch")") != std::string::npos, agreed.c_str());
    }

    void exportsAPatchWhereAControllerWouldPutItBack_data()
    {
        QTest::addColumn<QByteArray>("metadata");
        QTest::addColumn<QByteArray>("who");
        const auto row = [](const char* who, const char* metadata) {
            QTest::newRow(who) << QByteArray(metadata) << QByteArray(who);
        };
        row("Argo CD", R"({"annotations":{"argocd.argoproj.io/tracking-id":"x"}})");
        row("Flux", R"({"labels":{"kustomize.toolkit.fluxcd.io/name":"x"}})");
        row("Argo Rollouts",
            R"({"annotations":{"argo-rollouts.argoproj.io/managed-by-rollouts":"x"}})");
        row("Flagger", R"({"ownerReferences":[{"kind":"Canary","name":"x"}]})");
    }

    void exportsAPatchWhereAControllerWouldPutItBack()
    {
        QFETCH(QByteArray, metadata);
        QFETCH(QByteArray, who);
        test::FakeRun run;
        json::Value theirs = test::splitBy("kubectl", "Update", 50, 50);
        const json::Value signs = test::parsed(metadata.toStdString());
        for (const auto& [key, value] : signs.object()) {
            theirs.member("metadata").member(key) = value;
        }
        run.onprem.put(theirs);
        run.onprem.put(test::subsets());
        const std::string refused = answer(run, intent(90, 10, true)); // no confirming helps
        COMPARE_TEXT(refused.substr(0, refused.find('\n')),
                     "refused: VirtualService hipster-store/frontend-ingress is kept by "
                         + who.toStdString() + ", which would put the weights back");
        QVERIFY2(refused.find(R"("op":"replace","path":"/spec/http/0/route/1/weight","value":10)")
                     != std::string::npos,
                 refused.c_str());
        QVERIFY(refused.find("Change the weights where their owner takes them from.")
                != std::string::npos);
        QVERIFY(run.onprem.writes.empty());
    }

    void findsARolloutThatSteersTheRoute()
    {
        test::FakeRun run;
        putOurs(run);
        run.onprem.put(test::parsed(
            R"({"apiVersion":"argoproj.io/v1alpha1","kind":"Rollout","metadata":{"name":"r",)"
            R"("namespace":"hipster-store"},"spec":{"strategy":{"canary":{"trafficRouting":)"
            R"({"istio":{"virtualService":{"name":"frontend-ingress"}}}}}}})"));
        const std::string refused = answer(run, intent(90, 10, true));
        QVERIFY2(refused.find("is kept by Argo Rollouts") != std::string::npos, refused.c_str());
        QVERIFY2(refused.find("Rollout hipster-store/r names it") != std::string::npos,
                 refused.c_str());
        run.onprem.unreadable.emplace("Rollout",
                                      Error { ErrorCode::NotFound, msg("kube.forbidden") });
        QVERIFY(answer(run, intent(90, 10)).find(R"("mode":"apply")") != std::string::npos);
    }

    void tellsForeignSubsetsApartByTheirPods()
    {
        test::FakeRun run;
        run.onprem.put(test::splitBy("kubectl", "Update", 50, 50));
        run.onprem.put(test::subsets(R"({"version":"v1"})", R"({"version":"v2"})"));
        const auto pod = [](const std::string& version) {
            return test::parsed(
                R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":)"
                R"("hipster-store","labels":{"version":")"
                + version + R"("}}})");
        };
        run.onprem.put(pod("v1"));
        run.gke.put(pod("v2"));
        QVERIFY(answer(run, intent(90, 10, true)).find(R"("weights":[90,10])")
                != std::string::npos);
        run.gke.put(pod("v1")); // v1 runs in both now, v2 nowhere
        COMPARE_TEXT(
            answer(run, intent(90, 10, true)),
            "unsupported: the subset onprem of frontend.hipster-store.svc.cluster.local is "
            "not one cluster's, so it is shown, not steered\n"
            "  why: it selects pods of 2 clusters\n"
            "  where: VirtualService hipster-store/frontend-ingress\n"
            "  do: Give it the label topology.istio.io/cluster in its DestinationRule.\n");
    }

    void refusesSharesThatDoNotFit()
    {
        test::FakeRun run;
        putOurs(run);
        const auto what = [&](const operations::WeightsIntent& wrong) {
            const std::string all = answer(run, wrong);
            return all.substr(0, all.find('\n'));
        };
        COMPARE_TEXT(what(intent(90, 20)), "usage: the weights sum to 110");
        COMPARE_TEXT(what(intent(150, -50)), "usage: -50 is no share of the requests for gke");
        operations::WeightsIntent elsewhere = intent(50, 50);
        elsewhere.weights = { { ClusterId("onprem"), 50 }, { ClusterId("edge"), 50 } };
        COMPARE_TEXT(answer(run, elsewhere),
                     "usage: frontend has no destination in edge\n"
                     "  why: its destinations are onprem, gke\n  where: \n"
                     "  do: Name each of its clusters with its share.\n");
        operations::WeightsIntent one = intent(0, 0);
        one.weights = { { ClusterId("gke"), 100 } };
        QVERIFY(answer(run, one).find(R"("weights":[0,100])") != std::string::npos);
    }

    void saysWhichRouteIsNotThere()
    {
        test::FakeRun run;
        COMPARE_TEXT(answer(run, intent(90, 10)),
                     "notFound: the route frontend is not in the cluster yet\n  why: \n"
                     "  where: onprem\n"
                     "  do: Make it with `isthmusctl route` or `isthmusctl apply`.\n");
        operations::WeightsIntent other = intent(90, 10);
        other.route = "nobody/knows";
        COMPARE_TEXT(answer(run, other).substr(0, 40), "usage: there is no route nobody/knows\n  ");
    }

    void findsARouteByNamespaceAndName()
    {
        test::FakeRun run;
        run.onprem.put(test::splitBy("kubectl", "Update", 50, 50, "by-hand"));
        run.onprem.put(test::subsets());
        for (const char* route : { "hipster-store/by-hand", "by-hand", "frontend" }) {
            operations::WeightsIntent wanted = intent(90, 10, true);
            wanted.route = route;
            QVERIFY2(answer(run, wanted).find(R"("name":"by-hand")") != std::string::npos, route);
        }
    }

    void passesOtherErrorsOn()
    {
        test::FakeRun run;
        run.onprem.unreadable.emplace("VirtualService",
                                      Error { ErrorCode::Forbidden, msg("kube.forbidden") });
        QVERIFY(answer(run, intent(90, 10)).starts_with("forbidden:"));
    }
};

ISTHMUS_TEST_MAIN(TestWeights)
#include "tst_weights.moc"
