// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/planning.h"

#include "core/operations/demo/planner.h"
#include "core/operations/ingress/planner.h"
#include "core/operations/install/planner.h"
#include "core/operations/join/planner.h"
#include "core/operations/route/planner.h"

#include <algorithm>
#include <array>

namespace isthmus::operations {

namespace {

constexpr std::array<std::string_view, 6> kindNames { "apply",   "install", "join",
                                                      "ingress", "demo",    "route" };

} // namespace

Draft::Draft(std::string operation, const PlannerInput& input)
    : m_input(input)
{
    m_plan.operation = std::move(operation);
    m_plan.mesh = input.spec.name;
    for (const auto& [id, facts] : input.clusters) {
        m_plan.clusters.emplace(id, facts.identity);
    }
}

void Draft::add(plan::Step step)
{
    if (has(step.id)) {
        return;
    }
    std::erase_if(step.needs, [this](const StepId& need) { return !has(need); });
    m_plan.steps.push_back(std::move(step));
}

bool Draft::has(const StepId& id) const
{
    return m_plan.find(id) != nullptr;
}

void Draft::problem(Diagnostic diagnostic)
{
    if (std::ranges::find(m_problems, diagnostic) == m_problems.end()) {
        m_problems.push_back(std::move(diagnostic));
    }
}

plan::Plan Draft::take() &&
{
    return std::move(m_plan);
}

std::string_view name(OperationKind kind)
{
    return kindNames.at(static_cast<std::size_t>(kind));
}

std::optional<OperationKind> operationKind(std::string_view text)
{
    const auto* const found = std::ranges::find(kindNames, text);
    return found != kindNames.end()
        ? std::optional(static_cast<OperationKind>(found - kindNames.begin()))
        : std::nullopt;
}

bool needsCharts(OperationKind kind)
{
    return kind == OperationKind::Apply || kind == OperationKind::Install
        || kind == OperationKind::Join;
}

namespace {

bool concerns(const std::optional<ClusterId>& only, const ClusterId& cluster)
{
    return !only || *only == cluster;
}

void planJoins(Draft& draft, const std::optional<ClusterId>& only)
{
    for (const mesh::Cluster* remote : draft.spec().remotes()) {
        if (concerns(only, remote->name)) {
            planJoin(draft, *remote);
        }
    }
}

void planRoutes(Draft& draft)
{
    for (const mesh::RouteSpec& route : draft.spec().routes) {
        planRoute(draft, route);
    }
}

/// A plan without a step is no answer: it would look as if everything were right already.
void refuseNothing(Draft& draft, OperationKind kind, const std::optional<ClusterId>& only)
{
    if (only) {
        draft.problem({ .summary = msg("operations.not-of-this-cluster",
                                       { { "operation", std::string(name(kind)) },
                                         { "cluster", only->str() } }),
                        .subject = "spec.clusters",
                        .remedy = msg("operations.name-its-cluster") });
        return;
    }
    const std::string what = kind == OperationKind::Join ? "remote cluster" : "spec.routes";
    draft.problem({ .summary = msg("operations.nothing-asked", { { "what", what } }),
                    .subject = "spec",
                    .remedy = msg("operations.say-it", { { "what", what } }) });
}

} // namespace

Planned
makePlan(OperationKind kind, const PlannerInput& input, const std::optional<ClusterId>& only)
{
    Draft draft(std::string(name(kind)), input);
    const bool all = kind == OperationKind::Apply;
    const mesh::MeshSpec& spec = input.spec;
    const ClusterId& primary = spec.primary().name;
    const ClusterId& entrance = spec.ingress ? spec.ingress->cluster : primary;
    if ((kind == OperationKind::Install || all) && concerns(only, primary)) {
        planInstall(draft, spec.primary());
    }
    if (kind == OperationKind::Join || all) {
        planJoins(draft, only);
    }
    if ((kind == OperationKind::Ingress || (all && spec.ingress)) && concerns(only, entrance)) {
        planIngress(draft);
    }
    const bool withDemo = kind == OperationKind::Demo || (all && spec.demo);
    if (withDemo) {
        planDemo(draft, only);
    }
    if ((kind == OperationKind::Route || all) && concerns(only, primary)) {
        planRoutes(draft);
    }
    if (withDemo && concerns(only, entrance)) {
        planLoad(draft);
    }
    if (draft.isEmpty() && draft.problems().empty()) {
        refuseNothing(draft, kind, only);
    }
    Planned out;
    out.problems = draft.problems();
    out.plan = std::move(draft).take();
    if (!hasErrors(out.problems)) { // what a broken plan lacks would only be told twice
        const Diagnostics shape = plan::verifyShape(out.plan);
        out.problems.insert(out.problems.end(), shape.begin(), shape.end());
    }
    return out;
}

} // namespace isthmus::operations
