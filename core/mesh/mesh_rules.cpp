// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/mesh_rules.h"

#include "core/base/strings.h"
#include "core/mesh/suggest.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace isthmus::mesh {

namespace {

const FieldPath specPath = FieldPath() / "spec";
const FieldPath clustersPath = specPath / "clusters";
const FieldPath placementPath = specPath / "demo" / "placement";

std::vector<std::string> clusterNames(const MeshSpec& spec)
{
    std::vector<std::string> names;
    for (const Cluster& cluster : spec.clusters) {
        if (!cluster.name.empty()) {
            names.push_back(cluster.name.str());
        }
    }
    return names;
}

void defaultRoles(MeshSpec& spec, const Problems& problems)
{
    const auto given = [&problems](std::size_t i) {
        return problems.given(clustersPath[i] / "role");
    };
    bool hasPrimary = false;
    for (std::size_t i = 0; i < spec.clusters.size(); ++i) {
        hasPrimary = hasPrimary || (given(i) && spec.clusters[i].role == Role::Primary);
    }
    for (std::size_t i = 0; i < spec.clusters.size(); ++i) {
        if (!given(i)) {
            spec.clusters[i].role = hasPrimary ? Role::Remote : Role::Primary;
            hasPrimary = true;
        }
    }
}

/// Reports a name that no cluster has. In weights the name is the key, elsewhere the value.
void checkCluster(const MeshSpec& spec,
                  const ClusterId& id,
                  const FieldPath& at,
                  Problems& problems,
                  bool isKey = false)
{
    if (id.empty() || spec.find(id) != nullptr) {
        return;
    }
    const std::vector<std::string> names = clusterNames(spec);
    const auto near = nearest(id.str(), names);
    Message summary = msg("mesh.unknown-cluster", { { "cluster", shortened(id.str(), 63) } });
    Message remedy = near ? msg("mesh.did-you-mean", { { "word", *near } })
                          : msg("mesh.known-clusters", { { "clusters", join(names, ", ") } });
    if (isKey) {
        problems.errorAtKey(at, std::move(summary), std::move(remedy));
    } else {
        problems.error(at, std::move(summary), std::move(remedy));
    }
}

void checkIdentities(const MeshSpec& spec, Problems& problems)
{
    for (std::size_t i = 0; i < spec.clusters.size(); ++i) {
        const Cluster& cluster = spec.clusters[i];
        for (std::size_t k = 0; k < i; ++k) {
            const Cluster& other = spec.clusters[k];
            if (!cluster.name.empty() && cluster.name == other.name) {
                problems.error(clustersPath[i] / "name",
                               msg("mesh.duplicate-cluster", { { "name", cluster.name.str() } }),
                               msg("mesh.rename-one"));
            } else if (!cluster.context.empty() && cluster.context == other.context
                       && cluster.kubeconfig == other.kubeconfig) {
                problems.error(clustersPath[i] / "context",
                               msg("mesh.same-context",
                                   { { "cluster", other.name.str() },
                                     { "other", cluster.name.str() },
                                     { "context", cluster.context } }),
                               msg("mesh.use-other-context"));
            }
        }
    }
}

void checkRoles(const MeshSpec& spec, Problems& problems)
{
    if (spec.clusters.empty()) {
        if (problems.given(clustersPath)) {
            problems.errorAtKey(clustersPath, msg("mesh.no-clusters"), msg("mesh.add-cluster"));
        }
        return;
    }
    const Cluster* primary = nullptr;
    for (std::size_t i = 0; i < spec.clusters.size(); ++i) {
        const Cluster& cluster = spec.clusters[i];
        if (cluster.role != Role::Primary) {
            continue;
        }
        if (primary != nullptr && spec.istio.topology == Topology::PrimaryRemote) {
            problems.error(clustersPath[i] / "role",
                           msg("mesh.two-primaries", { { "other", primary->name.str() } }),
                           msg("mesh.make-remote"));
        }
        primary = primary != nullptr ? primary : &cluster;
    }
    if (primary == nullptr) {
        problems.errorAtKey(clustersPath, msg("mesh.no-primary"), msg("mesh.choose-primary"));
    }
}

void checkNetworks(const MeshSpec& spec, Problems& problems)
{
    if (spec.istio.topology != Topology::PrimaryRemote || spec.clusters.empty()) {
        return;
    }
    const Cluster& primary = spec.primary();
    for (std::size_t i = 0; i < spec.clusters.size(); ++i) {
        const Cluster& cluster = spec.clusters[i];
        if (cluster.role == Role::Remote && !cluster.network.empty()
            && cluster.network == primary.network) {
            problems.error(clustersPath[i] / "network",
                           msg("mesh.same-network", { { "other", primary.name.str() } }),
                           msg("mesh.use-other-network"));
        }
    }
}

void checkIngress(const MeshSpec& spec, Problems& problems)
{
    if (!spec.ingress) {
        return;
    }
    const FieldPath at = specPath / "ingress" / "cluster";
    const ClusterId& id = spec.ingress->cluster;
    checkCluster(spec, id, at, problems);
    const Cluster* cluster = spec.find(id);
    if (cluster != nullptr && cluster->role == Role::Remote) {
        problems.error(at,
                       msg("mesh.not-yet", { { "what", "a public ingress in a remote cluster" } }),
                       msg("mesh.instead.ingress-cluster"));
    }
}

/// In this topology only the primary has an ingress gateway.
void checkGateways(const MeshSpec& spec, Problems& problems)
{
    for (std::size_t i = 0; i < spec.clusters.size(); ++i) {
        const FieldPath at = clustersPath[i] / "gateways" / "ingress";
        if (spec.clusters[i].role == Role::Remote && problems.given(at)) {
            problems.warning(
                at,
                msg("mesh.pointless-ingress", { { "cluster", spec.clusters[i].name.str() } }),
                msg("mesh.remove-ingress"));
        }
    }
}

void checkDemo(const MeshSpec& spec, Problems& problems)
{
    if (!spec.demo) {
        return;
    }
    const auto check = [&](const std::vector<ClusterId>& ids, const FieldPath& at) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            checkCluster(spec, ids[i], at[i], problems);
        }
        if (ids.empty() && problems.given(at)) {
            problems.errorAtKey(at, msg("mesh.placed-nowhere"), msg("mesh.name-a-cluster"));
        }
    };
    check(spec.demo->frontend, placementPath / "frontend");
    check(spec.demo->others, placementPath / "others");
}

