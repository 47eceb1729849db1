// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold before the first write of a plan.
#include "core/plan/executor.h"

#include <map>

namespace isthmus::plan {

Result<void> checkIdentities(const Plan& plan, ClusterPorts& clusters, const std::stop_token& stop)
{
    for (const auto& [id, identity] : plan.clusters) {
        ClusterPort* port = clusters.find(id);
        if (port == nullptr) {
            return Error { ErrorCode::Internal,
                           msg("plan.cluster-not-connected", { { "cluster", id.str() } }) };
        }
        const Result<ClusterUid> uid = port->uid(stop);
        if (!uid) {
            return Error(uid.error());
        }
        if (*uid != identity.uid) {
            return Error { ErrorCode::Refused,
                           msg("plan.another-cluster", { { "cluster", id.str() } }),
                           "kube-system has UID " + uid->str() + ", the plan was made for "
                               + identity.uid.str(),
                           id.str(),
                           msg("plan.check-context") };
        }
    }
    return {};
}

Result<void>
checkExpectations(const Plan& plan, ClusterPorts& clusters, const std::stop_token& stop)
{
    std::map<ClusterId, std::vector<Expectation>> byCluster;
    for (const Expectation& one : plan.expects) {
        byCluster[one.cluster].push_back(one);
    }
    for (const auto& [id, expected] : byCluster) {
        ClusterPort* port = clusters.find(id);
        if (port == nullptr) {
            continue; // checkIdentities reports it
        }
        std::vector<kube::ObjectKey> keys;
        for (const Expectation& one : expected) {
            keys.push_back(one.key);
        }
        const std::vector<Result<json::Value>> live = port->getAll(keys, stop);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            if (!live[i] && live[i].error().code != ErrorCode::NotFound) {
                return Error(live[i].error());
            }
            if (digestOf(live[i] ? *live[i] : json::Value()) != expected[i].digest) {
                return Error { ErrorCode::Refused,
                               msg("plan.stale", { { "object", text(expected[i].key) } }),
                               "it changed after the plan was made",
                               id.str(),
                               msg("plan.plan-again") };
            }
        }
    }
    return {};
}

} // namespace isthmus::plan
