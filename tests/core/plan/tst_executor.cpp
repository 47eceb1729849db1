// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/executor.h"
#include "tests/core/plan/journal_fixture.h"

#include <latch>
#include <mutex>

using namespace isthmus;

namespace {

/// A step that does what the test says and remembers the order in which steps began.
class Scripted final : public plan::Behaviour
{
public:
    using Doing = std::function<Result<void>(const plan::Step&, plan::WriteContext&)>;
    using Looking = std::function<plan::Inspection(const plan::Step&)>;

    struct Script
    {
        std::mutex mutex;
        std::string began = {}; ///< "onprem/a onprem/b "
        std::map<std::string, Doing> doing = {}; ///< by step
        std::map<std::string, Looking> looking = {};
        std::map<std::string, Doing> waiting = {};
    };

    explicit Scripted(Script& script)
        : m_script(script)
    { }

    plan::Inspection inspect(const plan::Step& step,
                             const plan::ReadContext& /*context*/) const override
    {
        const auto found = m_script.looking.find(step.id.str());
        return found != m_script.looking.end() ? found->second(step) : plan::Inspection();
    }

    Result<void> apply(const plan::Step& step, plan::WriteContext& context) const override
    {
        {
            const std::scoped_lock lock(m_script.mutex);
            m_script.began += step.id.str() + " ";
        }
        return called(m_script.doing, step, context);
    }

    Result<void> verify(const plan::Step& step, plan::WriteContext& context) const override
    {
        return called(m_script.waiting, step, context);
    }

private:
    static Result<void> called(const std::map<std::string, Doing>& by,
                               const plan::Step& step,
                               plan::WriteContext& context)
    {
        const auto found = by.find(step.id.str());
        return found != by.end() ? found->second(step, context) : Result<void>();
    }

    Script& m_script;
};

struct Bench : test::PlanRun
{
    Scripted::Script script = {};

    Bench() { behaviours.add("scripted", std::make_unique<Scripted>(script)); }
};

Scripted::Doing failing(ErrorCode code)
{
    return [code](const plan::Step& step, plan::WriteContext&) -> Result<void> {
        return Error { code, msg("plan.stopped"), "why", step.id.str() };
    };
}

plan::Step scripted(const std::string& id, const std::vector<std::string>& needs = {})
{
    return test::stepOf(id, "scripted", needs);
}

/// a ─ b ─ c and, beside them, x ─ y.
plan::Plan twoBranches()
{
    return test::planOf({ scripted("onprem/a"),
                          scripted("onprem/b", { "onprem/a" }),
                          scripted("onprem/c", { "onprem/b" }),
                          scripted("gke/x"),
                          scripted("gke/y", { "gke/x" }) });
}

} // namespace

class TestExecutor : public test::TestBase
{
    Q_OBJECT

private slots:

    void runsStepsInTheOrderOfTheirNeeds()
    {
        Bench bench;
        const plan::Plan plan = test::planOf({ scripted("onprem/a"),
                                               scripted("gke/b", { "onprem/a" }),
                                               scripted("onprem/c", { "gke/b", "onprem/a" }) });
        COMPARE_TEXT(test::dump(bench.run(plan)), "done\n");
        COMPARE_TEXT(bench.script.began, "onprem/a gke/b onprem/c ");
        COMPARE_TEXT(test::dumpSteps(bench.stored()), "gke/b done\nonprem/a done\nonprem/c done\n");
        QVERIFY(bench.stored().state == plan::RunState::Done);
    }

    void runsStepsBesideEachOther()
    {
        // Each waits for the other: one after the other they would never end.
        Bench bench;
        std::latch both(2);
        const Scripted::Doing meet = [&both](const plan::Step&,
                                             plan::WriteContext&) -> Result<void> {
            both.arrive_and_wait();
            return {};
        };
        bench.script.doing = { { "onprem/a", meet }, { "gke/b", meet } };
        const plan::Plan plan = test::planOf({ scripted("onprem/a"), scripted("gke/b") });
        COMPARE_TEXT(test::dump(bench.run(plan)), "done\n");
    }

    void aFailureSkipsWhatDependsOnItAndLetsTheRestFinish()
    {
        Bench bench;
        bench.script.doing = { { "onprem/a", failing(ErrorCode::Invalid) } };
        COMPARE_TEXT(test::dump(bench.run(twoBranches())),
                     "failed at onprem/a: invalid plan.stopped\n");
        COMPARE_TEXT(test::dumpSteps(bench.stored()),
                     "gke/x done\ngke/y done\nonprem/a failed\nonprem/b skipped\n"
                     "onprem/c skipped\n");
        const plan::Run run = bench.stored();
        COMPARE_TEXT(test::dump(run.errors.at(StepId("onprem/a"))),
                     "invalid: stopped before all steps were done\n"
                     "  why: why\n  where: onprem/a\n  do: \n");
    }

