// SPDX-License-Identifier: GPL-3.0-or-later
// The session over a port that follows a script: each call takes the next answer, reports the
// events it is told to, and may wait until the test lets it go or a stop comes.
#include "core/plan/session.h"
#include "tests/support/test.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <latch>
#include <mutex>

using namespace isthmus;
using plan::PlanSession;
using plan::RunResult;
using plan::RunState;
using plan::StepState;
using plan::Survey;

namespace {

plan::Plan twoSteps()
{
    plan::Plan out { .operation = "apply", .mesh = "shop" };
    out.steps.push_back({ .id = StepId("a/trust"),
                          .cluster = ClusterId("a"),
                          .title = {},
                          .type = "objects",
                          .waitsFor = msg("plan.stopped") });
    out.steps.push_back({ .id = StepId("a/gateway"),
                          .cluster = ClusterId("a"),
                          .title = {},
                          .needs = { StepId("a/trust") },
                          .type = "objects" });
    return out;
}

Survey surveyOf(plan::Plan plan)
{
    Survey out;
    out.plan = std::move(plan);
    return out;
}

plan::Event stepEvent(const char* step, StepState state)
{
    plan::Event out;
    out.step = StepId(step);
    out.state = std::string(plan::name(state));
    return out;
}

const Error stopped { ErrorCode::Cancelled, msg("plan.stopped") };

class ScriptedPort : public plan::SessionPort
{
public:
    struct Act
    {
        Result<Survey> survey = Survey();
        std::vector<plan::Event> events = {};
        RunResult result = {};
        bool journal = true; ///< run() gets as far as having one
        std::latch* arrived = nullptr; ///< counted down once all events are reported
        std::latch* hold = nullptr; ///< waited for, stop or not
        bool untilStop = false; ///< waits for the stop
    };

    std::deque<Act> script;
    std::string calls; ///< read it once the session has settled

    Result<Survey> prepare(const std::stop_token& stop) override
    {
        Act act = take("prepare");
        perform(act, {}, stop);
        return std::move(act.survey);
    }

    RunResult run(const plan::Plan& plan,
                  const std::function<void(const OperationId&)>& begun,
                  const plan::EventSink& sink,
                  const std::stop_token& stop) override
    {
        const Act act = take("run " + std::to_string(plan.steps.size()));
        if (act.journal) {
            begun(OperationId("op-1"));
        }
        perform(act, sink, stop);
        return act.result;
    }

    RunResult
    resume(const OperationId& id, const plan::EventSink& sink, const std::stop_token& stop) override
    {
        const Act act = take("resume " + id.str());
        perform(act, sink, stop);
        return act.result;
    }

    RunResult
    undo(const OperationId& id, const plan::EventSink& sink, const std::stop_token& stop) override
    {
        const Act act = take("undo " + id.str());
        perform(act, sink, stop);
        return act.result;
    }

private:
    Act take(const std::string& call)
    {
        calls += call + "\n";
        Act act = std::move(script.front());
        script.pop_front();
        return act;
    }

    static void perform(const Act& act, const plan::EventSink& sink, const std::stop_token& stop)
    {
        for (const plan::Event& event : act.events) {
            sink(event);
        }
        if (act.arrived != nullptr) {
            act.arrived->count_down();
        }
        if (act.hold != nullptr) {
            act.hold->wait();
        }
        if (act.untilStop) {
            std::mutex mutex;
            std::condition_variable_any never;
            std::unique_lock lock(mutex);
            never.wait(lock, stop, [] { return false; });
        }
    }
};

/// "state  op  step=state,…  N events", for comparing.
std::string dump(const PlanSession::View& view)
{
    std::string out = std::string(plan::name(view->state)) + "  "
        + (view->operation.empty() ? "-" : view->operation.str());
    for (const auto& [id, step] : view->steps) {
        out += "  " + id.str() + "=" + std::string(plan::name(step.state));
    }
    out += "  " + std::to_string(view->events.size()) + " events";
    return out + (view->stopping ? "  stopping\n" : "\n");
}

ScriptedPort::Act prepared()
{
    return { .survey = surveyOf(twoSteps()) };
}

const std::vector<plan::Event> bothDone = { stepEvent("a/trust", StepState::Running),
                                            stepEvent("a/trust", StepState::Done),
                                            stepEvent("a/gateway", StepState::Running),
                                            stepEvent("a/gateway", StepState::Done) };

/// Brings a session as far as its review, then confirms what it shows.
bool previewAndConfirm(PlanSession& session)
{
    session.preview();
    return session.confirm(session.settled()->planId);
}

} // namespace

