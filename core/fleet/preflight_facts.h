// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what the preflight checks of one cluster need to know. Only reads: GET, lists and access
// reviews.
#pragma once

#include "core/api/client.h"
#include "core/checks/facts.h"
#include "core/mesh/mesh_spec.h"

#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::fleet {

/// One thread at a time; every call waits. Errors are the client's: Forbidden with the missing
/// right, Unauthorized, Unreachable, Tls, Timeout, Cancelled. What is merely not there is no error.
class FactReader
{
public:
    /// Everything outlives the reader.
    FactReader(const mesh::MeshSpec& spec,
               const mesh::Cluster& cluster,
               api::Client& client,
               const Clock& clock,
               std::stop_token stop);

    [[nodiscard]] Result<checks::IdentityFacts> identity();
    [[nodiscard]] Result<checks::RightsFacts> rights();
    /// Also remembers which Deployments there are, for capacity().
    [[nodiscard]] Result<checks::LeftoverFacts> leftovers();
    [[nodiscard]] Result<checks::BalancerFacts> balancers();
    [[nodiscard]] Result<checks::AuthorityFacts> authorities();
    [[nodiscard]] Result<checks::CapacityFacts> capacity();
    /// Of every namespace that mesh.yaml names, in its order.
    [[nodiscard]] Result<std::vector<checks::NamespaceFacts>> namespaces();

private:
    Result<void> definitions(checks::LeftoverFacts& facts);
    /// All objects; none where the kind is not served.
    Result<std::vector<json::Value>> all(const std::string& apiVersion,
                                         const std::string& kind,
                                         std::string_view ns = {},
                                         const std::string& fieldSelector = {});

    const mesh::MeshSpec& m_spec;
    const mesh::Cluster& m_cluster;
    api::Client& m_client;
    const Clock& m_clock;
    std::stop_token m_stop;
    std::set<std::string> m_deployments; ///< in istio-system
};

} // namespace isthmus::fleet
