// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/session.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace isthmus::plan {

namespace {

using Job = std::function<void(const std::stop_token&)>;

bool isOver(StepState state)
{
    return state == StepState::Done || state == StepState::AlreadyRight;
}

SessionState whereItEnded(RunState state)
{
    switch (state) {
    case RunState::Done:
        return SessionState::Succeeded;
    case RunState::Undone:
        return SessionState::Undone;
    case RunState::UndoFailed:
        return SessionState::UndoFailed;
    case RunState::Running:
    case RunState::Failed:
    case RunState::Stopped:
        break;
    }
    return SessionState::Failed;
}

SessionEvent eventOfRun(const RunResult& result)
{
    if (result.state == RunState::Done) {
        return SessionEvent::RunDone;
    }
    const bool outdated =
        result.failedStep.empty() && result.error && result.error->message.id == "plan.stale";
    return outdated ? SessionEvent::RunOutdated : SessionEvent::RunFailed;
}

SessionView viewOf(const Run& stored)
{
    SessionView view;
    view.state = whereItEnded(stored.state);
    view.plan = std::make_shared<const Plan>(stored.plan);
    view.operation = stored.id;
    RunResult result { .state = stored.state };
    for (const Step& step : stored.plan.steps) {
        const auto state = stored.steps.find(step.id);
        const auto error = stored.errors.find(step.id);
        StepView& shown = view.steps[step.id];
        shown.state = state != stored.steps.end() ? state->second : StepState::Pending;
        if (error != stored.errors.end()) {
            shown.says = error->second.message;
            if (!result.error) {
                result.error = error->second;
                result.failedStep = step.id;
            }
        }
    }
    view.result = std::move(result);
    return view;
}

StepState stepStateOf(const std::string& called)
{
    for (int i = 0; i <= static_cast<int>(StepState::Undone); ++i) {
        if (name(static_cast<StepState>(i)) == called) {
            return static_cast<StepState>(i);
        }
    }
    return StepState::Unknown;
}

/// What an event says about its step.
void take(SessionView& view, const Event& event)
{
    const auto found = view.steps.find(event.step);
    if (found == view.steps.end() || event.kind == Event::Kind::Wrote) {
        return;
    }
    StepView& step = found->second;
    if (!event.message.empty()) {
        step.says = event.message;
    }
    if (event.kind == Event::Kind::Step) {
        step.state = stepStateOf(event.state);
        const bool waits = step.state == StepState::Waiting;
        step.waitsFor = waits ? view.plan->find(event.step)->waitsFor : Message();
    }
}

} // namespace

const Diagnostics& SessionView::problems() const
{
    static const Diagnostics none;
    return survey ? survey->problems : none;
}

bool SessionView::canConfirm() const
{
    return next(state, SessionEvent::Confirmed).has_value() && survey && !survey->nothingToDo();
}

bool SessionView::canUndo() const
{
    return next(state, SessionEvent::UndoRequested).has_value() && !operation.empty()
        && std::ranges::any_of(plan->steps, &Step::reversible);
}

struct PlanSession::State
{
    State(SessionPort& thePort, SessionView first);

    SessionPort& port;

    std::mutex mutex; ///< guards all that follows, and is never held while others are called
    std::condition_variable_any changed;
    View view;
    std::shared_ptr<const Observer> observer;
    View heard; ///< what the observer was told last
    bool notifying = false;
    Job job; ///< to be begun
    bool working = false;
    std::optional<std::stop_source> stop; ///< of the newest job
    int previews = 0;

    // Last, so that they end before what they use.
    std::jthread worker;
    std::jthread notifier;

    /// Makes the view that follows; false where the state refuses the event or `edit` does.
    bool change(SessionEvent event, const std::function<bool(SessionView&)>& edit);
    bool changeLocked(SessionEvent event, const std::function<bool(SessionView&)>& edit);
    void begin(Job next);
    void work(const std::stop_token& ending);
    void notify(const std::stop_token& ending);

    void makePreview(int number, const std::stop_token& jobStop);
    void takeSurvey(Result<Survey> made);
    void runPlan(const std::shared_ptr<const Plan>& plan, const std::stop_token& jobStop);
    void finish(SessionEvent event, const RunResult& result);
    void report(const Event& event);
    [[nodiscard]] EventSink sink();
    [[nodiscard]] bool isSettled() const;
};