class TestSession : public test::TestBase
{
    Q_OBJECT

private slots:

    void goesFromPreviewToSuccess()
    {
        ScriptedPort port;
        port.script = { prepared(), { .events = bothDone } };
        PlanSession session(port);
        COMPARE_TEXT(dump(session.view()), "editing  -  0 events\n");
        QVERIFY(session.preview());
        const PlanSession::View reviewed = session.settled();
        COMPARE_TEXT(dump(reviewed), "reviewing  -  0 events\n");
        QVERIFY(reviewed->canConfirm());
        QVERIFY(session.confirm(reviewed->planId));
        const PlanSession::View over = session.settled();
        COMPARE_TEXT(dump(over), "succeeded  op-1  a/gateway=done  a/trust=done  4 events\n");
        QVERIFY(over->result && over->result->state == RunState::Done);
        COMPARE_TEXT(dump(reviewed), "reviewing  -  0 events\n"); // a view never changes
        QVERIFY(session.close());
        COMPARE_TEXT(port.calls, "prepare\nrun 2\n");
    }

    void returnsToTheFormWithTheProblems()
    {
        ScriptedPort port;
        Survey refused = surveyOf(twoSteps());
        refused.problems.push_back({ .severity = Severity::Error, .summary = msg("plan.stale") });
        port.script = { { .survey = refused },
                        { .survey = Error { ErrorCode::Unreachable, msg("plan.stopped") } } };
        PlanSession session(port);
        QVERIFY(session.preview());
        PlanSession::View view = session.settled();
        COMPARE_TEXT(dump(view), "editing  -  0 events\n");
        QCOMPARE(view->problems().size(), std::size_t { 1 });
        QVERIFY(!session.confirm(view->planId));
        QVERIFY(session.preview());
        view = session.settled();
        QVERIFY(view->problems().empty());
        QVERIFY(view->error && view->error->code == ErrorCode::Unreachable);
    }

    void confirmsOnlyWhatIsShownAndOnlyWhereSomethingIsLeft()
    {
        ScriptedPort port;
        port.script = { prepared(), { .survey = surveyOf({ .operation = "apply" }) } };
        PlanSession session(port);
        session.preview();
        const std::string first = session.settled()->planId;
        QVERIFY(!session.confirm("another"));
        QVERIFY(session.back());
        session.preview();
        const PlanSession::View view = session.settled();
        QVERIFY(!session.confirm(first));
        QVERIFY(!session.confirm(view->planId));
        QVERIFY(!view->canConfirm());
        COMPARE_TEXT(port.calls, "prepare\nprepare\n");
    }

    void aMovedSnapshotCountsOnlyInReview()
    {
        ScriptedPort port;
        std::latch arrived(1);
        std::latch hold(1);
        port.script = { prepared(), prepared(), { .arrived = &arrived, .hold = &hold } };
        PlanSession session(port);
        QVERIFY(!session.snapshotMoved());
        session.preview();
        const std::string shown = session.settled()->planId;
        QVERIFY(session.snapshotMoved());
        COMPARE_TEXT(dump(session.view()), "stale  -  0 events\n");
        QVERIFY(!session.confirm(shown));
        QVERIFY(previewAndConfirm(session));
        arrived.wait();
        QVERIFY(!session.snapshotMoved());
        hold.count_down();
        COMPARE_TEXT(dump(session.settled()),
                     "succeeded  op-1  a/gateway=pending  a/trust=pending  0 events\n");
    }

