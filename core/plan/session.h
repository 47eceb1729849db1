// SPDX-License-Identifier: GPL-3.0-or-later
// One operation as a person lives it: edit, preview, review, confirm, watch, cancel, retry, undo. A
// wizard and isthmusctl are views on it; when the view goes, the work goes on. The rules are the
// table in session_state.h; here are the threads.
//
// Threads. Every public function may be called on any thread. Those that ask for something return
// at once: true where the state allowed it. Jobs run one after another on the session's worker. The
// observer is called on a second thread of the session, always the same one, one call at a time; it
// gets the newest view, so it may miss states in between, but no event: a view has all of them. It
// may call the session, except settled(). A view never changes and may be kept.
#pragma once

#include "core/plan/executor.h"
#include "core/plan/session_state.h"
#include "core/plan/survey.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isthmus::plan {

/// What carries out a session's jobs; fleet implements it over its engine. Called on the session's
/// worker, one call at a time; every call waits, and ends soon after a stop. Outlives the session.
class SessionPort
{
public:
    virtual ~SessionPort() = default;

    /// Plans for the intent as it is now, and holds the plan against the clusters.
    [[nodiscard]] virtual Result<Survey> prepare(const std::stop_token& stop) = 0;
    /// Calls `begun` with the operation's id once its journal exists, before the first event.
    [[nodiscard]] virtual RunResult run(const Plan& plan,
                                        const std::function<void(const OperationId&)>& begun,
                                        const EventSink& sink,
                                        const std::stop_token& stop) = 0;
    [[nodiscard]] virtual RunResult
    resume(const OperationId& id, const EventSink& sink, const std::stop_token& stop) = 0;
    [[nodiscard]] virtual RunResult
    undo(const OperationId& id, const EventSink& sink, const std::stop_token& stop) = 0;
};

struct StepView
{
    StepState state = StepState::Pending;
    Message waitsFor = {}; ///< the condition, while it waits for one
    Message says = {}; ///< the last that it said, or its error
};

struct SessionView
{
    int revision = 0; ///< grows with each change
    SessionState state = SessionState::Editing;
    bool stopping = false; ///< a stop was asked for, and the job has not ended yet
    std::shared_ptr<const Survey> survey = {}; ///< of the last preview, its problems included
    std::string planId = {}; ///< of the survey's plan: what confirm() takes
    /// Why the last preview has no survey. Of a cancelled one too, once it has ended.
    std::optional<Error> error = {};
    std::shared_ptr<const Plan> plan = {}; ///< what runs or ran
    OperationId operation = {}; ///< empty until its journal exists
    std::map<StepId, StepView> steps = {}; ///< of `plan`
    /// In the order in which they came, of all runs of this operation. Shared by the views.
    std::vector<std::shared_ptr<const Event>> events = {};
    std::optional<RunResult> result = {}; ///< of the last run, resume or undo that has ended

    [[nodiscard]] const Diagnostics& problems() const;
    /// Whether confirm() would be allowed: reviewed, and something is left to do.
    [[nodiscard]] bool canConfirm() const;
    /// Whether undo() would: something was begun that has reversible steps.
    [[nodiscard]] bool canUndo() const;
};

class PlanSession
{
public:
    using View = std::shared_ptr<const SessionView>;
    using Observer = std::function<void(const View&)>;

    /// Starts in Editing.
    explicit PlanSession(SessionPort& port);
    /// For an operation of before: starts where it ended. One that did not end is Failed.
    PlanSession(SessionPort& port, const Run& stored);
    /// Stops what is running, waits for it; the observer is not called any more. Not on the
    /// observer's thread.
    ~PlanSession();
    PlanSession(const PlanSession&) = delete;
    PlanSession& operator=(const PlanSession&) = delete;

    [[nodiscard]] View view() const;
    /// Replaces the observer; it hears the present view soon.
    void observe(Observer observer);
    /// Takes the observer away; when this returns, it is not running (unless it calls this itself).
    /// Work goes on.
    void detach();
    /// Waits until no job is running and the observer has heard of it.
    [[nodiscard]] View settled();

    bool intentChanged();
    bool preview();
    bool back();
    /// An object that the plan may rely on changed. Counts while the plan is reviewed only.
    bool snapshotMoved();
    /// Carries out the plan of that id, which must be the one under review.
    bool confirm(const std::string& planId);
    bool cancel();
    /// Goes on with the same operation; with the same plan, where none had begun.
    bool retry();
    bool undo();
    /// The end; refused while a job is under way.
    bool close();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace isthmus::plan
