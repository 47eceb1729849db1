// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/operate.h"

#include "app/cli/entrance.h"
#include "app/cli/progress.h"
#include "app/cli/render/error.h"
#include "app/cli/render/operations.h"
#include "app/cli/render/plan.h"
#include "core/fleet/session_port.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

/// What the person does next is part of the error: how to go on, how to take it back.
Error withNextStep(Error error, const OperationId& id, StopReason stopped)
{
    if (error.code == ErrorCode::Cancelled && stopped == StopReason::Timeout) {
        error.message = msg("app.timed-out");
    }
    const std::string own = text(error.remedy);
    error.remedy = own.empty() ? msg("app.resume-or-undo", { { "id", id.str() } })
                               : msg("app.then-resume", { { "remedy", own }, { "id", id.str() } });
    return error;
}

/// Shows a run that did not end well; the exit code.
int reportFailure(Context& context,
                  const plan::RunResult& result,
                  const OperationId& id,
                  const Outcome& outcome)
{
    const StopReason stopped = context.stopReason();
    const int code = exitCode(result, stopped);
    Error error = result.error.value_or(Error { ErrorCode::Internal, msg("app.run-failed") });
    if (error.subject.empty()) {
        error.subject = result.failedStep.str();
    }
    const bool journalled = !id.empty();
    if (journalled && code != exit_code::usage) {
        error = withNextStep(std::move(error), id, stopped);
    }
    if (context.json()) {
        json::Value all = errorDocument(error, {});
        all.member("operation") = outcomeDocument(outcome);
        context.print(all);
        return code;
    }
    const auto skipped = std::ranges::count_if(
        outcome.states, [](const auto& step) { return step.second == "skipped"; });
    if (skipped > 0) {
        context.say(std::to_string(skipped) + (skipped == 1 ? " step" : " steps")
                    + " that need it were skipped.");
    }
    context.out.write(renderOutcome({ .proofs = outcome.proofs }, context.style));
    context.err.write(renderError(error, context.errStyle));
    return code;
}

Outcome outcomeOf(const plan::RunResult& result,
                  const Progress& progress,
                  const plan::Plan& plan,
                  const OperationId& id)
{
    Outcome out;
    out.id = id;
    out.operation = plan.operation;
    out.state = result.state;
    out.writes = progress.writes();
    out.states = progress.states();
    out.stepsDone = static_cast<int>(std::ranges::count_if(out.states, [](const auto& step) {
        return step.second == "done" || step.second == "alreadyRight" || step.second == "undone";
    }));
    out.proofs = progress.proofs();
    return out;
}

void printOutcome(Context& context, const Outcome& outcome)
{
    if (context.json()) {
        context.print(outcomeDocument(outcome));
    } else {
        context.out.write(renderOutcome(outcome, context.style));
    }
}

/// Waits for what the session is doing; a stop of the program cancels it.
plan::PlanSession::View await(const Context& context, plan::PlanSession& work)
{
    const std::stop_callback cancel(context.stop, [&work] { work.cancel(); });
    return work.settled();
}

int nothingToDo(Context& context, Session& session, const plan::Survey& survey)
{
    Outcome outcome;
    outcome.operation = survey.plan.operation;
    for (const plan::Step& step : survey.alreadyRight) {
        outcome.alreadyRight.push_back(step.id);
    }
    outcome.entrance = findEntrance(*session.engine, survey.plan.operation, context.stop);
    if (!context.json()) {
        context.err.write(renderProblems(survey.problems, context.errStyle));
        context.out.write(renderNothingToDo(survey));
    }
    printOutcome(context, outcome);
    return exit_code::done;
}