    void aPlanThatTheRunFindsOutdatedIsStale()
    {
        ScriptedPort port;
        const RunResult outdated { RunState::Failed,
                                   Error { ErrorCode::Refused, msg("plan.stale") },
                                   {} };
        port.script = { prepared(), { .result = outdated }, prepared(), { .events = bothDone } };
        PlanSession session(port);
        QVERIFY(previewAndConfirm(session));
        QCOMPARE(session.settled()->state, plan::SessionState::Stale);
        QVERIFY(previewAndConfirm(session));
        QCOMPARE(session.settled()->state, plan::SessionState::Succeeded);
    }

    void aCancelledPreviewIsLeftAtOnceAndItsAnswerIsDropped()
    {
        ScriptedPort port;
        std::latch arrived(1);
        std::latch hold(1);
        plan::Plan other = twoSteps();
        other.steps.pop_back();
        port.script = { { .survey = surveyOf(other), .arrived = &arrived, .hold = &hold },
                        prepared() };
        PlanSession session(port);
        session.preview();
        arrived.wait();
        QVERIFY(session.cancel());
        COMPARE_TEXT(dump(session.view()), "editing  -  0 events  stopping\n");
        QVERIFY(session.preview()); // begins when the first has ended
        hold.count_down();
        const PlanSession::View view = session.settled();
        COMPARE_TEXT(dump(view), "reviewing  -  0 events\n");
        QCOMPARE(view->survey->plan.steps.size(), std::size_t { 2 });
    }

    void saysHowACancelledPreviewEnded()
    {
        ScriptedPort port;
        std::latch arrived(1);
        port.script = { { .survey = stopped, .arrived = &arrived, .untilStop = true } };
        PlanSession session(port);
        session.preview();
        arrived.wait();
        session.cancel();
        const PlanSession::View view = session.settled();
        COMPARE_TEXT(dump(view), "editing  -  0 events\n");
        QVERIFY(view->error && view->error->code == ErrorCode::Cancelled);
    }

    void cancelsARunAndGoesOnWithTheSameOperation()
    {
        ScriptedPort port;
        std::latch arrived(1);
        port.script = { prepared(),
                        { .events = { stepEvent("a/trust", StepState::Done),
                                      stepEvent("a/gateway", StepState::Running) },
                          .result = { RunState::Stopped, stopped, StepId("a/gateway") },
                          .arrived = &arrived,
                          .untilStop = true },
                        { .events = { stepEvent("a/gateway", StepState::Done) } } };
        PlanSession session(port);
        QVERIFY(previewAndConfirm(session));
        arrived.wait();
        QVERIFY(!session.close());
        QVERIFY(session.cancel());
        PlanSession::View view = session.settled();
        COMPARE_TEXT(dump(view), "failed  op-1  a/gateway=running  a/trust=done  2 events\n");
        QVERIFY(view->result && view->result->failedStep == StepId("a/gateway"));
        QVERIFY(session.retry());
        COMPARE_TEXT(dump(session.settled()),
                     "succeeded  op-1  a/gateway=done  a/trust=done  3 events\n");
        COMPARE_TEXT(port.calls, "prepare\nrun 2\nresume op-1\n");
    }

    void isCancellingUntilWhatRunsHasEnded()
    {
        ScriptedPort port;
        std::latch arrived(1);
        std::latch hold(1);
        port.script = { prepared(), { .events = bothDone, .arrived = &arrived, .hold = &hold } };
        PlanSession session(port);
        QVERIFY(previewAndConfirm(session));
        arrived.wait();
        QVERIFY(session.cancel());
        QVERIFY(!session.cancel());
        COMPARE_TEXT(dump(session.view()),
                     "cancelling  op-1  a/gateway=done  a/trust=done  4 events  stopping\n");
        hold.count_down();
        QCOMPARE(session.settled()->state, plan::SessionState::Succeeded);
    }

