// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/session_state.h"

#include <array>

namespace isthmus::plan {

namespace {

using enum SessionState;
using E = SessionEvent;

struct Transition
{
    SessionState from;
    SessionEvent event;
    SessionState to;
};

constexpr auto transitions = std::to_array<Transition>({
    { Editing, E::IntentChanged, Editing },
    { Editing, E::PreviewRequested, Computing },
    { Editing, E::Closed, Ended },
    { Computing, E::Surveyed, Reviewing },
    { Computing, E::ProblemsFound, Editing },
    { Computing, E::CancelRequested, Editing },
    { Reviewing, E::Back, Editing },
    { Reviewing, E::SnapshotMoved, Stale },
    { Reviewing, E::Confirmed, Applying },
    { Reviewing, E::Closed, Ended },
    { Stale, E::PreviewRequested, Computing },
    { Stale, E::Back, Editing },
    { Stale, E::Closed, Ended },
    { Applying, E::StepReported, Applying },
    { Applying, E::RunDone, Succeeded },
    { Applying, E::RunFailed, Failed },
    { Applying, E::RunOutdated, Stale },
    { Applying, E::CancelRequested, Cancelling },
    // What was running may have been the last of it.
    { Cancelling, E::StepReported, Cancelling },
    { Cancelling, E::RunDone, Succeeded },
    { Cancelling, E::RunFailed, Failed },
    { Cancelling, E::RunOutdated, Stale },
    { Failed, E::RetryRequested, Applying },
    { Failed, E::UndoRequested, Undoing },
    { Failed, E::Closed, Ended },
    { Undoing, E::StepReported, Undoing },
    { Undoing, E::UndoDone, Undone },
    { Undoing, E::UndoFailed, SessionState::UndoFailed },
    { Undoing, E::CancelRequested, Undoing },
    { Succeeded, E::UndoRequested, Undoing },
    { Succeeded, E::Closed, Ended },
    { Undone, E::Closed, Ended },
    { SessionState::UndoFailed, E::UndoRequested, Undoing },
    { SessionState::UndoFailed, E::Closed, Ended },
});

} // namespace

std::optional<SessionState> next(SessionState state, SessionEvent event)
{
    for (const Transition& one : transitions) {
        if (one.from == state && one.event == event) {
            return one.to;
        }
    }
    return std::nullopt;
}

bool isBusy(SessionState state)
{
    return state == Computing || state == Applying || state == Cancelling || state == Undoing;
}

std::string_view name(SessionState state)
{
    constexpr auto names = std::to_array<std::string_view>({ "editing",
                                                             "computing",
                                                             "reviewing",
                                                             "stale",
                                                             "applying",
                                                             "cancelling",
                                                             "failed",
                                                             "undoing",
                                                             "succeeded",
                                                             "undone",
                                                             "undoFailed",
                                                             "ended" });
    return names.at(static_cast<std::size_t>(state));
}

std::string_view name(SessionEvent event)
{
    constexpr auto names = std::to_array<std::string_view>({ "intentChanged",
                                                             "previewRequested",
                                                             "surveyed",
                                                             "problemsFound",
                                                             "back",
                                                             "snapshotMoved",
                                                             "confirmed",
                                                             "stepReported",
                                                             "runDone",
                                                             "runFailed",
                                                             "runOutdated",
                                                             "cancelRequested",
                                                             "retryRequested",
                                                             "undoRequested",
                                                             "undoDone",
                                                             "undoFailed",
                                                             "closed" });
    return names.at(static_cast<std::size_t>(event));
}

} // namespace isthmus::plan
