// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/plan.h"

#include "app/cli/context.h"
#include "app/cli/render/error.h"
#include "core/base/strings.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

std::string_view word(plan::StepKind kind)
{
    switch (kind) {
    case plan::StepKind::Wait:
        return "wait";
    case plan::StepKind::Check:
        return "check";
    case plan::StepKind::Apply:
        break;
    }
    return "apply";
}

std::string mark(plan::Action action, const Style& style)
{
    switch (action) {
    case plan::Action::Create:
        return style.good("+");
    case plan::Action::Update:
        return style.warning("~");
    case plan::Action::Delete:
        return style.bad("-");
    case plan::Action::None:
        break;
    }
    return " ";
}

std::string counted(std::size_t number, const std::string& noun)
{
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

std::size_t countOf(const plan::Survey& survey, plan::Action action)
{
    std::size_t count = 0;
    for (const plan::Step& step : survey.plan.steps) {
        const auto& changes = changesOf(survey, step.id);
        count +=
            static_cast<std::size_t>(std::ranges::count(changes, action, &plan::Change::action));
    }
    return count;
}

/// A note, or a diff of one line, belongs beside the object: "+ a new root, whose key is thrown
/// away".
std::string besides(const plan::Change& change)
{
    if (!change.note.empty()) {
        return change.note;
    }
    const std::string_view diff = trimmed(change.diff);
    return diff.find('\n') == std::string_view::npos ? std::string(diff) : std::string();
}

std::string
renderChange(const plan::Change& change, const ClusterId& stepCluster, const Style& style)
{
    constexpr std::size_t indent = 10;
    const bool elsewhere = change.cluster != stepCluster && !change.cluster.empty();
    std::string out = "      " + mark(change.action, style) + " " + text(change.key)
        + (elsewhere ? " (in " + change.cluster.str() + ")" : "") + "\n";
    if (const std::string more = besides(change); !more.empty()) {
        out += style.faint(wrapped(more, indent));
    }
    return out;
}

std::string renderStep(const plan::Survey& survey, std::size_t index, const Style& style)
{
    const plan::Step& step = survey.plan.steps[index];
    const std::string number = std::to_string(index + 1);
    std::string out = std::string(number.size() < 3 ? 3 - number.size() : 0, ' ') + number + "  "
        + style.strong(step.cluster.str()) + "  " + oneLine(text(step.title)) + "\n";
    bool deferred = false;
    for (const plan::Change& change : changesOf(survey, step.id)) {
        if (change.action != plan::Action::None || !change.note.empty()) {
            out += renderChange(change, step.cluster, style);
        }
        deferred = deferred || change.diffFrom == plan::DiffFrom::Deferred;
    }
    if (deferred) {
        out += style.faint(
            "        the server cannot be asked about all of it before an earlier step has run\n");
    }
    if (!step.waitsFor.empty()) {
        out += style.faint(wrapped(
            "waits for " + text(step.waitsFor) + ", at most " + formatDuration(step.deadline), 6));
    }
    if (!step.reversible) {
        out += style.warning("      cannot be taken back\n");
    }
    return out;
}

json::Value changeJson(const plan::Change& change)
{
    return json::Object { { "action", name(change.action) },
                          { "cluster", change.cluster.str() },
                          { "apiVersion", change.key.apiVersion },
                          { "kind", change.key.kind },
                          { "namespace", change.key.ns },
                          { "name", change.key.name },
                          { "diff", change.diff },
                          { "diffFrom", name(change.diffFrom) },
                          { "deferredUntil", change.deferredUntil },
                          { "note", change.note } };
}

json::Value stepJson(const plan::Survey& survey, const plan::Step& step)
{
    json::Array needs;
    for (const StepId& need : step.needs) {
        needs.push_back(need.str());
    }
    json::Array objects;
    for (const plan::Change& change : changesOf(survey, step.id)) {
        objects.push_back(changeJson(change));
    }
    return json::Object { { "id", step.id.str() },
                          { "title", text(step.title) },
                          { "cluster", step.cluster.str() },
                          { "needs", std::move(needs) },
                          { "kind", word(step.kind) },
                          { "objects", std::move(objects) },
                          { "waitsFor", text(step.waitsFor) },
                          { "deadlineMs", step.deadline.count() },
                          { "reversible", step.reversible } };
}

std::string paintedDiff(const std::string& diff, const Style& style)
{
    std::string out;
    for (const std::string& line : split(trimmed(diff), '\n')) {
        out += (line.starts_with('+')       ? style.good(line)
                    : line.starts_with('-') ? style.bad(line)
                                            : line)
            + "\n";
    }
    return out;
}

} // namespace