/// Runs the plan that was reviewed and agreed to, and reports.
int runReviewed(Context& context,
                Session& session,
                plan::PlanSession& work,
                const plan::SessionView& reviewed)
{
    const plan::Survey& survey = *reviewed.survey;
    OperationId id;
    Progress progress(context, survey.plan, id);
    work.observe([&progress, &id, seen = std::size_t { 0 }](const auto& view) mutable {
        id = view->operation;
        for (; seen < view->events.size(); ++seen) {
            progress.take(*view->events[seen]);
        }
    });
    work.confirm(reviewed.planId);
    const plan::PlanSession::View over = await(context, work);
    work.detach();
    const plan::RunResult result =
        over->result.value_or(plan::RunResult { plan::RunState::Stopped, std::nullopt, {} });
    Outcome outcome = outcomeOf(result, progress, survey.plan, id);
    for (const plan::Step& step : survey.alreadyRight) {
        outcome.alreadyRight.push_back(step.id);
    }
    if (result.state != plan::RunState::Done) {
        return reportFailure(context, result, id, outcome);
    }
    outcome.entrance = findEntrance(*session.engine, survey.plan.operation, context.stop);
    printOutcome(context, outcome);
    return exit_code::done;
}

} // namespace

Error forbidden(Context& context, const Diagnostics& problems)
{
    context.problems = problems;
    const bool ofFile = exitCode(problems) == exit_code::usage;
    return { ofFile ? ErrorCode::Usage : ErrorCode::Refused,
             ofFile ? msg("app.no-plan-from-file") : msg("app.plan-refused"),
             {},
             {},
             msg("app.mend-problems") };
}

namespace {

Result<int>
planAndCarryOut(Context& context, Session& session, fleet::EngineSessionPort::Intent intent)
{
    fleet::EngineSessionPort port(*session.engine, std::move(intent));
    plan::PlanSession work(port);
    work.preview();
    const plan::PlanSession::View view = await(context, work);
    if (view->error) {
        return *view->error;
    }
    if (context.stop.stop_requested() || !view->survey) {
        return Error { ErrorCode::Cancelled, msg("app.stopped-early") };
    }
    if (hasErrors(view->problems())) {
        return forbidden(context, view->problems());
    }
    if (view->survey->nothingToDo()) {
        return nothingToDo(context, session, *view->survey);
    }
    context.err.write(renderPlan(*view->survey, context.errStyle) + "\n");
    const Result<bool> agreed = context.confirm("Carry out " + renderCounts(*view->survey) + "?");
    if (!agreed) {
        return Error(agreed.error());
    }
    if (!*agreed) {
        return Error { ErrorCode::Refused, msg("app.declined") };
    }
    return runReviewed(context, session, work, *view);
}

} // namespace

Result<int> carryOut(Context& context, Session& session, const plan::Survey& survey)
{
    return planAndCarryOut(
        context, session, [&survey](const fleet::Engine&, const std::stop_token&) {
            return survey;
        });
}

Result<int> operate(Context& context, operations::OperationKind kind)
{
    Result<Session> session = openSession(context);
    if (!session) {
        return std::move(session).error();
    }
    const Result<std::optional<ClusterId>> only = onlyCluster(context, session->engine->spec());
    if (!only) {
        return Error(only.error());
    }
    context.say(context.errStyle.faint("Looking at the clusters …"));
    return planAndCarryOut(
        context, *session, [&](fleet::Engine& engine, const std::stop_token& stop) {
            return engine.prepare(kind, *only, stop);
        });
}

Result<int> runAgain(Context& context, const plan::StoredRun& stored, Again how, Report report)
{
    const plan::Plan& plan = stored.run.plan;
    Result<Session> session = openSessionFor(context, plan);
    if (!session) {
        return std::move(session).error();
    }
    const OperationId& id = stored.run.id;
    Progress progress(context, plan, id);
    const plan::EventSink sink = [&progress](const plan::Event& event) { progress.take(event); };
    const plan::RunResult result = how == Again::Undo
        ? session->engine->undo(id, sink, context.stop)
        : session->engine->resume(id, sink, context.stop);
    Outcome outcome = outcomeOf(result, progress, plan, id);
    if (exitCode(result, context.stopReason()) != exit_code::done) {
        return reportFailure(context, result, id, outcome);
    }
    if (report == Report::Print) {
        printOutcome(context, outcome);
    }
    return exit_code::done;
}

} // namespace isthmus::cli