PlanSession::State::State(SessionPort& thePort, SessionView first)
    : port(thePort)
    , view(std::make_shared<const SessionView>(std::move(first)))
    , worker([this](const std::stop_token& ending) { work(ending); })
    , notifier([this](const std::stop_token& ending) { notify(ending); })
{ }

bool PlanSession::State::change(SessionEvent event, const std::function<bool(SessionView&)>& edit)
{
    const std::scoped_lock lock(mutex);
    return changeLocked(event, edit);
}

bool PlanSession::State::changeLocked(SessionEvent event,
                                      const std::function<bool(SessionView&)>& edit)
{
    const std::optional<SessionState> to = next(view->state, event);
    if (!to) {
        return false;
    }
    auto after = std::make_shared<SessionView>(*view);
    if (edit && !edit(*after)) {
        return false;
    }
    after->state = *to;
    ++after->revision;
    view = std::move(after);
    changed.notify_all();
    return true;
}

/// With the mutex held, from within an edit.
void PlanSession::State::begin(Job next)
{
    stop.emplace();
    job = std::move(next);
}

void PlanSession::State::work(const std::stop_token& ending)
{
    std::unique_lock lock(mutex);
    const auto wanted = [this] { return job != nullptr; };
    while (changed.wait(lock, ending, wanted) && !ending.stop_requested()) {
        const Job now = std::exchange(job, nullptr);
        const std::stop_token jobStop = stop->get_token();
        working = true;
        lock.unlock();
        now(jobStop);
        lock.lock();
        working = false;
        changed.notify_all();
    }
}

void PlanSession::State::notify(const std::stop_token& ending)
{
    std::unique_lock lock(mutex);
    while (changed.wait(lock, ending, [this] { return observer && heard != view; })) {
        std::shared_ptr<const Observer> told = observer;
        const View news = view;
        heard = news;
        notifying = true;
        lock.unlock();
        (*told)(news);
        told.reset(); // who detached may count on its captures being gone
        lock.lock();
        notifying = false;
        changed.notify_all();
    }
}

bool PlanSession::State::isSettled() const
{
    return !working && job == nullptr && !notifying && (!observer || heard == view);
}

void PlanSession::State::makePreview(int number, const std::stop_token& jobStop)
{
    Result<Survey> made = port.prepare(jobStop);
    const std::scoped_lock lock(mutex);
    if (number != previews) {
        return; // a newer one was asked for
    }
    if (view->state == SessionState::Computing) {
        takeSurvey(std::move(made));
    } else if (view->state == SessionState::Editing) {
        // It was cancelled. Only how that ended is of interest.
        auto after = std::make_shared<SessionView>(*view);
        after->stopping = false;
        after->error = made ? std::nullopt : std::optional(made.error());
        ++after->revision;
        view = std::move(after);
        changed.notify_all();
    }
}

void PlanSession::State::takeSurvey(Result<Survey> made)
{
    const bool usable = made && !hasErrors(made->problems);
    changeLocked(usable ? SessionEvent::Surveyed : SessionEvent::ProblemsFound,
                 [&made](SessionView& after) {
                     if (!made) {
                         after.error = std::move(made).error();
                         return true;
                     }
                     after.planId = planId(made->plan);
                     after.survey = std::make_shared<const Survey>(std::move(*made));
                     return true;
                 });
}

EventSink PlanSession::State::sink()
{
    return [this](const Event& event) { report(event); };
}

void PlanSession::State::report(const Event& event)
{
    auto kept = std::make_shared<const Event>(event);
    change(SessionEvent::StepReported, [&kept](SessionView& after) {
        take(after, *kept);
        after.events.push_back(std::move(kept));
        return true;
    });
}

void PlanSession::State::runPlan(const std::shared_ptr<const Plan>& plan,
                                 const std::stop_token& jobStop)
{
    const auto begun = [this](const OperationId& id) {
        change(SessionEvent::StepReported, [&id](SessionView& after) {
            after.operation = id;
            return true;
        });
    };
    const RunResult result = port.run(*plan, begun, sink(), jobStop);
    finish(eventOfRun(result), result);
}

void PlanSession::State::finish(SessionEvent event, const RunResult& result)
{
    change(event, [&result](SessionView& after) {
        after.result = result;
        after.stopping = false;
        return true;
    });
}

PlanSession::PlanSession(SessionPort& port)
    : m_state(std::make_unique<State>(port, SessionView()))
{ }

