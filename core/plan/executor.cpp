// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/executor.h"

#include "core/plan/run_context.h"
#include "core/plan/undo.h"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <set>
#include <thread>

namespace isthmus::plan {

namespace {

/// Steps beside each other: enough to keep two clusters busy, few enough to read along.
constexpr std::size_t parallelSteps = 6;

bool isOver(StepState state)
{
    return state == StepState::Done || state == StepState::AlreadyRight;
}

/// Errors after which the run can be resumed as it is; anything else is a failure of the step.
bool isInterruption(const Error& error)
{
    return error.code == ErrorCode::Timeout || error.code == ErrorCode::Storage
        || error.code == ErrorCode::Cancelled || error.code == ErrorCode::Unreachable
        || error.code == ErrorCode::Unauthorized || error.code == ErrorCode::Throttled;
}

/// Why a step must not act: what looking failed with, or its first error.
Error whyBlocked(const Inspection& found, const Step& step)
{
    if (found.failure) {
        return *found.failure;
    }
    const auto error = std::ranges::find(found.problems, Severity::Error, &Diagnostic::severity);
    const Diagnostic problem = error != found.problems.end()
        ? *error
        : Diagnostic { .summary = msg("plan.blocked", { { "step", step.id.str() } }) };
    return Error { ErrorCode::Refused,
                   problem.summary,
                   problem.detail,
                   problem.subject.empty() ? step.cluster.str() : problem.subject,
                   problem.remedy };
}

/// Errors after which no other step may start, either.
bool endsTheRun(const Error& error)
{
    return error.code == ErrorCode::Storage || error.code == ErrorCode::Cancelled;
}

} // namespace

struct Executor::State
{
    State(Journal& theJournal, ExecutorPorts thePorts, EventSink sink)
        : journal(theJournal)
        , ports(thePorts)
        , events(std::move(sink), thePorts.clock)
    { }

    Journal& journal;
    ExecutorPorts ports;
    EventStream events;
    Plan plan;

    std::mutex mutex;
    std::condition_variable changed;
    std::map<StepId, StepState> states;
    std::optional<Error> firstError;
    StepId failedStep;
    bool interrupted = false;
    bool ending = false;
    std::stop_source stopSource;

