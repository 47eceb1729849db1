// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/routes.h"

#include "core/base/strings.h"
#include "core/mesh/istio.h"

#include <algorithm>
#include <set>
#include <utility>

namespace isthmus::topology {

namespace {

/// "frontend.shop.svc.cluster.local", "frontend.shop.svc", "frontend.shop" → frontend in shop.
ServiceKey serviceOf(const std::string& host)
{
    const std::vector<std::string> parts = split(host, '.');
    const bool isService = parts.size() == 2 || (parts.size() > 2 && parts[2] == "svc");
    return isService ? ServiceKey { parts[1], parts[0] } : ServiceKey();
}

class RouteReader
{
public:
    RouteReader(const Inputs& inputs, const std::vector<PodIndex>& pods, TopologySnapshot& out)
        : m_inputs(inputs)
        , m_pods(pods)
        , m_out(out)
    {
        for (const ClusterInputs& cluster : inputs.clusters) {
            m_ids.push_back(cluster.id);
        }
    }

    void readCluster(const ClusterInputs& cluster);

private:
    /// Pods that a destination may reach, by the cluster they are in.
    struct Reach
    {
        std::vector<mesh::Pod> labels; ///< one for each set
        std::vector<const PodSet*> sets; ///< likewise
    };

    [[nodiscard]] Reach reachOf(const ServiceKey& service) const;
    [[nodiscard]] const mesh::Subset* subsetOf(const mesh::Destination& destination) const;
    [[nodiscard]] Destination destinationOf(const mesh::Destination& destination) const;
    void readObject(const ClusterInputs& cluster, const watch::ObjectRecord& record);

    const Inputs& m_inputs;
    const std::vector<PodIndex>& m_pods;
    TopologySnapshot& m_out;
    std::vector<ClusterId> m_ids;
    std::vector<mesh::DestinationRule> m_rules; ///< of the cluster that is read
};

RouteReader::Reach RouteReader::reachOf(const ServiceKey& service) const
{
    Reach out;
    for (std::size_t i = 0; i < m_inputs.clusters.size(); ++i) {
        const ClusterInputs& cluster = m_inputs.clusters[i];
        if (!cluster.services) {
            continue;
        }
        const auto found = cluster.services->find({ service.ns, service.name });
        if (found == cluster.services->end()) {
            continue;
        }
        for (const PodSet* set : m_pods[i].select(service.ns, found->second->selector)) {
            out.labels.push_back({ .cluster = cluster.id, .labels = *set->labels });
            out.sets.push_back(set);
        }
    }
    return out;
}

const mesh::Subset* RouteReader::subsetOf(const mesh::Destination& destination) const
{
    for (const mesh::DestinationRule& rule : m_rules) {
        const mesh::Subset* found =
            rule.host == destination.host ? rule.find(destination.subset) : nullptr;
        if (found != nullptr) {
            return found;
        }
    }
    return nullptr;
}

Destination RouteReader::destinationOf(const mesh::Destination& destination) const
{
    Destination out { .id = destination.host + "|" + destination.subset + "|"
                          + std::to_string(destination.port),
                      .host = destination.host,
                      .subset = destination.subset,
                      .port = destination.port,
                      .percent = destination.percent };
    mesh::Subset wanted { .name = destination.subset };
    if (!destination.subset.empty()) {
        const mesh::Subset* subset = subsetOf(destination);
        if (subset == nullptr) {
            return out; // Envoy answers 503 for it
        }
        wanted = *subset;
    }
    const Reach reach = reachOf(serviceOf(destination.host));
    out.clusters = mesh::clustersOf(wanted, m_ids, reach.labels);
    // istiod gives the cluster label to endpoints; on pods it is not there.
    wanted.labels.erase(std::string(mesh::clusterLabel));
    for (std::size_t i = 0; i < reach.sets.size(); ++i) {
        const mesh::Pod& pod = reach.labels[i];
        if (std::ranges::find(out.clusters, pod.cluster) != out.clusters.end()
            && mesh::selects(wanted.labels, pod.labels)) {
            out.endpoints.ready += reach.sets[i]->ready;
            out.endpoints.desired += reach.sets[i]->total;
        }
    }
    return out;
}

bool isSteerable(const std::vector<Destination>& destinations)
{
    std::set<ClusterId> seen;
    return destinations.size() > 1
        && std::ranges::all_of(destinations, [&seen](const Destination& one) {
               return one.clusters.size() == 1 && seen.insert(one.clusters.front()).second;
           });
}

void RouteReader::readObject(const ClusterInputs& cluster, const watch::ObjectRecord& record)
{
    const mesh::VirtualService service = mesh::readVirtualService(record.object);
    const std::string& apiVersion = record.object["apiVersion"].string();
    mesh::Ownership ownership = mesh::ownerOf(record.object);
    for (std::size_t i = 0; i < service.http.size(); ++i) {
        const mesh::HttpRule& rule = service.http[i];
        if (rule.destinations.empty()) {
            continue;
        }
        Route route {
            .ref = { cluster.id,
                     apiVersion.empty() ? "networking.istio.io/v1" : apiVersion,
                     "VirtualService",
                     record.meta.ns,
                     record.meta.name,
                     i },
            .service = serviceOf(rule.destinations.front().host),
            .hosts = service.hosts,
            .gateways = service.gateways,
            .conditional = rule.matches,
            .leads = mesh::splitRule(service, rule.destinations.front().host) == i,
            .owner = ownership.owner,
            .ownerEvidence = ownership.evidence,
            .resourceVersion = record.meta.resourceVersion,
        };
        for (const mesh::Destination& destination : rule.destinations) {
            route.destinations.push_back(destinationOf(destination));
        }
        route.steerable = isSteerable(route.destinations);
        m_out.routes.push_back(std::move(route));
    }
}

void RouteReader::readCluster(const ClusterInputs& cluster)
{
    m_rules.clear();
    if (cluster.destinationRules) {
        for (const auto& [key, record] : *cluster.destinationRules) {
            m_rules.push_back(mesh::readDestinationRule(record->object));
        }
    }
    for (const auto& [key, record] : *cluster.virtualServices) {
        readObject(cluster, *record);
    }
}

} // namespace

void addRoutes(const Inputs& inputs, const std::vector<PodIndex>& pods, TopologySnapshot& out)
{
    RouteReader reader(inputs, pods, out);
    for (const ClusterInputs& cluster : inputs.clusters) {
        // Nobody reads those of a remote: its proxies are told by the primary's istiod.
        if (cluster.virtualServices && out.find(cluster.id)->role == Role::Primary) {
            reader.readCluster(cluster);
        }
    }
}

} // namespace isthmus::topology
