// SPDX-License-Identifier: GPL-3.0-or-later
// The sample mesh of the contract, and planner input for it: two clusters, charts that nobody
// opens.
#pragma once

#include "core/base/strings.h"
#include "core/operations/planning.h"

#include <string>

namespace isthmus::test {

inline const std::string sampleMesh = R"(
metadata: {name: mesh1}
spec:
  istio:
    version: 1.31.0
    charts: {directory: charts}
  trust: {root: generate, rootKey: discard}
  clusters:
    - {name: onprem, role: primary, network: network1}
    - {name: gke, role: remote, network: network2}
  ingress:
    cluster: onprem
    domain: apps.example.com
    certificate: {generate: self-signed}
  demo:
    namespace: hipster-store
    placement: {frontend: [onprem, gke], others: [onprem]}
  routes:
    - name: frontend
      namespace: hipster-store
      hosts: [hipster-store.apps.example.com]
      service: frontend
      port: 80
      gateways: [ingress, mesh]
      weights: {onprem: 50, gke: 50}
)";

/// The sample with one piece of text replaced.
inline std::string sampleWith(const std::string& from, const std::string& to)
{
    std::string text = sampleMesh;
    const std::size_t at = text.find(from);
    return at == std::string::npos ? std::string() : text.replace(at, from.size(), to);
}

struct Mesh
{
    explicit Mesh(const std::string& yaml = sampleMesh)
    {
        mesh::ParsedMesh parsed = mesh::parseMesh(yaml, "/m/mesh.yaml");
        spec = std::move(parsed.spec);
        problems = std::move(parsed.problems);
        for (const mesh::Cluster& cluster : spec.clusters) {
            operations::ClusterFacts facts;
            facts.identity.uid = ClusterUid("uid-" + cluster.name.str());
            facts.identity.server = "https://" + cluster.name.str() + ".example.com:6443";
            facts.kubeVersion = "1.36";
            facts.caPem = "CA of " + cluster.name.str();
            clusters.emplace(cluster.name, std::move(facts));
        }
    }

    mesh::MeshSpec spec;
    Diagnostics problems; ///< of the file
    std::map<ClusterId, operations::ClusterFacts> clusters;
    bool charts = true;
    std::map<ClusterId, std::string> apiServerCa = {};

    [[nodiscard]] operations::PlannerInput input() const
    {
        operations::PlannerInput out { .spec = spec, .clusters = clusters };
        if (charts) {
            out.charts = operations::ChartFacts { { { "base", { "/c/base", "b0" } },
                                                    { "istiod", { "/c/istiod", "i0" } },
                                                    { "gateway", { "/c/gateway", "g0" } } },
                                                  "1.31.0" };
        }
        out.apiServerCa = apiServerCa;
        return out;
    }

    [[nodiscard]] operations::Planned plan(operations::OperationKind kind,
                                           const std::optional<ClusterId>& only = {}) const
    {
        return operations::makePlan(kind, input(), only);
    }

    /// The inputs of one step of the whole mesh's plan; null where it has no such step.
    [[nodiscard]] json::Value inputsOf(const std::string& step) const
    {
        const operations::Planned planned = plan(operations::OperationKind::Apply);
        const plan::Step* found = planned.plan.find(StepId(step));
        return found != nullptr ? found->inputs : json::Value();
    }
};

/// The plan and what is wrong with it, as text.
inline std::string dump(const operations::Planned& planned)
{
    return plan::dump(planned.plan) + isthmus::dump(planned.problems);
}

} // namespace isthmus::test