    RunResult run(const std::stop_token& stop);
    std::optional<Error> prepare(const std::stop_token& stop);
    std::optional<Error> settleUnknown(const std::stop_token& stop);
    void schedule();
    void skipDependents();
    const Step* nextReady();
    void runStep(const Step& step);
    Result<StepState> carryOut(const Step& step);
    void finish(const Step& step, const Result<StepState>& outcome);
    RunResult result();
};

std::optional<Error> Executor::State::settleUnknown(const std::stop_token& stop)
{
    JournalledWriter writer(journal, ports.clusters, {});
    for (const WriteRecord& record : journal.run().writes) {
        if (record.outcome == WriteRecord::Outcome::Unknown) {
            if (Result<WriteRecord::Outcome> settled = writer.settle(record, stop); !settled) {
                return std::move(settled).error();
            }
        }
    }
    return std::nullopt;
}

std::optional<Error> Executor::State::prepare(const std::stop_token& stop)
{
    const Run before = journal.run();
    plan = before.plan;
    if (Result<void> same = checkIdentities(plan, ports.clusters, stop); !same) {
        return std::move(same).error();
    }
    if (before.writes.empty()) {
        if (Result<void> fresh = checkExpectations(plan, ports.clusters, stop); !fresh) {
            return std::move(fresh).error();
        }
    }
    for (const Step& step : plan.steps) {
        const auto known = before.steps.find(step.id);
        const bool over = known != before.steps.end() && isOver(known->second);
        states[step.id] = over ? known->second : StepState::Pending;
    }
    return settleUnknown(stop);
}

RunResult Executor::State::run(const std::stop_token& stop)
{
    const std::stop_callback forward(stop, [this] {
        stopSource.request_stop();
        changed.notify_all();
    });
    if (Result<void> running = journal.state(RunState::Running); !running) {
        return { RunState::Stopped, std::move(running).error(), {} };
    }
    if (std::optional<Error> refused = prepare(stop)) {
        const RunState state = isInterruption(*refused) ? RunState::Stopped : RunState::Failed;
        [[maybe_unused]] const Result<void> closed = journal.state(state);
        return { state, std::move(refused), {} };
    }
    schedule();
    return result();
}

void Executor::State::schedule()
{
    std::list<std::jthread> workers;
    std::unique_lock lock(mutex);
    std::size_t running = 0;
    for (;;) {
        const bool starting = !ending && !stopSource.stop_requested();
        const Step* ready = starting && running < parallelSteps ? nextReady() : nullptr;
        if (ready != nullptr) {
            states[ready->id] = StepState::Running;
            ++running;
            workers.emplace_back([this, ready, &running] {
                runStep(*ready);
                const std::scoped_lock done(mutex);
                --running;
                changed.notify_all();
            });
            continue;
        }
        if (running == 0) {
            break;
        }
        changed.wait(lock);
    }
    skipDependents();
    lock.unlock(); // the workers' last lines still take it
}

const Step* Executor::State::nextReady()
{
    const auto ready = std::ranges::find_if(plan.steps, [this](const Step& step) {
        return states.at(step.id) == StepState::Pending
            && std::ranges::all_of(step.needs,
                                   [this](const StepId& need) { return isOver(states.at(need)); });
    });
    return ready != plan.steps.end() ? &*ready : nullptr;
}

void Executor::State::skipDependents()
{
    for (const Step& step : plan.steps) {
        const bool blocked = std::ranges::any_of(step.needs, [this](const StepId& need) {
            return states.at(need) == StepState::Failed || states.at(need) == StepState::Skipped;
        });
        if (states.at(step.id) == StepState::Pending && blocked) {
            states[step.id] = StepState::Skipped;
            [[maybe_unused]] const Result<void> noted = journal.step(step.id, StepState::Skipped);
            events.step(step.id, StepState::Skipped);
        }
    }
}

void Executor::State::runStep(const Step& step)
{
    events.step(step.id, StepState::Running);
    if (Result<void> noted = journal.step(step.id, StepState::Running); !noted) {
        finish(step, std::move(noted).error());
        return;
    }
    finish(step, carryOut(step));
}

Result<StepState> Executor::State::carryOut(const Step& step)
{
    const Behaviour* behaviour = ports.behaviours.find(step.type);
    if (behaviour == nullptr) {
        return Error { ErrorCode::Unsupported,
                       msg("plan.unknown-step", { { "type", step.type } }),
                       {},
                       step.id.str(),
                       msg("plan.use-newer-version") };
    }
    RunContext context(
        ReadContext { ports.clusters, ports.clock, stopSource.get_token(), journal.run().holes },
        step.id,
        journal,
        events);
    const Inspection found = behaviour->inspect(step, context);
    if (found.state == Inspection::State::Blocked) {
        return whyBlocked(found, step);
    }
    for (const auto& [hole, value] : found.values) {
        if (Result<void> filled = context.fill(hole, value); !filled) {
            return std::move(filled).error();
        }
    }
    if (found.state == Inspection::State::AlreadyRight) {
        return StepState::AlreadyRight;
    }
    if (Result<void> applied = behaviour->apply(step, context); !applied) {
        return std::move(applied).error();
    }
    events.step(step.id, StepState::Waiting);
    if (Result<void> verified = behaviour->verify(step, context); !verified) {
        return std::move(verified).error();
    }
    return StepState::Done;
}

void Executor::State::finish(const Step& step, const Result<StepState>& outcome)
{
    const StepState state = outcome ? *outcome : StepState::Failed;
    const Error* error = outcome ? nullptr : &outcome.error();
    const Result<void> noted = journal.step(step.id, state, error);
    events.step(step.id, state, error);
    const std::scoped_lock lock(mutex);
    states[step.id] = state;
    const Error* worst = error != nullptr ? error : noted ? nullptr : &noted.error();
    if (worst != nullptr) {
        if (!firstError) {
            firstError = *worst;
            failedStep = step.id;
        }
        interrupted = interrupted || isInterruption(*worst);
        if (endsTheRun(*worst)) {
            ending = true;
            stopSource.request_stop();
        }
    }
}

RunResult Executor::State::result()
{
    RunResult out;
    out.error = firstError;
    out.failedStep = failedStep;
    const bool complete = std::ranges::all_of(
        plan.steps, [this](const Step& step) { return isOver(states.at(step.id)); });
    if (complete) {
        out.state = RunState::Done;
        out.error.reset();
    } else if (interrupted || stopSource.stop_requested()) {
        out.state = RunState::Stopped;
        if (!out.error) {
            out.error = Error { ErrorCode::Cancelled, msg("plan.stopped") };
        }
    } else {
        out.state = RunState::Failed;
    }
    if (Result<void> closed = journal.state(out.state); !closed && !out.error) {
        out.error = std::move(closed).error();
    }
    return out;
}

Executor::Executor(Journal& journal, ExecutorPorts ports, EventSink sink)
    : m_state(std::make_unique<State>(journal, ports, std::move(sink)))
{ }

Executor::~Executor() = default;

RunResult Executor::run(const std::stop_token& stop)
{
    return m_state->run(stop);
}

RunResult Executor::undo(const std::stop_token& stop)
{
    return undoRun(m_state->journal, m_state->ports, m_state->events, stop);
}

} // namespace isthmus::plan
