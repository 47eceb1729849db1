// SPDX-License-Identifier: GPL-3.0-or-later
// What a snapshot is built from: the watched records of each cluster, and facts that no object
// says.
#pragma once

#include "core/topology/snapshot.h"
#include "core/watch/records.h"
#include "core/watch/store.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace isthmus::topology {

template<typename Record>
using Records = std::shared_ptr<const typename watch::Store<Record>::Table>;

/// One cluster. A kind that has not been read yet, or may not be, is null.
struct ClusterInputs
{
    ClusterId id;
    std::string context = {};
    Role role = Role::Primary; ///< as mesh.yaml says
    std::string network = {}; ///< likewise; may be empty
    std::string kubeVersion = {};
    Connection connection = {};
    Records<watch::NamespaceRecord> namespaces = {};
    Records<watch::PodRecord> pods = {};
    Records<watch::ServiceRecord> services = {};
    Records<watch::DeploymentRecord> deployments = {};
    Records<watch::MetadataRecord> remoteSecrets = {}; ///< with the label istio/multiCluster
    Records<watch::ObjectRecord> virtualServices = {};
    Records<watch::ObjectRecord> destinationRules = {};
};

/// What a cluster's istiod says of the clusters that it reads.
struct SyncFact
{
    ClusterId primary;
    std::map<ClusterId, std::string> status; ///< "synced", "syncing", "timeout", "closed"
    SteadyTime at {};
};

/// Somebody saw requests cross, or fail to.
struct CrossingFact
{
    ClusterId from;
    ClusterId to;
    DirectionState state = DirectionState::Unknown;
    Message evidence = {};
    SteadyTime at {};
};

struct Inputs
{
    std::string mesh;
    SteadyTime now {};
    std::vector<ClusterInputs> clusters; ///< as mesh.yaml has them
    std::vector<SyncFact> sync = {};
    std::vector<CrossingFact> crossings = {};
};

} // namespace isthmus::topology
