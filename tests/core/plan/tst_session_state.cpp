// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/session_state.h"
#include "tests/support/test.h"

#include <string>

using namespace isthmus;
using plan::SessionEvent;
using plan::SessionState;

namespace {

/// "state: event > next, …" for every state, with the events that it does not refuse.
std::string table()
{
    std::string out;
    for (int s = 0; s <= static_cast<int>(SessionState::Ended); ++s) {
        const auto state = static_cast<SessionState>(s);
        out += std::string(plan::name(state)) + "\n";
        for (int e = 0; e <= static_cast<int>(SessionEvent::Closed); ++e) {
            const auto event = static_cast<SessionEvent>(e);
            if (const std::optional<SessionState> to = plan::next(state, event)) {
                out += "  " + std::string(plan::name(event)) + " > " + std::string(plan::name(*to))
                    + "\n";
            }
        }
    }
    return out;
}

} // namespace

class TestSessionState : public test::TestBase
{
    Q_OBJECT

private slots:

    void allowsTheseEventsAndRefusesAllOthers()
    {
        COMPARE_TEXT(table(),
                     "editing\n"
                     "  intentChanged > editing\n"
                     "  previewRequested > computing\n"
                     "  closed > ended\n"
                     "computing\n"
                     "  surveyed > reviewing\n"
                     "  problemsFound > editing\n"
                     "  cancelRequested > editing\n"
                     "reviewing\n"
                     "  back > editing\n"
                     "  snapshotMoved > stale\n"
                     "  confirmed > applying\n"
                     "  closed > ended\n"
                     "stale\n"
                     "  previewRequested > computing\n"
                     "  back > editing\n"
                     "  closed > ended\n"
                     "applying\n"
                     "  stepReported > applying\n"
                     "  runDone > succeeded\n"
                     "  runFailed > failed\n"
                     "  runOutdated > stale\n"
                     "  cancelRequested > cancelling\n"
                     "cancelling\n"
                     "  stepReported > cancelling\n"
                     "  runDone > succeeded\n"
                     "  runFailed > failed\n"
                     "  runOutdated > stale\n"
                     "failed\n"
                     "  retryRequested > applying\n"
                     "  undoRequested > undoing\n"
                     "  closed > ended\n"
                     "undoing\n"
                     "  stepReported > undoing\n"
                     "  cancelRequested > undoing\n"
                     "  undoDone > undone\n"
                     "  undoFailed > undoFailed\n"
                     "succeeded\n"
                     "  undoRequested > undoing\n"
                     "  closed > ended\n"
                     "undone\n"
                     "  closed > ended\n"
                     "undoFailed\n"
                     "  undoRequested > undoing\n"
                     "  closed > ended\n"
                     "ended\n");
    }

    void knowsWhereAJobIsUnderWay()
    {
        std::string busy;
        for (int s = 0; s <= static_cast<int>(SessionState::Ended); ++s) {
            const auto state = static_cast<SessionState>(s);
            busy += plan::isBusy(state) ? std::string(plan::name(state)) + "\n" : "";
        }
        COMPARE_TEXT(busy, "computing\napplying\ncancelling\nundoing\n");
    }

    void canBeClosedWhereverNothingIsUnderWay()
    {
        for (int s = 0; s < static_cast<int>(SessionState::Ended); ++s) {
            const auto state = static_cast<SessionState>(s);
            QCOMPARE(plan::next(state, SessionEvent::Closed).has_value(), !plan::isBusy(state));
        }
    }
};

ISTHMUS_TEST_MAIN(TestSessionState)
#include "tst_session_state.moc"
