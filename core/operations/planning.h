// SPDX-License-Identifier: GPL-3.0-or-later
// What every planner works with: the mesh as it is wanted, facts of the clusters, and a plan that
// grows. Planners are pure; what exists already is found out afterwards, by the survey.
#pragma once

#include "core/base/diagnostics.h"
#include "core/mesh/mesh_spec.h"
#include "core/plan/plan.h"

#include <map>
#include <optional>
#include <string>

namespace isthmus::operations {

struct ClusterFacts
{
    plan::ClusterIdentity identity;
    std::string kubeVersion; ///< "1.36"
    std::string caPem = {}; ///< of the API server as the kubeconfig has it; for the remote secret
    std::string tlsServerName = {};
};

/// The charts that were found, by name "base", "istiod", "gateway".
struct ChartFacts
{
    struct One
    {
        std::string path;
        std::string digest;
    };

    std::map<std::string, One> charts = {};
    std::string version = {};
};

struct PlannerInput
{
    const mesh::MeshSpec& spec;
    std::map<ClusterId, ClusterFacts> clusters;
    std::optional<ChartFacts> charts = {}; ///< absent: no operation of this plan renders any
    std::map<ClusterId, std::string> apiServerCa = {}; ///< content of clusters[].apiServer.caFile
    std::string ingressCertificatePem = {}; ///< content of ingress.certificate.files.cert
};

/// A plan under construction: steps in order, each once.
class Draft
{
public:
    Draft(std::string operation, const PlannerInput& input);

    [[nodiscard]] const PlannerInput& input() const { return m_input; }

    [[nodiscard]] const mesh::MeshSpec& spec() const { return m_input.spec; }

    /// Adds the step unless one of that id is there; needs that are not in the plan are left out,
    /// as they belong to operations that ran before.
    void add(plan::Step step);
    [[nodiscard]] bool has(const StepId& id) const;

    [[nodiscard]] bool isEmpty() const { return m_plan.steps.empty(); }

    /// Several steps may find the same one; it is told once.
    void problem(Diagnostic diagnostic);

    [[nodiscard]] plan::Plan take() &&;

    [[nodiscard]] const Diagnostics& problems() const { return m_problems; }

private:
    const PlannerInput& m_input;
    plan::Plan m_plan;
    Diagnostics m_problems;
};

struct Planned
{
    plan::Plan plan;
    Diagnostics problems; ///< an error means: there is no plan
};

enum class OperationKind
{
    Apply,
    Install,
    Join,
    Ingress,
    Demo,
    Route
};

/// "apply", "install", …
[[nodiscard]] std::string_view name(OperationKind kind);
[[nodiscard]] std::optional<OperationKind> operationKind(std::string_view text);
/// Whether it renders Istio's charts.
[[nodiscard]] bool needsCharts(OperationKind kind);

/// The plan of one operation over the whole mesh, or of what it does in one cluster (a join also
/// acts in the primary). A plan without any step is a problem: nothing was asked for.
[[nodiscard]] Planned
makePlan(OperationKind kind, const PlannerInput& input, const std::optional<ClusterId>& only = {});

} // namespace isthmus::operations
