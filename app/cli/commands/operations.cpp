// SPDX-License-Identifier: GPL-3.0-or-later
// The journal: what was done, what was left off, and the way back.
#include "app/cli/render/operations.h"

#include "app/cli/commands/commands.h"
#include "app/cli/operate.h"
#include "core/base/environment.h"
#include "core/base/strings.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

std::filesystem::path folder()
{
    return stateFolder() / "operations";
}

/// The run named on the command line, as it is or by an unambiguous beginning of its id.
Result<plan::StoredRun> namedRun(const Context& context)
{
    const std::string& word = context.arguments.word(0);
    Result<plan::StoredRun> exact = plan::readRun(folder(), OperationId(word));
    if (exact || word.empty()) {
        return exact;
    }
    std::vector<plan::StoredRun> fitting;
    for (plan::StoredRun& stored : plan::listRuns(folder())) {
        if (stored.run.id.str().starts_with(word) || stored.run.id.str().ends_with("-" + word)) {
            fitting.push_back(std::move(stored));
        }
    }
    return fitting.size() == 1 ? Result<plan::StoredRun>(std::move(fitting.front()))
                               : std::move(exact);
}

Result<plan::StoredRun> usableRun(const Context& context)
{
    Result<plan::StoredRun> stored = namedRun(context);
    if (stored && stored->readOnly) {
        return Error { ErrorCode::Refused,
                       msg("app.run-read-only", { { "id", stored->run.id.str() } }),
                       stored->whyReadOnly,
                       {},
                       msg("app.show-run", { { "id", stored->run.id.str() } }) };
    }
    return stored;
}

bool canBeUndone(const plan::StoredRun& stored)
{
    return !stored.readOnly && stored.run.state != plan::RunState::Undone
        && std::ranges::any_of(stored.run.writes, [](const plan::WriteRecord& write) {
               using Outcome = plan::WriteRecord::Outcome;
               return write.outcome != Outcome::Refused && write.outcome != Outcome::Undone
                   && write.outcome != Outcome::Unchanged;
           });
}

Error declined()
{
    return { ErrorCode::Refused, msg("app.declined") };
}

std::string question(const plan::Run& run)
{
    return "Take back " + run.plan.operation + " of " + run.plan.mesh + " (" + run.id.str() + ")?";
}

/// Newest first, as each may stand on those before it; the first that fails ends it.
Result<int> undoAll(Context& context)
{
    const Result<mesh::MeshSpec> spec = loadSpec(context);
    if (!spec) {
        return Error(spec.error());
    }
    std::vector<plan::StoredRun> runs = plan::listRuns(folder());
    std::erase_if(runs, [&spec](const plan::StoredRun& stored) {
        return stored.run.plan.mesh != spec->name || !canBeUndone(stored);
    });
    if (runs.empty()) {
        if (context.json()) {
            context.print(runListDocument({}));
        } else {
            context.out.write("Nothing to undo for " + spec->name + ".\n");
        }
        return exit_code::done;
    }
    context.err.write(renderRunList(runs, context.errStyle));
    const Result<bool> agreed =
        context.confirm("Take back all " + std::to_string(runs.size()) + ", newest first?");
    if (!agreed || !*agreed) {
        return agreed ? Result<int>(declined()) : Result<int>(agreed.error());
    }
    // JSON is one document: the list of what was undone, read again.
    const Report report = context.json() ? Report::Keep : Report::Print;
    for (plan::StoredRun& stored : runs) {
        Result<int> code = runAgain(context, stored, Again::Undo, report);
        if (!code || *code != exit_code::done) {
            return code;
        }
        if (Result<plan::StoredRun> again = plan::readRun(folder(), stored.run.id)) {
            stored = std::move(*again);
        }
    }
    if (context.json()) {
        context.print(runListDocument(runs));
    }
    return exit_code::done;
}

} // namespace

Result<int> runOperations(Context& context)
{
    const std::vector<plan::StoredRun> runs = plan::listRuns(folder());
    if (context.json()) {
        context.print(runListDocument(runs));
    } else {
        context.out.write(renderRunList(runs, context.style));
    }
    return exit_code::done;
}

Result<int> runOperationsShow(Context& context)
{
    const Result<plan::StoredRun> stored = namedRun(context);
    if (!stored) {
        return Error(stored.error());
    }
    if (context.json()) {
        context.print(runDocument(*stored));
    } else {
        context.out.write(renderRun(*stored, context.style));
    }
    return exit_code::done;
}

Result<int> runOperationsResume(Context& context)
{
    const Result<plan::StoredRun> stored = usableRun(context);
    if (!stored) {
        return Error(stored.error());
    }
    const plan::RunState state = stored->run.state;
    if (state == plan::RunState::Undone || state == plan::RunState::UndoFailed) {
        return Error { ErrorCode::Refused,
                       msg("app.undone-already", { { "id", stored->run.id.str() } }),
                       {},
                       {},
                       msg("app.plan-anew") };
    }
    if (!context.json()) {
        context.err.write(renderRun(*stored, context.errStyle));
    }
    const Result<bool> agreed = context.confirm("Go on with it?");
    if (!agreed || !*agreed) {
        return agreed ? Result<int>(declined()) : Result<int>(agreed.error());
    }
    return runAgain(context, *stored, Again::Resume);
}

Result<int> runOperationsUndo(Context& context)
{
    const bool all = context.arguments.has("all");
    if (all == !context.arguments.word(0).empty()) {
        return Error { ErrorCode::Usage,
                       msg("app.undo-what"),
                       {},
                       {},
                       msg("app.see-command-help", { { "command", "operations undo" } }) };
    }
    if (all) {
        return undoAll(context);
    }
    const Result<plan::StoredRun> stored = usableRun(context);
    if (!stored) {
        return Error(stored.error());
    }
    if (!context.json()) {
        context.err.write(renderRun(*stored, context.errStyle));
    }
    const Result<bool> agreed = context.confirm(question(stored->run));
    if (!agreed || !*agreed) {
        return agreed ? Result<int>(declined()) : Result<int>(agreed.error());
    }
    return runAgain(context, *stored, Again::Undo);
}

Result<int> runOperationsForget(Context& context)
{
    const Result<plan::StoredRun> stored = namedRun(context);
    // One that cannot even be read can still be forgotten, by its whole id.
    const OperationId id = stored ? stored->run.id : OperationId(context.arguments.word(0));
    if (!stored && stored.error().code == ErrorCode::Usage) {
        return Error(stored.error());
    }
    if (stored && canBeUndone(*stored)) {
        const Result<bool> agreed =
            context.confirm("Forget " + id.str() + "? It cannot be resumed or undone afterwards.");
        if (!agreed || !*agreed) {
            return agreed ? Result<int>(declined()) : Result<int>(agreed.error());
        }
    }
    if (Result<void> forgotten = plan::forgetRun(folder(), id); !forgotten) {
        return std::move(forgotten).error();
    }
    if (context.json()) {
        context.print(document("Operation", { { "id", id.str() }, { "state", "forgotten" } }));
    } else {
        context.out.write("Forgotten: " + id.str() + "\n");
    }
    return exit_code::done;
}

} // namespace isthmus::cli