    void endsAsStoppedWhereTheRunCanGoOnAsItIs_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("state");
        const auto row = [](ErrorCode code, const char* state) {
            QTest::newRow(std::string(name(code)).c_str()) << static_cast<int>(code) << state;
        };
        row(ErrorCode::Timeout, "stopped");
        row(ErrorCode::Unreachable, "stopped");
        row(ErrorCode::Unauthorized, "stopped");
        row(ErrorCode::Throttled, "stopped");
        row(ErrorCode::Cancelled, "stopped");
        row(ErrorCode::Storage, "stopped");
        row(ErrorCode::Forbidden, "failed");
        row(ErrorCode::Invalid, "failed");
        row(ErrorCode::Conflict, "failed");
        row(ErrorCode::Refused, "failed");
        row(ErrorCode::Internal, "failed");
    }

    void endsAsStoppedWhereTheRunCanGoOnAsItIs()
    {
        QFETCH(const int, code);
        QFETCH(const QString, state);
        for (const bool whileWaiting : { false, true }) {
            Bench bench;
            auto& moment = whileWaiting ? bench.script.waiting : bench.script.doing;
            moment["onprem/b"] = failing(static_cast<ErrorCode>(code));
            const plan::RunResult result = bench.run(twoBranches());
            COMPARE_TEXT(name(result.state), state.toStdString());
            COMPARE_TEXT(name(bench.stored().state), state.toStdString());
            COMPARE_TEXT(result.failedStep.str(), "onprem/b");
        }
    }

    void goesOnWithWhatIsNotDone()
    {
        Bench bench;
        bench.script.doing = { { "onprem/b", failing(ErrorCode::Timeout) } };
        COMPARE_TEXT(test::dump(bench.run(twoBranches())),
                     "stopped at onprem/b: timeout plan.stopped\n");
        bench.script.doing.clear();
        bench.script.began.clear();
        COMPARE_TEXT(test::dump(bench.run(bench.open())), "done\n");
        COMPARE_TEXT(bench.script.began, "onprem/b onprem/c ");
        QVERIFY(bench.stored().errors.empty());
    }

    void aStopStartsNothingNew()
    {
        Bench bench;
        bench.script.doing["onprem/a"] = [&bench](const plan::Step&,
                                                  plan::WriteContext& context) -> Result<void> {
            bench.stop.request_stop();
            return context.stop.stop_requested()
                ? Result<void>()
                : Error { ErrorCode::Internal, msg("plan.stopped") };
        };
        const plan::Plan plan =
            test::planOf({ scripted("onprem/a"), scripted("onprem/b", { "onprem/a" }) });
        COMPARE_TEXT(test::dump(bench.run(plan)), "stopped: cancelled plan.stopped\n");
        COMPARE_TEXT(bench.script.began, "onprem/a ");
        COMPARE_TEXT(test::dumpSteps(bench.stored()), "onprem/a done\n");
    }

    void whenTheDiskIsFullNoOtherStepBegins()
    {
        Bench bench;
        bench.script.doing["onprem/a"] = failing(ErrorCode::Storage);
        const plan::Plan plan = test::planOf({ scripted("onprem/a"),
                                               scripted("onprem/b", { "onprem/a" }),
                                               scripted("onprem/c", { "onprem/a" }) });
        COMPARE_TEXT(test::dump(bench.run(plan)), "stopped at onprem/a: storage plan.stopped\n");
        COMPARE_TEXT(bench.script.began, "onprem/a ");
    }

    void doesNotActWhereAllIsRightAlready()
    {
        Bench bench;
        bench.script.looking["onprem/a"] = [](const plan::Step&) {
            return plan::Inspection { .state = plan::Inspection::State::AlreadyRight,
                                      .values = { { "address", "10.0.0.1" } } };
        };
        std::string seen;
        bench.script.doing["gke/b"] = [&seen](const plan::Step&,
                                              plan::WriteContext& context) -> Result<void> {
            for (const auto& [hole, value] : context.holes) {
                seen += text(hole) + "=" + value + "\n";
            }
            return {};
        };
        const plan::Plan plan =
            test::planOf({ scripted("onprem/a"), scripted("gke/b", { "onprem/a" }) });
        COMPARE_TEXT(test::dump(bench.run(plan)), "done\n");
        COMPARE_TEXT(bench.script.began, "gke/b ");
        COMPARE_TEXT(seen, "onprem/a#address=10.0.0.1\n");
        COMPARE_TEXT(test::dumpSteps(bench.stored()), "gke/b done\nonprem/a alreadyRight\n");
    }

    void neverActsWhereAStepIsBlocked_data()
    {
        QTest::addColumn<bool>("withReason");
        QTest::newRow("with a reason") << true;
        QTest::newRow("without one") << false;
    }

    void neverActsWhereAStepIsBlocked()
    {
        QFETCH(const bool, withReason);
        Bench bench;
        bench.script.looking["onprem/a"] = [withReason](const plan::Step&) {
            plan::Inspection found { .state = plan::Inspection::State::Blocked };
            if (withReason) {
                found.problems.push_back({ .summary = msg("plan.foreign-owner") });
            }
            return found;
        };
        const plan::RunResult result = bench.run(test::planOf({ scripted("onprem/a") }));
        QVERIFY(result.state == plan::RunState::Failed);
        QVERIFY(result.error->code == ErrorCode::Refused);
        COMPARE_TEXT(bench.script.began, "");
    }

    void refusesAnotherCluster()
    {
        Bench bench;
        bench.gke.identity = ClusterUid("another");
        COMPARE_TEXT(test::dump(bench.run(twoBranches())),
                     "failed: refused plan.another-cluster\n");
        COMPARE_TEXT(bench.script.began, "");
        QVERIFY(bench.stored().state == plan::RunState::Failed);
    }

    void isStoppedWhereAClusterCannotBeAskedWhoItIs()
    {
        Bench bench;
        bench.gke.identity = Error { ErrorCode::Unreachable, msg("plan.stopped") };
        COMPARE_TEXT(test::dump(bench.run(twoBranches())), "stopped: unreachable plan.stopped\n");
        COMPARE_TEXT(bench.script.began, "");
    }

    void refusesAPlanWhoseObjectsHaveChanged()
    {
        Bench bench;
        const json::Value before = test::configMap("a", "old");
        plan::Plan plan = twoBranches();
        plan.expects = { { ClusterId("gke"), kube::keyOf(before), plan::digestOf({}) } };
        bench.gke.put(before);
        COMPARE_TEXT(test::dump(bench.run(plan)), "failed: refused plan.stale\n");
        COMPARE_TEXT(bench.script.began, "");
    }

    void runsAPlanWhoseObjectsAreAsItSawThem()
    {
        Bench bench;
        bench.gke.put(test::configMap("a", "old"));
        plan::Plan plan = twoBranches();
        plan.expects = {
            { ClusterId("gke"),
              kube::keyOf(test::configMap("a", "")),
              plan::digestOf(bench.gke.at("ConfigMap", "a")) },
            { ClusterId("gke"), kube::keyOf(test::configMap("b", "")), plan::digestOf({}) }
        };
        COMPARE_TEXT(test::dump(bench.run(plan)), "done\n");
    }

    void whatARunHasWrittenItselfDoesNotMakeItsPlanStale()
    {
        Bench bench;
        bench.gke.put(test::configMap("a", "old"), "isthmus");
        plan::Plan plan =
            test::planOf({ test::objectsStep("gke/a", { test::configMap("a", "new") }),
                           scripted("gke/b", { "gke/a" }) });
        plan.expects = { { ClusterId("gke"),
                           kube::keyOf(test::configMap("a", "")),
                           plan::digestOf(bench.gke.at("ConfigMap", "a")) } };
        bench.script.doing["gke/b"] = failing(ErrorCode::Timeout);
        COMPARE_TEXT(test::dump(bench.run(plan)), "stopped at gke/b: timeout plan.stopped\n");
        bench.script.doing.clear();
        COMPARE_TEXT(test::dump(bench.run(bench.open())), "done\n");
    }

    void aStepOfAnotherVersionIsUnsupported()
    {
        Bench bench;
        COMPARE_TEXT(test::dump(bench.run(test::planOf({ test::stepOf("gke/a", "telepathy") }))),
                     "failed at gke/a: unsupported plan.unknown-step\n");
    }

    void aServerThatGoesAwayWhileAStepLooksLeavesARunThatCanGoOn()
    {
        Bench bench;
        bench.gke.unreadable.emplace("ConfigMap",
                                     Error { ErrorCode::Unreachable, msg("plan.stopped") });
        const plan::Plan plan =
            test::planOf({ test::objectsStep("gke/a", { test::configMap("a", "new") }) });
        COMPARE_TEXT(test::dump(bench.run(plan)), "stopped at gke/a: unreachable plan.stopped\n");
        COMPARE_TEXT(bench.gke.written(), "");
    }

    void tellsWhatHappensInOrderWithoutGaps()
    {
        Bench bench;
        const plan::Plan plan =
            test::planOf({ test::objectsStep("gke/a", { test::configMap("a", "new") }) });
        COMPARE_TEXT(test::dump(bench.run(plan)), "done\n");
        std::string told;
        for (const plan::Event& event : bench.events) {
            told += std::to_string(event.number) + " " + event.step.str() + " " + event.state + " "
                + event.detail + "\n";
        }
        COMPARE_TEXT(told,
                     "1 gke/a running \n2 gke/a created gke: ConfigMap shop/a\n"
                     "3 gke/a waiting \n4 gke/a done \n");
    }
};

ISTHMUS_TEST_MAIN(TestExecutor)
#include "tst_executor.moc"
