// SPDX-License-Identifier: GPL-3.0-or-later
// Clusters and what runs in them, as a snapshot holds them: plain values.
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/topology/ids.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::topology {

using Labels = std::map<std::string, std::string, std::less<>>;

enum class Health
{
    Good,
    Unknown, ///< nobody has looked, or it cannot be read
    Degraded,
    Bad
};

enum class Role
{
    Primary,
    Remote
};

enum class ConnectionState
{
    Connecting, ///< the first lists are not whole yet
    Live,
    Stale, ///< what is shown is the last that was heard
    Away ///< it was never heard
};

struct MissingKind
{
    std::string kind;
    bool denied = false; ///< the right to read it is missing; else the server does not serve it

    friend bool operator==(const MissingKind&, const MissingKind&) = default;
};

struct Connection
{
    ConnectionState state = ConnectionState::Connecting;
    std::optional<SteadyTime> heardAt = {}; ///< last sign of life; the age is from there
    std::optional<ErrorCode> error = {}; ///< why it is Stale or Away
    std::string reason = {}; ///< the error's one line
    std::vector<MissingKind> missing = {}; ///< kinds that are not read; the rest is

    friend bool operator==(const Connection&, const Connection&) = default;
};

struct Cluster
{
    ClusterId id;
    std::string context;
    Role role = Role::Primary; ///< as found, else as mesh.yaml says
    std::string network = {}; ///< likewise
    std::string kubeVersion = {}; ///< "v1.31.0"; empty where not known
    std::string istioVersion = {}; ///< of its control plane, else of its gateways' proxies
    Connection connection = {};
    std::vector<std::string> namespaces = {};

    friend bool operator==(const Cluster&, const Cluster&) = default;
};

struct Port
{
    std::string name;
    int port = 0;

    friend bool operator==(const Port&, const Port&) = default;
};

struct Count
{
    int ready = 0;
    int desired = 0;

    friend bool operator==(const Count&, const Count&) = default;
};

struct ControlPlane
{
    ObjectRef ref; ///< istiod's Deployment
    std::string revision = {};
    std::string version = {};
    Count pods = {};
    std::map<ClusterId, std::string> remotes = {}; ///< its word on each: "synced", "timeout"
    Health health = Health::Unknown;

    friend bool operator==(const ControlPlane&, const ControlPlane&) = default;
};

/// A credential that `cluster` holds for another one. Its bytes are never read.
struct RemoteSecret
{
    ClusterId cluster;
    std::string name;
    ClusterId target;

    friend bool operator==(const RemoteSecret&, const RemoteSecret&) = default;
};

struct Workload
{
    ObjectRef ref; ///< the Deployment, StatefulSet, DaemonSet, Job; a Pod that nothing owns
    Labels labels = {}; ///< of its pods: what selectors and subsets match
    Count pods = {};
    int sidecars = 0; ///< pods that carry a proxy
    int restarts = 0;
    std::string waiting = {}; ///< "ImagePullBackOff"
    bool rollingOut = false; ///< not all pods are of the newest template
    Health health = Health::Unknown;

    friend bool operator==(const Workload&, const Workload&) = default;
};

[[nodiscard]] std::string_view name(Health value);
[[nodiscard]] std::string_view name(Role value); ///< "primary", "remote"
[[nodiscard]] std::string_view name(ConnectionState value);

} // namespace isthmus::topology