void checkWeights(const MeshSpec& spec,
                  const RouteSpec& route,
                  const FieldPath& at,
                  Problems& problems)
{
    if (route.weights.empty()) {
        return;
    }
    for (const auto& [cluster, weight] : route.weights) {
        checkCluster(spec, cluster, at / cluster.str(), problems, true);
    }
    const int sum = std::accumulate(
        route.weights.begin(), route.weights.end(), 0, [](int total, const auto& each) {
            return total + each.second;
        });
    if (sum != 100) {
        problems.errorAtKey(at,
                            msg("mesh.weights-sum", { { "sum", std::to_string(sum) } }),
                            msg("mesh.fix-weights"));
    }
}

bool isUnder(std::string_view host, std::string_view domain)
{
    return host == domain
        || (host.ends_with(domain) && host.size() > domain.size()
            && host[host.size() - domain.size() - 1] == '.');
}

void checkHosts(const MeshSpec& spec,
                const RouteSpec& route,
                const FieldPath& at,
                std::set<std::string>& taken,
                Problems& problems)
{
    if (!route.viaIngress) {
        return;
    }
    if (route.hosts.empty()) {
        problems.error(at / "hosts", msg("mesh.no-hosts"), msg("mesh.add-hosts"));
    }
    for (std::size_t i = 0; i < route.hosts.size(); ++i) {
        const std::string& host = route.hosts[i];
        if (host.empty()) {
            continue;
        }
        if (!taken.insert(host).second) {
            problems.error((at / "hosts")[i],
                           msg("mesh.duplicate-host", { { "host", host } }),
                           msg("mesh.use-other-host"));
        }
        if (spec.ingress && !spec.ingress->domain.empty() && !isUnder(host, spec.ingress->domain)) {
            problems.warning(
                (at / "hosts")[i],
                msg("mesh.foreign-host", { { "host", host }, { "domain", spec.ingress->domain } }),
                msg("mesh.use-domain", { { "domain", spec.ingress->domain } }));
        }
    }
}

void checkRoutes(const MeshSpec& spec, Problems& problems)
{
    std::set<std::pair<std::string, std::string>> names;
    std::set<std::string> hosts;
    for (std::size_t i = 0; i < spec.routes.size(); ++i) {
        const RouteSpec& route = spec.routes[i];
        const FieldPath at = (specPath / "routes")[i];
        if (!route.name.empty() && !names.emplace(route.ns, route.name).second) {
            problems.error(at / "name",
                           msg("mesh.duplicate-route", { { "name", route.name } }),
                           msg("mesh.rename-one"));
        }
        checkHosts(spec, route, at, hosts, problems);
        checkWeights(spec, route, at / "weights", problems);
    }
}

} // namespace

void applyDefaults(MeshSpec& spec, const Problems& problems)
{
    defaultRoles(spec, problems);
    for (Cluster& cluster : spec.clusters) {
        if (cluster.context.empty()) {
            cluster.context = cluster.name.str();
        }
    }
    const ClusterId primary = spec.primary().name;
    if (spec.ingress && spec.ingress->cluster.empty()) {
        spec.ingress->cluster = primary;
    }
    if (spec.demo && !problems.given(placementPath / "frontend")) {
        for (const Cluster& cluster : spec.clusters) {
            spec.demo->frontend.push_back(cluster.name);
        }
    }
    if (spec.demo && !problems.given(placementPath / "others")) {
        spec.demo->others.push_back(primary);
    }
    for (RouteSpec& route : spec.routes) {
        if (route.service.empty()) {
            route.service = route.name;
        }
    }
}

void checkRules(const MeshSpec& spec, Problems& problems)
{
    checkIdentities(spec, problems);
    checkRoles(spec, problems);
    checkNetworks(spec, problems);
    checkIngress(spec, problems);
    checkGateways(spec, problems);
    checkDemo(spec, problems);
    checkRoutes(spec, problems);
}

} // namespace isthmus::mesh
