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
    m_problems.push_back(std::move(diagnostic));
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
    const auto found = std::ranges::find(kindNames, text);
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

} // namespace

Planned
makePlan(OperationKind kind, const PlannerInput& input, const std::optional<ClusterId>& only)
{
    Draft draft(std::string(name(kind)), input);
    const bool all = kind == OperationKind::Apply;
    const mesh::MeshSpec& spec = input.spec;
    if (kind == OperationKind::Install || all) {
        planInstall(draft, spec.primary());
    }
    if (kind == OperationKind::Join || all) {
        planJoins(draft, only);
    }
    if (kind == OperationKind::Ingress || (all && spec.ingress)) {
        planIngress(draft);
    }
    if (kind == OperationKind::Demo || (all && spec.demo)) {
        planDemo(draft);
    }
    if (kind == OperationKind::Route || all) {
        planRoutes(draft);
    }
    if (kind == OperationKind::Demo || (all && spec.demo)) {
        planLoad(draft);
    }
    Planned out;
    out.problems = draft.problems();
    out.plan = std::move(draft).take();
    const Diagnostics shape = plan::verifyShape(out.plan);
    out.problems.insert(out.problems.end(), shape.begin(), shape.end());
    return out;
}

} // namespace isthmus::operations