const std::vector<plan::Change>& changesOf(const plan::Survey& survey, const StepId& step)
{
    static const std::vector<plan::Change> none;
    const auto found = survey.inspections.find(step);
    return found != survey.inspections.end() ? found->second.changes : none;
}

std::string renderCounts(const plan::Survey& survey)
{
    std::vector<std::string> parts;
    const auto part = [&](plan::Action action, const std::string& what) {
        if (const std::size_t count = countOf(survey, action); count > 0) {
            parts.push_back(parts.empty() ? counted(count, "object") + " " + what
                                          : std::to_string(count) + " " + what);
        }
    };
    part(plan::Action::Create, "to create");
    part(plan::Action::Update, "to update");
    part(plan::Action::Delete, "to delete");
    return counted(survey.plan.steps.size(), "step")
        + (parts.empty() ? "" : ": " + isthmus::join(parts, ", "));
}

std::string renderNothingToDo(const plan::Survey& survey)
{
    const std::size_t right = survey.alreadyRight.size();
    return "Nothing to do: " + counted(right, "step") + (right == 1 ? " is" : " are")
        + " already right.\n";
}

std::string renderPlan(const plan::Survey& survey, const Style& style)
{
    if (survey.nothingToDo()) {
        return (hasErrors(survey.problems) ? std::string() : renderNothingToDo(survey))
            + renderProblems(survey.problems, style);
    }
    std::string out = style.strong("Plan of " + survey.plan.operation + " for " + survey.plan.mesh)
        + ", " + renderCounts(survey) + "\n";
    if (!survey.alreadyRight.empty()) {
        const std::size_t right = survey.alreadyRight.size();
        out += style.faint(counted(right, "more step") + (right == 1 ? " is" : " are")
                           + " already right")
            + "\n";
    }
    for (std::size_t i = 0; i < survey.plan.steps.size(); ++i) {
        out += "\n" + renderStep(survey, i, style);
    }
    out += "\n" + style.faint("plan " + plan::planId(survey.plan)) + "\n";
    return survey.problems.empty() ? out : out + "\n" + renderProblems(survey.problems, style);
}

json::Value planDocument(const plan::Survey& survey)
{
    json::Array steps;
    for (const plan::Step& step : survey.plan.steps) {
        steps.push_back(stepJson(survey, step));
    }
    json::Array right;
    for (const plan::Step& step : survey.alreadyRight) {
        right.push_back(step.id.str());
    }
    return document("Plan",
                    { { "operation", survey.plan.operation },
                      { "mesh", survey.plan.mesh },
                      { "id", plan::planId(survey.plan) },
                      { "steps", std::move(steps) },
                      { "alreadyRight", std::move(right) },
                      { "problems", problemsJson(survey.problems) } });
}

std::string renderDiffs(const plan::Survey& survey, const Style& style)
{
    std::string out;
    for (const plan::Step& step : survey.plan.steps) {
        for (const plan::Change& change : changesOf(survey, step.id)) {
            if (change.action == plan::Action::None) {
                continue;
            }
            const std::string from = change.diffFrom == plan::DiffFrom::Deferred
                ? ", planned; the server can be asked after " + change.deferredUntil
                : ", " + std::string(name(change.diffFrom));
            out += style.strong("# " + step.id.str() + ": " + std::string(name(change.action)) + " "
                                + text(change.key) + " in " + change.cluster.str() + from)
                + "\n" + paintedDiff(change.diff, style) + "\n";
        }
    }
    return out.empty() ? renderNothingToDo(survey) : out;
}

} // namespace isthmus::cli
