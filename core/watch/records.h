// SPDX-License-Identifier: GPL-3.0-or-later
// What is kept of the objects that are watched: small where there are thousands of them, the whole
// object where there are few. Immutable once in a Store.
#pragma once

#include "core/json/value.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace isthmus::watch {

using Labels = std::map<std::string, std::string, std::less<>>;

struct Meta
{
    std::string ns; ///< empty for cluster-scoped kinds
    std::string name;
    std::string uid;
    std::string resourceVersion;
    std::string createdAt; ///< RFC 3339
    bool deleting = false;
    Labels labels;
    Labels annotations; ///< only those of Istio, Helm, GitOps tools and ours, and of those only
                        ///< short ones
};

struct NamespaceRecord
{
    Meta meta;
    std::string phase;
};

struct NodeRecord
{
    Meta meta;
    std::string region; ///< from the label topology.kubernetes.io/region
    std::string zone;
    bool ready = false;
    std::vector<std::string> addresses; ///< internal and external IPs
};

struct ContainerRecord
{
    std::string name;
    std::string image;
    bool init = false; ///< runs before the others; Istio's sidecar may be one that stays
};

struct PodRecord
{
    Meta meta;
    std::string phase;
    std::string ip;
    std::string node;
    std::string serviceAccount;
    std::string ownerKind; ///< of the controller
    std::string ownerName;
    std::string waiting; ///< first container's waiting reason: "CrashLoopBackOff"
    std::vector<ContainerRecord> containers;
    std::int64_t restarts = 0;
    bool ready = false;

    [[nodiscard]] bool hasContainer(std::string_view name) const;
};

struct ServicePort
{
    std::string name;
    std::string protocol;
    std::string appProtocol;
    std::string targetPort; ///< number or name
    int port = 0;
    int nodePort = 0;
};

struct ServiceRecord
{
    Meta meta;
    std::string type;
    std::string clusterIp;
    std::string externalName;
    std::vector<ServicePort> ports;
    Labels selector;
    std::vector<std::string> externalIps;
    std::vector<std::string> loadBalancer; ///< addresses and host names from the status
};

struct DeploymentRecord
{
    Meta meta;
    std::int64_t replicas = 1; ///< wanted
    std::int64_t updated = 0;
    std::int64_t ready = 0;
    std::int64_t available = 0;
    bool observed = false; ///< the status is about the present spec
    bool failed = false; ///< its progress deadline has passed
    Labels podLabels;
    std::vector<ContainerRecord> containers;
};

/// For objects whose content must not be read, as Secrets; watched as metadata alone.
struct MetadataRecord
{
    Meta meta;
};

/// For kinds of which there are few: the whole object, without kubectl's copy of it. managedFields
/// stay: they tell whose it is.
struct ObjectRecord
{
    Meta meta;
    json::Value object;
};

} // namespace isthmus::watch
