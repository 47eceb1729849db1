// SPDX-License-Identifier: GPL-3.0-or-later
// Where an operation is, from the first form to its end, and what may happen there: one table,
// pure. A wizard's buttons are functions of it. There is no state for verifying: each step verifies
// its own effect within the run.
#pragma once

#include <optional>
#include <string_view>

namespace isthmus::plan {

enum class SessionState
{
    Editing, ///< the intent is open
    Computing, ///< the plan is made and held against the clusters
    Reviewing, ///< the plan is shown and may be confirmed
    Stale, ///< the clusters changed since the plan was made: it must be made again
    Applying,
    Cancelling, ///< nothing new starts; what is running ends
    Failed, ///< or stopped: some of it may be applied
    Undoing,
    Succeeded,
    Undone,
    UndoFailed, ///< or stopped: some of it remains, and can be undone again
    Ended
};

enum class SessionEvent
{
    IntentChanged,
    PreviewRequested,
    Surveyed, ///< a plan that may run
    ProblemsFound, ///< no plan, or one that must not run
    Back,
    SnapshotMoved, ///< an object that the plan relies on changed
    Confirmed,
    StepReported,
    RunDone,
    RunFailed, ///< or stopped
    RunOutdated, ///< refused before its first write, because the clusters changed
    CancelRequested,
    RetryRequested,
    UndoRequested,
    UndoDone,
    UndoFailed, ///< or stopped
    Closed
};

/// The state that follows; nothing where the event is refused.
[[nodiscard]] std::optional<SessionState> next(SessionState state, SessionEvent event);

/// Whether a job is under way in it.
[[nodiscard]] bool isBusy(SessionState state);

[[nodiscard]] std::string_view name(SessionState state);
[[nodiscard]] std::string_view name(SessionEvent event);

} // namespace isthmus::plan
