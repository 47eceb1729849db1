// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/operations.h"

#include "app/cli/context.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

std::string paintedState(plan::RunState state, const Style& style)
{
    const std::string word(name(state));
    switch (state) {
    case plan::RunState::Done:
    case plan::RunState::Undone:
        return style.good(word);
    case plan::RunState::Failed:
    case plan::RunState::UndoFailed:
        return style.bad(word);
    case plan::RunState::Stopped:
        return style.warning(word);
    case plan::RunState::Running:
        break;
    }
    return word;
}

plan::StepState stateOf(const plan::Run& run, const StepId& step)
{
    const auto found = run.steps.find(step);
    return found != run.steps.end() ? found->second : plan::StepState::Pending;
}

bool changed(const plan::WriteRecord& write)
{
    using Outcome = plan::WriteRecord::Outcome;
    return write.outcome != Outcome::Unchanged && write.outcome != Outcome::Refused;
}

json::Value stepsJson(const plan::Run& run)
{
    json::Array steps;
    for (const plan::Step& step : run.plan.steps) {
        const auto error = run.errors.find(step.id);
        json::Value entry = json::Object { { "id", step.id.str() },
                                           { "title", text(step.title) },
                                           { "cluster", step.cluster.str() },
                                           { "state", name(stateOf(run, step.id)) },
                                           { "error", nullptr } };
        if (error != run.errors.end()) {
            entry.member("error") = json::Object { { "code", name(error->second.code) },
                                                   { "summary", text(error->second.message) },
                                                   { "detail", error->second.detail },
                                                   { "subject", error->second.subject },
                                                   { "remedy", text(error->second.remedy) } };
        }
        steps.push_back(std::move(entry));
    }
    return steps;
}

std::string renderRunStep(const plan::Run& run, const plan::Step& step, const Style& style)
{
    const plan::StepState state = stateOf(run, step.id);
    std::string word(name(state));
    word.resize(std::max<std::size_t>(word.size(), 13), ' ');
    const bool good = state == plan::StepState::Done || state == plan::StepState::AlreadyRight
        || state == plan::StepState::Undone;
    const bool bad = state == plan::StepState::Failed || state == plan::StepState::Unknown;
    std::string out = "  "
        + (good      ? style.good(word)
               : bad ? style.bad(word)
                     : style.faint(word))
        + step.cluster.str() + "  " + oneLine(text(step.title)) + "\n";
    if (const auto error = run.errors.find(step.id); error != run.errors.end() && !good) {
        out += wrapped(describe(error->second), 15);
        out += text(error->second.remedy).empty() ? "" : wrapped(text(error->second.remedy), 15);
    }
    return out;
}

} // namespace

json::Value runJson(const plan::StoredRun& stored)
{
    const plan::Run& run = stored.run;
    return json::Object { { "id", run.id.str() },
                          { "operation", run.plan.operation },
                          { "mesh", run.plan.mesh },
                          { "state", name(run.state) },
                          { "startedAt", formatTime(run.startedAt) },
                          { "endedAt",
                            run.endedAt ? json::Value(formatTime(*run.endedAt)) : json::Value() },
                          { "writes", std::ranges::count_if(run.writes, changed) },
                          { "readOnly", stored.readOnly },
                          { "steps", stepsJson(run) } };
}

json::Value runListDocument(const std::vector<plan::StoredRun>& runs)
{
    json::Array items;
    for (const plan::StoredRun& stored : runs) {
        items.push_back(runJson(stored));
    }
    return document("OperationList", { { "items", std::move(items) } });
}

json::Value runDocument(const plan::StoredRun& stored)
{
    json::Value out = document("Operation", runJson(stored).object());
    json::Array journal;
    for (const plan::WriteRecord& write : stored.run.writes) {
        journal.push_back(json::Object { { "number", write.number },
                                         { "step", write.step.str() },
                                         { "cluster", write.cluster.str() },
                                         { "verb", kube::name(write.verb) },
                                         { "apiVersion", write.key.apiVersion },
                                         { "kind", write.key.kind },
                                         { "namespace", write.key.ns },
                                         { "name", write.key.name },
                                         { "outcome", name(write.outcome) } });
    }
    out.member("journal") = std::move(journal);
    out.member("whyReadOnly") = stored.whyReadOnly;
    return out;
}