PlanSession::PlanSession(SessionPort& port, const Run& stored)
    : m_state(std::make_unique<State>(port, viewOf(stored)))
{ }

PlanSession::~PlanSession()
{
    detach();
    std::optional<std::stop_source> stop;
    {
        const std::scoped_lock lock(m_state->mutex);
        stop = m_state->stop;
    }
    if (stop) {
        stop->request_stop();
    }
}

PlanSession::View PlanSession::view() const
{
    const std::scoped_lock lock(m_state->mutex);
    return m_state->view;
}

void PlanSession::observe(Observer observer)
{
    auto kept = std::make_shared<const Observer>(std::move(observer));
    const std::scoped_lock lock(m_state->mutex);
    m_state->observer.swap(kept);
    m_state->heard = nullptr;
    m_state->changed.notify_all();
}

void PlanSession::detach()
{
    std::unique_lock lock(m_state->mutex);
    m_state->observer = nullptr;
    m_state->changed.notify_all();
    if (std::this_thread::get_id() != m_state->notifier.get_id()) {
        m_state->changed.wait(lock, [this] { return !m_state->notifying; });
    }
}

PlanSession::View PlanSession::settled()
{
    std::unique_lock lock(m_state->mutex);
    m_state->changed.wait(lock, [this] { return m_state->isSettled(); });
    return m_state->view;
}

bool PlanSession::intentChanged()
{
    return m_state->change(SessionEvent::IntentChanged, {});
}

bool PlanSession::preview()
{
    return m_state->change(SessionEvent::PreviewRequested, [this](SessionView& after) {
        after.survey = nullptr;
        after.planId.clear();
        after.error.reset();
        after.stopping = false;
        m_state->begin([state = m_state.get(), number = ++m_state->previews](
                           const std::stop_token& stop) { state->makePreview(number, stop); });
        return true;
    });
}

bool PlanSession::back()
{
    return m_state->change(SessionEvent::Back, {});
}

bool PlanSession::snapshotMoved()
{
    return m_state->change(SessionEvent::SnapshotMoved, {});
}

bool PlanSession::confirm(const std::string& planId)
{
    return m_state->change(SessionEvent::Confirmed, [this, &planId](SessionView& after) {
        if (!after.canConfirm() || planId != after.planId) {
            return false;
        }
        after.plan = std::make_shared<const Plan>(after.survey->plan);
        after.operation = {};
        after.events.clear();
        after.result.reset();
        after.steps.clear();
        for (const Step& step : after.plan->steps) {
            after.steps[step.id] = {};
        }
        m_state->begin([state = m_state.get(), plan = after.plan](const std::stop_token& stop) {
            state->runPlan(plan, stop);
        });
        return true;
    });
}

bool PlanSession::cancel()
{
    std::optional<std::stop_source> stop;
    const bool allowed =
        m_state->change(SessionEvent::CancelRequested, [this, &stop](SessionView& after) {
            after.stopping = true;
            stop = m_state->stop;
            return true;
        });
    if (allowed) {
        stop->request_stop(); // runs others' callbacks, so without the lock
    }
    return allowed;
}

bool PlanSession::retry()
{
    return m_state->change(SessionEvent::RetryRequested, [this](SessionView& after) {
        after.result.reset();
        for (auto& [id, step] : after.steps) {
            if (!isOver(step.state)) {
                step = {};
            }
        }
        m_state->begin([state = m_state.get(), plan = after.plan, id = after.operation](
                           const std::stop_token& stop) {
            if (id.empty()) {
                state->runPlan(plan, stop);
                return;
            }
            const RunResult result = state->port.resume(id, state->sink(), stop);
            state->finish(eventOfRun(result), result);
        });
        return true;
    });
}

bool PlanSession::undo()
{
    return m_state->change(SessionEvent::UndoRequested, [this](SessionView& after) {
        if (!after.canUndo()) {
            return false;
        }
        after.result.reset();
        m_state->begin([state = m_state.get(), id = after.operation](const std::stop_token& stop) {
            const RunResult result = state->port.undo(id, state->sink(), stop);
            const bool undone = result.state == RunState::Undone;
            state->finish(undone ? SessionEvent::UndoDone : SessionEvent::UndoFailed, result);
        });
        return true;
    });
}

bool PlanSession::close()
{
    return m_state->change(SessionEvent::Closed, {});
}

} // namespace isthmus::plan