    void withoutAJournalARetryRunsThePlanAgainAndNothingCanBeUndone()
    {
        ScriptedPort port;
        const RunResult full { RunState::Stopped,
                               Error { ErrorCode::Storage, msg("plan.stopped") },
                               {} };
        port.script = { prepared(), { .result = full, .journal = false }, { .events = bothDone } };
        PlanSession session(port);
        QVERIFY(previewAndConfirm(session));
        QVERIFY(!session.settled()->canUndo());
        QVERIFY(!session.undo());
        QVERIFY(session.retry());
        QCOMPARE(session.settled()->state, plan::SessionState::Succeeded);
        COMPARE_TEXT(port.calls, "prepare\nrun 2\nrun 2\n");
    }

    void undoesAndUndoesAgainWhatRemained()
    {
        ScriptedPort port;
        port.script = { prepared(),
                        { .events = bothDone },
                        { .events = { stepEvent("a/gateway", StepState::Undone) },
                          .result = { RunState::Stopped, stopped, StepId("a/trust") } },
                        { .events = { stepEvent("a/trust", StepState::Undone) },
                          .result = { RunState::Undone, {}, {} } } };
        PlanSession session(port);
        QVERIFY(previewAndConfirm(session));
        QVERIFY(session.settled()->canUndo());
        QVERIFY(session.undo());
        COMPARE_TEXT(dump(session.settled()),
                     "undoFailed  op-1  a/gateway=undone  a/trust=done  5 events\n");
        QVERIFY(!session.retry());
        QVERIFY(session.undo());
        COMPARE_TEXT(dump(session.settled()),
                     "undone  op-1  a/gateway=undone  a/trust=undone  6 events\n");
        QVERIFY(!session.undo());
    }

    void doesNotOfferToUndoWhatCannotBeUndone()
    {
        ScriptedPort port;
        plan::Plan forGood = twoSteps();
        for (plan::Step& step : forGood.steps) {
            step.reversible = false;
        }
        port.script = { { .survey = surveyOf(forGood) }, { .events = bothDone } };
        PlanSession session(port);
        QVERIFY(previewAndConfirm(session));
        QVERIFY(!session.settled()->canUndo());
        QVERIFY(!session.undo());
    }

    void showsWhatAStepWaitsForAndWhatItSaid()
    {
        ScriptedPort port;
        std::latch arrived(1);
        std::latch hold(1);
        plan::Event said = stepEvent("a/trust", StepState::Waiting);
        said.kind = plan::Event::Kind::Said;
        said.message = msg("plan.stale", { { "object", "pod x" } });
        port.script = { prepared(),
                        { .events = { stepEvent("a/trust", StepState::Waiting), said },
                          .arrived = &arrived,
                          .hold = &hold } };
        PlanSession session(port);
        QVERIFY(previewAndConfirm(session));
        arrived.wait();
        const plan::StepView step = session.view()->steps.at(StepId("a/trust"));
        hold.count_down();
        QCOMPARE(step.state, StepState::Waiting);
        COMPARE_TEXT(step.waitsFor.id, "plan.stopped");
        COMPARE_TEXT(text(step.says), text(said.message));
    }

    void theObserverHearsOfEveryEventInOrder()
    {
        ScriptedPort port;
        port.script = { prepared(), { .events = bothDone } };
        PlanSession session(port);
        std::string heard;
        std::size_t seen = 0;
        int revision = -1;
        bool inOrder = true;
        session.observe([&](const PlanSession::View& view) {
            inOrder = inOrder && view->revision > revision;
            revision = view->revision;
            for (; seen < view->events.size(); ++seen) {
                heard += view->events[seen]->step.str() + " " + view->events[seen]->state + "\n";
            }
        });
        QVERIFY(previewAndConfirm(session));
        const PlanSession::View over = session.settled();
        QVERIFY(inOrder);
        QCOMPARE(revision, over->revision);
        COMPARE_TEXT(heard, "a/trust running\na/trust done\na/gateway running\na/gateway done\n");
    }