std::string renderRunList(const std::vector<plan::StoredRun>& runs, const Style& style)
{
    if (runs.empty()) {
        return "No operations yet.\n";
    }
    std::vector<std::vector<std::string>> rows {
        { "ID", "OPERATION", "MESH", "STATE", "STARTED", "WRITES" }
    };
    for (const plan::StoredRun& stored : runs) {
        const plan::Run& run = stored.run;
        rows.push_back({ run.id.str(),
                         run.plan.operation,
                         run.plan.mesh,
                         std::string(name(run.state)) + (stored.readOnly ? ", read-only" : ""),
                         formatTime(run.startedAt),
                         std::to_string(std::ranges::count_if(run.writes, changed)) });
    }
    const std::string all = table(rows);
    const std::size_t head = all.find('\n');
    return style.faint(all.substr(0, head)) + all.substr(head);
}

std::string renderRun(const plan::StoredRun& stored, const Style& style)
{
    const plan::Run& run = stored.run;
    std::string out = style.strong(run.id.str()) + "  " + run.plan.operation + " of "
        + run.plan.mesh + ", " + paintedState(run.state, style) + ", began "
        + formatTime(run.startedAt)
        + (run.endedAt ? ", ended " + formatTime(*run.endedAt) : std::string()) + "\n";
    if (stored.readOnly) {
        out += wrapped("It can be shown, but not continued: " + stored.whyReadOnly, 2);
    }
    for (const plan::Step& step : run.plan.steps) {
        out += renderRunStep(run, step, style);
    }
    if (!run.writes.empty()) {
        std::vector<std::vector<std::string>> rows { { "  #", "CLUSTER", "OBJECT", "OUTCOME" } };
        for (const plan::WriteRecord& write : run.writes) {
            rows.push_back({ "  " + std::to_string(write.number),
                             write.cluster.str(),
                             text(write.key),
                             std::string(name(write.outcome)) });
        }
        out += "\n" + table(rows);
    }
    if (run.state == plan::RunState::Stopped || run.state == plan::RunState::Failed) {
        out += "\nGo on: isthmusctl operations resume " + run.id.str()
            + "\nTake it back: isthmusctl operations undo " + run.id.str() + "\n";
    }
    return out;
}

std::string curlLine(const Entrance& entrance)
{
    const bool plain =
        entrance.caFile.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789/._-+")
        == std::string::npos;
    const std::string file = plain ? entrance.caFile : "'" + entrance.caFile + "'";
    return "curl --resolve " + entrance.host + ":443:" + entrance.address + " --cacert " + file
        + " https://" + entrance.host + "/";
}

json::Value outcomeDocument(const Outcome& outcome)
{
    json::Array steps;
    for (const StepId& step : outcome.alreadyRight) {
        steps.push_back(json::Object { { "id", step.str() },
                                       { "state", name(plan::StepState::AlreadyRight) } });
    }
    for (const auto& [step, state] : outcome.states) {
        steps.push_back(json::Object { { "id", step.str() }, { "state", state } });
    }
    json::Array proofs;
    for (const Message& proof : outcome.proofs) {
        proofs.push_back(json::Object { { "proven", proof.id.starts_with("operations.proven") },
                                        { "text", text(proof) } });
    }
    json::Value out = document("Operation",
                               { { "id", outcome.id.str() },
                                 { "operation", outcome.operation },
                                 { "state", name(outcome.state) },
                                 { "writes", outcome.writes },
                                 { "steps", std::move(steps) },
                                 { "proof", std::move(proofs) } });
    if (outcome.entrance) {
        out.member("entrance") = json::Object { { "host", outcome.entrance->host },
                                                { "address", outcome.entrance->address },
                                                { "caFile", outcome.entrance->caFile },
                                                { "command", curlLine(*outcome.entrance) } };
    }
    return out;
}

std::string renderOutcome(const Outcome& outcome, const Style& style)
{
    std::string out;
    if (!outcome.id.empty()) {
        const bool undone = outcome.state == plan::RunState::Undone;
        out += style.good(undone ? "Undone" : "Done") + ": " + outcome.operation + ", "
            + std::to_string(outcome.stepsDone) + (outcome.stepsDone == 1 ? " step" : " steps")
            + ", " + std::to_string(outcome.writes) + (outcome.writes == 1 ? " write" : " writes")
            + " (operation " + outcome.id.str() + ")\n";
    }
    if (!outcome.proofs.empty()) {
        out += "\n" + style.strong("Proof") + "\n";
        for (const Message& proof : outcome.proofs) {
            const bool proven = proof.id.starts_with("operations.proven");
            const std::string line = "  " + oneLine(text(proof));
            out += (proven ? style.good(line) : style.warning(line)) + "\n";
        }
    }
    if (outcome.entrance) {
        out += "\n" + style.strong("Try it, without DNS") + "\n  " + curlLine(*outcome.entrance)
            + "\n";
    }
    return out;
}

} // namespace isthmus::cli
