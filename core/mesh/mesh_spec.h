// SPDX-License-Identifier: GPL-3.0-or-later
// mesh.yaml as a value: what the person wants. Only `clusters` is required; the rest has defaults
// or is absent, and absent means "nobody asked for it".
#pragma once

#include "core/base/diagnostics.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/json/value.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::mesh {

enum class Topology
{
    PrimaryRemote,
    MultiPrimary,
    Classic
};
enum class Role
{
    Primary,
    Remote
};
enum class Mtls
{
    Strict,
    Permissive
};
enum class ServiceType
{
    LoadBalancer,
    NodePort,
    ClusterIP
};

struct ChartSource
{
    std::filesystem::path directory = {};
    std::filesystem::path archive = {};
    std::string repository = {};

    [[nodiscard]] bool given() const
    {
        return !directory.empty() || !archive.empty() || !repository.empty();
    }
};

struct Istio
{
    std::string version = {};
    Topology topology = Topology::PrimaryRemote;
    std::string revision = "default";
    ChartSource charts = {};
    json::Value baseValues = json::Object();
    json::Value istiodValues = json::Object();
    json::Value gatewayValues = json::Object();
};

struct Trust
{
    bool existing = false; ///< root: existing — whatever the primary has is kept, nothing is made
    std::filesystem::path directory = {}; ///< root: {directory: D}
    bool discardRootKey = false; ///< rootKey: discard
    std::filesystem::path rootKeyFile = {}; ///< rootKey: FILE, sealed
};

struct GatewaySpec
{
    ServiceType type = ServiceType::LoadBalancer;
    std::string loadBalancerIp = {};
    std::map<std::string, std::string> annotations = {};
    std::vector<std::string> externalIps = {};
    std::string address = {}; ///< what the other cluster must dial; east-west only
    int port = 15443; ///< east-west only
};

struct ApiServer
{
    std::string url;
    std::filesystem::path caFile = {};
    std::string tlsServerName = {};
};

struct Cluster
{
    ClusterId name;
    std::string context;
    Role role = Role::Primary;
    std::string network = {};
    std::optional<std::filesystem::path> kubeconfig = {};
    std::optional<ApiServer> apiServer = {};
    GatewaySpec ingress = {};
    GatewaySpec eastWest = {};
    std::string imageHub = {};
    std::string imagePullSecret = {};
    json::Value istiodValues = json::Object();
    json::Value gatewayValues = json::Object();
};

struct IngressSpec
{
    ClusterId cluster;
    std::string domain; ///< without "*."
    bool generateCertificate = true;
    std::filesystem::path certificateFile = {};
    std::filesystem::path keyFile = {};
    std::string certificateSecret = {}; ///< an existing Secret in istio-system
    bool httpsRedirect = true;
};

struct DemoSpec
{
    std::string ns = "hipster-store";
    std::vector<ClusterId> frontend = {};
    std::vector<ClusterId> others = {};
    std::string imagePrefix = {};
    std::string imagePullSecret = {};
    bool load = true;
};

struct RouteSpec
{
    std::string name; ///< also the DestinationRule's; the VirtualService is "<name>-ingress"
    std::string ns;
    std::vector<std::string> hosts;
    std::string service;
    int port = 80;
    bool viaIngress = true; ///< gateways contains "ingress"
    bool viaMesh = false; ///< gateways contains "mesh"
    std::vector<std::pair<ClusterId, int>>
        weights = {}; ///< per cluster, in file order; sums to 100
};

struct MeshSpec
{
    std::string name = "mesh1"; ///< the meshID
    std::filesystem::path
        file = {}; ///< where it was read from; relative paths are resolved against it
    Istio istio = {};
    Mtls mtls = Mtls::Strict;
    std::optional<Trust> trust = {};
    std::vector<Cluster> clusters = {};
    std::optional<IngressSpec> ingress = {};
    std::optional<DemoSpec> demo = {};
    std::vector<RouteSpec> routes = {};

    [[nodiscard]] const Cluster* find(const ClusterId& id) const;
    /// The first primary; validation makes sure there is one.
    [[nodiscard]] const Cluster& primary() const;
    [[nodiscard]] std::vector<const Cluster*> remotes() const;
    [[nodiscard]] const RouteSpec* findRoute(std::string_view route) const;
};

struct ParsedMesh
{
    MeshSpec spec; ///< usable only where the problems hold no error
    Diagnostics problems; ///< all of them, with line and column
};

/// Reads the text of a mesh.yaml. `file` names it in problems and resolves its relative paths; it
/// is not opened, nor is any file it names. Pure.
[[nodiscard]] ParsedMesh parseMesh(std::string_view text, const std::filesystem::path& file);
/// Reads and parses. Errors: Usage where the file cannot be read at all.
[[nodiscard]] Result<ParsedMesh> loadMesh(const std::filesystem::path& file);
/// JSON Schema (2020-12) of mesh.yaml; the parser is written from the same table of fields.
[[nodiscard]] json::Value meshSchema();

} // namespace isthmus::mesh