    void theObserverMayCallTheSession()
    {
        ScriptedPort port;
        port.script = { prepared(), { .events = bothDone } };
        PlanSession session(port);
        std::promise<void> over;
        session.observe([&](const PlanSession::View& view) {
            if (view->canConfirm()) {
                session.confirm(view->planId);
            }
            if (view->state == plan::SessionState::Succeeded) {
                session.detach();
                over.set_value();
            }
        });
        session.preview();
        over.get_future().wait();
        QCOMPARE(session.settled()->state, plan::SessionState::Succeeded);
    }

    void theRunGoesOnWithoutAnObserverAndCanBeSeenAgain()
    {
        ScriptedPort port;
        std::latch arrived(1);
        std::latch hold(1);
        port.script = { prepared(), { .events = bothDone, .arrived = &arrived, .hold = &hold } };
        PlanSession session(port);
        auto canary = std::make_shared<int>(0);
        const std::weak_ptr<int> captured = canary;
        session.observe([canary](const PlanSession::View&) { ++*canary; });
        canary.reset();
        QVERIFY(previewAndConfirm(session));
        arrived.wait();
        session.detach();
        QVERIFY(captured.expired()); // nothing of the observer is left
        hold.count_down();
        COMPARE_TEXT(dump(session.settled()),
                     "succeeded  op-1  a/gateway=done  a/trust=done  4 events\n");
        std::promise<PlanSession::View> again;
        session.observe([&again](const PlanSession::View& view) { again.set_value(view); });
        QCOMPARE(again.get_future().get(), session.view());
    }

    void endsARunningJobWhenItIsDestroyed()
    {
        ScriptedPort port;
        std::latch arrived(1);
        port.script = { prepared(), { .arrived = &arrived, .untilStop = true } };
        {
            PlanSession session(port);
            QVERIFY(previewAndConfirm(session));
            arrived.wait();
        }
        COMPARE_TEXT(port.calls, "prepare\nrun 2\n");
    }

    void continuesAStoredOperationWhereItEnded()
    {
        ScriptedPort port;
        port.script = { { .events = { stepEvent("a/gateway", StepState::Done) } },
                        { .result = { RunState::Undone, {}, {} } } };
        plan::Run run { .id = OperationId("op-7"),
                        .startedAt = {},
                        .state = RunState::Stopped,
                        .plan = twoSteps() };
        run.steps = { { StepId("a/trust"), StepState::Done },
                      { StepId("a/gateway"), StepState::Failed } };
        run.errors = { { StepId("a/gateway"), stopped } };
        PlanSession session(port, run);
        COMPARE_TEXT(dump(session.view()),
                     "failed  op-7  a/gateway=failed  a/trust=done  0 events\n");
        QVERIFY(session.view()->result->failedStep == StepId("a/gateway"));
        QVERIFY(session.retry());
        COMPARE_TEXT(dump(session.settled()),
                     "succeeded  op-7  a/gateway=done  a/trust=done  1 events\n");
        QVERIFY(session.undo());
        QCOMPARE(session.settled()->state, plan::SessionState::Undone);
        COMPARE_TEXT(port.calls, "resume op-7\nundo op-7\n");
    }

    void startsWhereAStoredOperationEnded_data()
    {
        QTest::addColumn<int>("stored");
        QTest::addColumn<QString>("state");
        const auto row = [](RunState stored, const char* state) {
            QTest::newRow(std::string(plan::name(stored)).c_str())
                << static_cast<int>(stored) << state;
        };
        row(RunState::Running, "failed");
        row(RunState::Done, "succeeded");
        row(RunState::Failed, "failed");
        row(RunState::Stopped, "failed");
        row(RunState::Undone, "undone");
        row(RunState::UndoFailed, "undoFailed");
    }

    void startsWhereAStoredOperationEnded()
    {
        QFETCH(const int, stored);
        QFETCH(const QString, state);
        ScriptedPort port;
        const PlanSession session(port,
                                  plan::Run { .id = OperationId("op-7"),
                                              .startedAt = {},
                                              .state = static_cast<RunState>(stored),
                                              .plan = twoSteps() });
        COMPARE_TEXT(plan::name(session.view()->state), state.toStdString());
    }
};

ISTHMUS_TEST_MAIN(TestSession)
#include "tst_session.moc"
