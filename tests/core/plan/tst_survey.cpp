// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/journalled_writer.h"
#include "core/plan/survey.h"
#include "tests/core/plan/journal_fixture.h"

using namespace isthmus;

namespace {

/// Finds the address where its objects are there already.
class Address final : public plan::ObjectsBehaviour
{
public:
    plan::Inspection inspect(const plan::Step& step,
                             const plan::ReadContext& context) const override
    {
        plan::Inspection out = ObjectsBehaviour::inspect(step, context);
        if (out.state == plan::Inspection::State::AlreadyRight) {
            out.values["address"] = "10.0.0.9";
        }
        return out;
    }
};

struct Bench : test::PlanRun
{
    Bench() { behaviours.add("address", std::make_unique<Address>()); }

    [[nodiscard]] plan::Survey survey(plan::Plan plan)
    {
        return plan::survey(std::move(plan), behaviours, clusters, clock, stop.get_token());
    }
};

plan::Plan threeSteps()
{
    plan::Step address = test::objectsStep("gke/address", { test::configMap("lb", "1") });
    address.type = "address";
    json::Value endpoint = test::configMap("endpoint", "");
    endpoint.member("data").member("key") = plan::marker({ StepId("gke/address"), "address" });
    plan::Step check =
        test::objectsStep("onprem/check", { test::configMap("proof", "1") }, { "onprem/endpoint" });
    check.kind = plan::StepKind::Check;
    return test::planOf(
        { address, test::objectsStep("onprem/endpoint", { endpoint }, { "gke/address" }), check });
}

} // namespace

class TestSurvey : public test::TestBase
{
    Q_OBJECT

private slots:

    void onEmptyClustersAllRemains()
    {
        Bench bench;
        const plan::Survey found = bench.survey(threeSteps());
        COMPARE_TEXT(plan::dump(found),
                     "gke/address\n  create ConfigMap shop/lb\n"
                     "onprem/endpoint\n  create ConfigMap shop/endpoint\n"
                     "onprem/check\n  create ConfigMap shop/proof\n");
        COMPARE_TEXT(plan::planId(found.plan), plan::planId(threeSteps()));
        COMPARE_TEXT(bench.onprem.written() + bench.gke.written(), "");
        // What is not known yet is shown as what it comes from.
        const plan::Change& change =
            found.inspections.at(StepId("onprem/endpoint")).changes.front();
        QVERIFY2(change.diff.find("<from gke/address>") != std::string::npos, change.diff.c_str());
    }

    void whatIsRightFallsOutAndItsValuesAreFilledIn()
    {
        Bench bench;
        bench.gke.put(test::configMap("lb", "1"), "isthmus");
        const plan::Survey found = bench.survey(threeSteps());
        COMPARE_TEXT(plan::dump(found.plan),
                     "onprem/endpoint  objects\nonprem/check  objects  needs onprem/endpoint\n");
        COMPARE_TEXT(
            json::write(found.plan.steps.front().inputs["objects"].array().front()["data"]),
            R"({"key":"10.0.0.9"})");
        QCOMPARE(found.alreadyRight.size(), std::size_t { 1 });
        COMPARE_TEXT(found.alreadyRight.front().id.str(), "gke/address");
        COMPARE_TEXT(plan::dump(found.inspections.at(StepId("onprem/endpoint")).changes),
                     "onprem  create  ConfigMap shop/endpoint\n");
        QVERIFY(plan::verifyShape(found.plan).empty());
    }

    void whereOnlyChecksRemainThereIsNothingToDo()
    {
        Bench bench;
        bench.gke.put(test::configMap("lb", "1"), "isthmus");
        bench.onprem.put(test::configMap("endpoint", "10.0.0.9"), "isthmus");
        const plan::Survey found = bench.survey(threeSteps());
        QVERIFY(found.nothingToDo());
        COMPARE_TEXT(plan::dump(found), "nothing to do\n");
    }

    void whatARunHasMadeIsNothingToDo()
    {
        Bench bench;
        const plan::Plan plan =
            test::planOf({ test::objectsStep("gke/a", { test::configMap("a", "1") }) });
        QVERIFY(bench.run(plan).state == plan::RunState::Done);
        QVERIFY(bench.survey(plan).nothingToDo());
    }

    void expectsWhatItSawOfObjectsThatItWouldChange()
    {
        Bench bench;
        bench.gke.put(test::configMap("a", "old"), "isthmus");
        const plan::Plan plan = test::planOf({ test::objectsStep(
            "gke/a", { test::configMap("a", "new"), test::configMap("b", "new") }) });
        const plan::Survey found = bench.survey(plan);
        COMPARE_TEXT(plan::dump(found),
                     "gke/a\n  update ConfigMap shop/a\n  create ConfigMap shop/b\n");
        QCOMPARE(found.plan.expects.size(), std::size_t { 1 });
        COMPARE_TEXT(found.plan.expects.front().digest,
                     plan::digestOf(bench.gke.at("ConfigMap", "a")));
        bench.gke.put(test::configMap("a", "somebody's"));
        COMPARE_TEXT(test::dump(bench.run(found.plan)), "failed: refused plan.stale\n");
        COMPARE_TEXT(bench.gke.written(), "");
    }

    void tellsWhatItCouldNotLookAt()
    {
        Bench bench;
        bench.gke.unreadable.emplace("ConfigMap",
                                     Error { ErrorCode::Forbidden, msg("plan.stopped"), "why" });
        const plan::Plan plan =
            test::planOf({ test::objectsStep("gke/a", { test::configMap("a", "1") }),
                           test::stepOf("gke/b", "telepathy") });
        const plan::Survey found = bench.survey(plan);
        COMPARE_TEXT(plan::dump(found),
                     "gke/a\ngke/b\n"
                     "error: stopped before all steps were done (gke)\n  why: why\n"
                     "error: this version does not know steps of the type telepathy (gke/b)\n");
    }
};

ISTHMUS_TEST_MAIN(TestSurvey)
#include "tst_survey.moc"
