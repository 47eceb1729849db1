// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/weights/weights_step.h"
#include "tests/core/operations/weights_fixture.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

using State = plan::Inspection::State;

plan::Step step(const std::string& mode, int onprem, int gke)
{
    plan::Step out;
    out.id = StepId("onprem/weights-frontend-ingress");
    out.cluster = ClusterId("onprem");
    out.type = "weights";
    out.inputs = json::Object { { "apiVersion", "networking.istio.io/v1" },
                                { "namespace", "hipster-store" },
                                { "name", "frontend-ingress" },
                                { "rule", 0 },
                                { "weights", json::Array { onprem, gke } },
                                { "mode", mode } };
    return out;
}

} // namespace

class TestWeightsStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void showsTheMove()
    {
        test::FakeRun run;
        const operations::WeightsStep weights;
        run.onprem.put(test::splitBy("isthmus", "Apply", 50, 50));
        const plan::Inspection found = weights.inspect(step("apply", 90, 10), run.context);
        QVERIFY(found.state == State::Needed);
        const std::string& diff = found.changes.front().diff;
        for (const char* line : { "50", "90", "10" }) {
            QVERIFY2(diff.find(line) != std::string::npos, diff.c_str());
        }
        QVERIFY(weights.inspect(step("apply", 50, 50), run.context).state == State::AlreadyRight);
        QVERIFY(run.onprem.writes.empty());
    }

    void blocksWhatDoesNotFit()
    {
        test::FakeRun run;
        const operations::WeightsStep weights;
        QVERIFY(weights.inspect(step("apply", 50, 50), run.context).state == State::Blocked);
        run.onprem.put(test::splitBy("isthmus", "Apply", 50, 50));
        const plan::Inspection wrong = weights.inspect(step("apply", 90, 20), run.context);
        QVERIFY(wrong.state == State::Blocked);
        COMPARE_TEXT(wrong.problems.front().subject,
                     "onprem: VirtualService hipster-store/frontend-ingress");
    }

    void appliesTheWholeListOfItsOwnWithTheVersionThatItRead()
    {
        test::FakeRun run;
        const operations::WeightsStep weights;
        run.onprem.put(test::splitBy("isthmus", "Apply", 50, 50));
        const std::string version =
            kube::resourceVersion(run.onprem.at("VirtualService", "frontend-ingress"));
        COMPARE_TEXT(test::dump(weights.apply(step("apply", 90, 10), run.context)), "done\n");
        const kube::Write& sent = run.onprem.writes.front();
        QVERIFY(sent.verb == kube::Verb::Apply);
        QVERIFY(!sent.force);
        COMPARE_TEXT(kube::resourceVersion(sent.body), version);
        QVERIFY(!sent.body["metadata"].contains("labels")); // somebody else's
        QCOMPARE(sent.body["spec"]["http"][0]["route"].array().size(), std::size_t { 2 });
        COMPARE_TEXT(test::weightsOf(run.onprem), "90 10");
    }

    void patchesNothingButTheWeightsOfSomebodyElse()
    {
        test::FakeRun run;
        const operations::WeightsStep weights;
        run.onprem.put(test::splitBy("kubectl", "Update", 50, 50));
        COMPARE_TEXT(test::dump(weights.apply(step("patch", 90, 10), run.context)), "done\n");
        COMPARE_TEXT(run.onprem.written(), "patch VirtualService hipster-store/frontend-ingress\n");
        std::string operations;
        for (const json::Value& one : run.onprem.writes.front().body.array()) {
            operations += one["op"].string() + " " + one["path"].string() + "\n";
        }
        COMPARE_TEXT(operations,
                     "test /metadata/resourceVersion\n"
                     "test /spec/http/0/route/0/destination\n"
                     "test /spec/http/0/route/1/destination\n"
                     "replace /spec/http/0/route/0/weight\n"
                     "replace /spec/http/0/route/1/weight\n");
        COMPARE_TEXT(test::weightsOf(run.onprem), "90 10");
    }

    void readsAgainWhereSomebodyWasFaster()
    {
        for (const char* mode : { "apply", "patch" }) {
            test::FakeRun run;
            const operations::WeightsStep weights;
            run.onprem.put(test::splitBy("isthmus", "Apply", 50, 50));
            run.context.beforeWrite = [&run] {
                run.onprem.put(test::splitBy("isthmus", "Apply", 40, 60));
            };
            COMPARE_TEXT(test::dump(weights.apply(step(mode, 90, 10), run.context)), "done\n");
            QCOMPARE(run.onprem.writes.size(), std::size_t { 2 });
            COMPARE_TEXT(test::weightsOf(run.onprem), "90 10");
        }
    }

    void givesUpWhereTheObjectNeverRests()
    {
        test::FakeRun run;
        const operations::WeightsStep weights;
        run.onprem.put(test::splitBy("isthmus", "Apply", 50, 50));
        run.onprem.refusals.emplace(
            kube::keyOf(run.onprem.at("VirtualService", "frontend-ingress")),
            Error { ErrorCode::Conflict, msg("kube.changed-meanwhile") });
        QVERIFY(weights.apply(step("apply", 90, 10), run.context).error().code
                == ErrorCode::Conflict);
        QCOMPARE(run.onprem.writes.size(), std::size_t { 5 });
    }

    void sendsAWrongPatchOnce()
    {
        test::FakeRun run;
        const operations::WeightsStep weights;
        run.onprem.put(test::splitBy("kubectl", "Update", 50, 50));
        run.onprem.refusals.emplace(
            kube::keyOf(run.onprem.at("VirtualService", "frontend-ingress")),
            Error { ErrorCode::Invalid, msg("kube.invalid") });
        QVERIFY(weights.apply(step("patch", 90, 10), run.context).error().code
                == ErrorCode::Invalid);
        QCOMPARE(run.onprem.writes.size(), std::size_t { 1 });
    }

    void knowsTheWayBackOfAPatch()
    {
        test::FakeRun run;
        const operations::WeightsStep weights;
        json::Value theirs = test::splitBy("kubectl", "Update", 50, 50);
        json::Value& second = theirs.member("spec")
                                  .member("http")
                                  .asArray()
                                  ->front()
                                  .member("route")
                                  .asArray()
                                  ->back();
        second.erase("weight"); // as people write it
        run.onprem.put(theirs);
        const json::Value before = run.onprem.at("VirtualService", "frontend-ingress")["spec"];
        QVERIFY(weights.apply(step("patch", 90, 10), run.context));
        const json::Value after = run.onprem.at("VirtualService", "frontend-ingress");
        const json::Value& inverse = run.context.prepared.front().inverse;
        const Result<json::Value> back = json::patched(after, inverse);
        QVERIFY(back);
        QVERIFY((*back)["spec"] == before);
        // Weights that somebody has moved since are not taken back.
        run.onprem.put(test::splitBy("kubectl", "Update", 10, 90));
        QVERIFY(!json::patchApplies(run.onprem.at("VirtualService", "frontend-ingress"), inverse));
    }
};

ISTHMUS_TEST_MAIN(TestWeightsStep)
#include "tst_weights_step.moc"
