// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/plan/journal_records.h"
#include "tests/core/plan/journal_fixture.h"

using namespace isthmus;

namespace {

using Outcome = plan::WriteRecord::Outcome;

/// The record as it comes back from the disk.
json::Value stored(const json::Value& record)
{
    return json::parse(json::write(record)).value_or(json::Value());
}

plan::WriteRecord write(kube::Verb verb)
{
    plan::WriteRecord out;
    out.number = 1;
    out.step = StepId("gke/a");
    out.cluster = ClusterId("gke");
    out.verb = verb;
    out.key = kube::keyOf(test::configMap("a", ""));
    return out;
}

} // namespace

class TestJournalRecords : public test::TestBase
{
    Q_OBJECT

private slots:

    void everyVerbAndOutcomeComesBack()
    {
        for (int verb = 0; verb <= static_cast<int>(kube::Verb::JsonPatch); ++verb) {
            for (int outcome = 0; outcome <= static_cast<int>(Outcome::Undone); ++outcome) {
                plan::Run run;
                const plan::WriteRecord intended = write(static_cast<kube::Verb>(verb));
                plan::records::replay(run, stored(plan::records::intent(intended)));
                plan::records::replay(
                    run, stored(plan::records::receipt(1, static_cast<Outcome>(outcome), "uid")));
                QCOMPARE(static_cast<int>(run.writes.at(0).verb), verb);
                QCOMPARE(static_cast<int>(run.writes.at(0).outcome), outcome);
            }
        }
    }

    void everyStateComesBack()
    {
        plan::Run run;
        for (int state = 0; state <= static_cast<int>(plan::StepState::Undone); ++state) {
            plan::records::replay(
                run,
                stored(plan::records::step(
                    StepId("gke/a"), static_cast<plan::StepState>(state), nullptr, {})));
            QCOMPARE(static_cast<int>(run.steps.at(StepId("gke/a"))), state);
        }
        for (int state = 0; state <= static_cast<int>(plan::RunState::UndoFailed); ++state) {
            const auto value = static_cast<plan::RunState>(state);
            plan::records::replay(run, stored(plan::records::state(value, {})));
            QVERIFY(run.state == value);
            QCOMPARE(run.endedAt.has_value(), value != plan::RunState::Running);
        }
    }

    void everyErrorKeepsItsCode()
    {
        for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
            plan::Run run;
            const Error error { static_cast<ErrorCode>(code), msg("plan.stopped") };
            plan::records::replay(
                run,
                stored(plan::records::step(StepId("gke/a"), plan::StepState::Failed, &error, {})));
            QCOMPARE(static_cast<int>(run.errors.at(StepId("gke/a")).code), code);
        }
    }

    void anErrorGoesWhenTheStepIsTriedAgain()
    {
        plan::Run run;
        const Error error { ErrorCode::Timeout, msg("plan.stopped") };
        const StepId id("gke/a");
        plan::records::replay(run, plan::records::step(id, plan::StepState::Failed, &error, {}));
        plan::records::replay(run, plan::records::step(id, plan::StepState::Running, nullptr, {}));
        QVERIFY(run.errors.empty());
    }

    void aReceiptWithoutAUidKeepsTheOneThatIsKnown()
    {
        plan::Run run;
        plan::WriteRecord known = write(kube::Verb::Apply);
        known.uid = "uid-7";
        plan::records::replay(run, plan::records::intent(known));
        plan::records::replay(run, plan::records::receipt(1, Outcome::Undone, {}));
        COMPARE_TEXT(run.writes.at(0).uid, "uid-7");
    }

    void whatALaterVersionAddsChangesNothing()
    {
        plan::Run run;
        plan::records::replay(run, json::Object { { "t", "mood" }, { "value", "good" } });
        plan::records::replay(run, plan::records::receipt(9, Outcome::Created, "uid"));
        plan::records::replay(run, json::Array());
        QVERIFY(run.writes.empty() && run.steps.empty() && run.holes.empty());
    }

    void aHeaderNamesItsPlan()
    {
        const json::Value header =
            plan::records::header(OperationId("x"), test::planOf({}), "abc", {});
        COMPARE_TEXT(plan::records::planDigest(header), "abc");
        QVERIFY(plan::records::isKnownFormat(header));
        COMPARE_TEXT(plan::records::planDigest(plan::records::state({}, {})), "");
        QVERIFY(!plan::records::isKnownFormat(json::Object()));
    }
};

ISTHMUS_TEST_MAIN(TestJournalRecords)
#include "tst_journal_records.moc"
