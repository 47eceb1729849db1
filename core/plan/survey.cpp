// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/survey.h"

#include <algorithm>
#include <array>

namespace isthmus::plan {

namespace {

Diagnostic unknownType(const Step& step)
{
    return { .summary = msg("plan.unknown-step", { { "type", step.type } }),
             .subject = step.id.str() };
}

void remember(Plan& plan,
              const std::vector<Change>& changes,
              ClusterPorts& clusters,
              const std::stop_token& stop)
{
    for (const Change& change : changes) {
        if (change.action != Action::Update && change.action != Action::Delete) {
            continue;
        }
        ClusterPort* port = clusters.find(change.cluster);
        const std::array keys { change.key };
        const Result<json::Value> live = std::move(port->getAll(keys, stop).front());
        plan.expects.push_back(
            { change.cluster, change.key, digestOf(live ? *live : json::Value()) });
    }
}

} // namespace

Plan remaining(const Plan& plan, const std::vector<StepId>& done, const HoleValues& known)
{
    Plan out = plan;
    out.steps.clear();
    for (Step step : plan.steps) {
        if (std::ranges::find(done, step.id) != done.end()) {
            continue;
        }
        step.inputs = filled(std::move(step.inputs), known);
        std::erase_if(step.needs, [&done](const StepId& need) {
            return std::ranges::find(done, need) != done.end();
        });
        out.steps.push_back(std::move(step));
    }
    const bool onlyChecks = std::ranges::all_of(
        out.steps, [](const Step& step) { return step.kind == StepKind::Check; });
    if (onlyChecks) {
        out.steps.clear();
    }
    return out;
}

Survey survey(Plan plan,
              const Behaviours& behaviours,
              ClusterPorts& clusters,
              const Clock& clock,
              const std::stop_token& stop)
{
    Survey out;
    ReadContext context { clusters, clock, stop, {}, true };
    std::vector<StepId> done;
    for (const Step& step : plan.steps) {
        const Behaviour* behaviour = behaviours.find(step.type);
        if (behaviour == nullptr) {
            out.problems.push_back(unknownType(step));
            continue;
        }
        Inspection found = behaviour->inspect(step, context);
        if (found.state == Inspection::State::AlreadyRight) {
            done.push_back(step.id);
            out.alreadyRight.push_back(step);
        }
        for (const auto& [name, value] : found.values) {
            context.holes[Hole { step.id, name }] = value;
        }
        out.problems.insert(out.problems.end(), found.problems.begin(), found.problems.end());
        remember(plan, found.changes, clusters, stop);
        out.inspections.emplace(step.id, std::move(found));
    }
    out.plan = remaining(plan, done, context.holes);
    return out;
}

std::string dump(const Survey& survey)
{
    std::string out;
    for (const Step& step : survey.plan.steps) {
        out += step.id.str() + "\n";
        const auto found = survey.inspections.find(step.id);
        if (found != survey.inspections.end()) {
            for (const Change& change : found->second.changes) {
                if (change.action != Action::None) {
                    out += "  " + std::string(name(change.action)) + " " + text(change.key) + "\n";
                }
            }
        }
    }
    return (out.empty() ? "nothing to do\n" : out) + dump(survey.problems);
}

} // namespace isthmus::plan
