// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/cluster_parts.h"

#include "core/mesh/istio.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace isthmus::topology {

namespace {

constexpr std::string_view istioNamespace = "istio-system";
constexpr std::string_view networkLabel = "topology.istio.io/network";
constexpr std::string_view controlPlaneAnnotation = "topology.istio.io/controlPlaneClusters";
constexpr std::string_view secretPrefix = "istio-remote-secret-";
constexpr int passthroughPort = 15443;

std::string valueOf(const Labels& labels, std::string_view key)
{
    const auto found = labels.find(key);
    return found != labels.end() ? found->second : std::string();
}

bool isIstiod(const Labels& podLabels)
{
    return valueOf(podLabels, "app") == "istiod" || valueOf(podLabels, "istio") == "pilot";
}

bool listensOn(const watch::ServiceRecord& service, int port)
{
    return std::ranges::find(service.ports, port, &watch::ServicePort::port) != service.ports.end();
}

/// Gateways carry the label `istio`, those of the Gateway API a name of their own. One that has the
/// port for other networks and none for the public leads between clusters.
std::optional<GatewayRole> gatewayRole(const watch::ServiceRecord& service)
{
    const std::string istio = valueOf(service.selector, "istio");
    const bool ofGatewayApi = service.selector.contains("gateway.networking.k8s.io/gateway-name");
    const bool leadsToNetwork =
        service.meta.labels.contains(networkLabel) && listensOn(service, passthroughPort);
    if (isIstiod(service.selector) || service.selector.empty()
        || (istio.empty() && !ofGatewayApi && !leadsToNetwork)) {
        return std::nullopt;
    }
    const bool isPublic = listensOn(service, 80) || listensOn(service, 443);
    if (leadsToNetwork || (listensOn(service, passthroughPort) && !isPublic)) {
        return GatewayRole::EastWest;
    }
    if (istio.find("egress") != std::string::npos) {
        return GatewayRole::Egress;
    }
    return GatewayRole::Ingress;
}

std::vector<Port> portsOf(const watch::ServiceRecord& service)
{
    std::vector<Port> out;
    for (const watch::ServicePort& port : service.ports) {
        out.push_back({ .name = port.name, .port = port.port });
    }
    return out;
}

/// 0.0.0.0 is what some write where the address is not known yet.
std::vector<std::string> addressesOf(const watch::ServiceRecord& service)
{
    std::vector<std::string> out = service.loadBalancer;
    out.insert(out.end(), service.externalIps.begin(), service.externalIps.end());
    std::erase(out, "0.0.0.0");
    return out;
}

class ClusterParts
{
public:
    ClusterParts(const ClusterInputs& cluster, const PodIndex& pods, TopologySnapshot& out)
        : m_in(cluster)
        , m_pods(pods)
        , m_out(out)
    { }

    void addAll()
    {
        addServices();
        addWorkloads();
        addSecrets();
        addItself();
    }

private:
    void addServices();
    void addGateway(const watch::ServiceRecord& service, GatewayRole role);
    void addWorkloads();
    void addControlPlane(const watch::DeploymentRecord& deployment);
    void addSecrets();
    void addItself();
    [[nodiscard]] Count wanted(const std::vector<const PodSet*>& sets) const;
    [[nodiscard]] const watch::NamespaceRecord* istioSystem() const;

    const ClusterInputs& m_in;
    const PodIndex& m_pods;
    TopologySnapshot& m_out;
    std::set<ObjectRef> m_shownElsewhere; ///< workloads of gateways and istiod
    bool m_hasPlane = false;
    std::string m_planeVersion;
    std::string m_proxyVersion;
};

/// Ready pods of those that the sets' workloads want, where they say.
Count ClusterParts::wanted(const std::vector<const PodSet*>& sets) const
{
    Count out = countOf(sets);
    if (!m_in.deployments) {
        return out;
    }
    int desired = 0;
    std::set<ObjectRef> seen;
    for (const PodSet* set : sets) {
        const auto found = m_in.deployments->find({ set->workload.ns, set->workload.name });
        if (set->workload.kind != "Deployment" || found == m_in.deployments->end()) {
            desired += set->total;
        } else if (seen.insert(set->workload).second) {
            desired += static_cast<int>(found->second->replicas);
        }
    }
    out.desired = desired;
    return out;
}

void ClusterParts::addGateway(const watch::ServiceRecord& service, GatewayRole role)
{
    Gateway gateway { .ref = { m_in.id, "Service", service.meta.ns, service.meta.name },
                      .role = role,
                      .network = valueOf(service.meta.labels, networkLabel),
                      .serviceType = service.type,
                      .addresses = addressesOf(service),
                      .ports = portsOf(service) };
    const std::vector<const PodSet*> sets = m_pods.select(service.meta.ns, service.selector);
    gateway.pods = wanted(sets);
    for (const PodSet* set : sets) {
        m_shownElsewhere.insert(set->workload);
        gateway.waiting = gateway.waiting.empty() ? set->waiting : gateway.waiting;
        m_proxyVersion = m_proxyVersion.empty() ? mesh::imageTag(set->proxyImage) : m_proxyVersion;
    }
    // A Deployment may have no pod at all: scaled down, or refused by admission.
    if (m_in.deployments) {
        for (const auto& [key, deployment] : *m_in.deployments) {
            ObjectRef ref { m_in.id, "Deployment", key.first, key.second };
            if (key.first == service.meta.ns
                && mesh::selects(service.selector, deployment->podLabels)
                && m_shownElsewhere.insert(std::move(ref)).second) {
                gateway.pods.desired += static_cast<int>(deployment->replicas);
            }
        }
    }
    gateway.health = !m_in.pods   ? Health::Unknown
        : gateway.pods.ready == 0 ? Health::Bad
                                  : healthOf(gateway.pods);
    m_out.gateways.push_back(std::move(gateway));
}

void ClusterParts::addServices()
{
    if (!m_in.services) {
        return;
    }
    for (const auto& [key, record] : *m_in.services) {
        if (const auto role = gatewayRole(*record)) {
            addGateway(*record, *role);
            continue;
        }
        Service service { .ref = { m_in.id, "Service", key.first, key.second },
                          .ports = portsOf(*record) };
        const std::vector<const PodSet*> sets = m_pods.select(key.first, record->selector);
        service.endpoints = countOf(sets);
        std::set<ObjectRef> workloads;
        for (const PodSet* set : sets) {
            workloads.insert(set->workload);
        }
        service.workloads.assign(workloads.begin(), workloads.end());
        m_out.services.push_back(std::move(service));
    }
}

void ClusterParts::addControlPlane(const watch::DeploymentRecord& deployment)
{
    ControlPlane plane { .ref = { m_in.id, "Deployment", deployment.meta.ns, deployment.meta.name },
                         .revision = valueOf(deployment.podLabels, "istio.io/rev") };
    for (const watch::ContainerRecord& container : deployment.containers) {
        if (container.name == "discovery") {
            plane.version = mesh::imageTag(container.image);
        }
    }
    plane.pods = { .ready = static_cast<int>(deployment.ready),
                   .desired = static_cast<int>(deployment.replicas) };
    plane.health = plane.pods.ready == 0 ? Health::Bad : healthOf(plane.pods);
    m_planeVersion = plane.version;
    m_hasPlane = true;
    m_out.controlPlanes.push_back(std::move(plane));
}

void ClusterParts::addWorkloads()
{
    std::map<ObjectRef, Workload> found;
    for (const auto& [ns, sets] : m_pods.all()) {
        for (const PodSet& set : sets) {
            Workload& workload = found[set.workload];
            workload.labels = workload.labels.empty() ? *set.labels : workload.labels;
            workload.pods.ready += set.ready;
            workload.pods.desired += set.total;
            workload.sidecars += set.sidecars;
            workload.restarts += set.restarts;
            workload.waiting = workload.waiting.empty() ? set.waiting : workload.waiting;
        }
    }
    if (m_in.deployments) {
        for (const auto& [key, record] : *m_in.deployments) {
            const ObjectRef ref { m_in.id, "Deployment", key.first, key.second };
            if (isIstiod(record->podLabels)) {
                addControlPlane(*record);
                m_shownElsewhere.insert(ref);
            }
            Workload& workload = found[ref];
            workload.labels = record->podLabels;
            workload.pods = { .ready = static_cast<int>(record->ready),
                              .desired = static_cast<int>(record->replicas) };
            workload.rollingOut = !record->observed || record->updated < record->replicas;
        }
    }
    for (auto& [ref, workload] : found) {
        if (!m_shownElsewhere.contains(ref)) {
            workload.ref = ref;
            workload.health = healthOf(workload.pods);
            m_out.workloads.push_back(std::move(workload));
        }
    }
}

/// The name of the cluster stands in an annotation; where a person left that out, in the name.
void ClusterParts::addSecrets()
{
    if (!m_in.remoteSecrets) {
        return;
    }
    for (const auto& [key, secret] : *m_in.remoteSecrets) {
        std::string target = valueOf(secret->meta.annotations, "networking.istio.io/cluster");
        if (target.empty() && key.second.starts_with(secretPrefix)) {
            target = key.second.substr(secretPrefix.size());
        }
        if (!target.empty()) {
            m_out.remoteSecrets.push_back({ m_in.id, key.second, ClusterId(std::move(target)) });
        }
    }
}

const watch::NamespaceRecord* ClusterParts::istioSystem() const
{
    if (!m_in.namespaces) {
        return nullptr;
    }
    const auto found = m_in.namespaces->find({ std::string(), std::string(istioNamespace) });
    return found != m_in.namespaces->end() ? found->second.get() : nullptr;
}

void ClusterParts::addItself()
{
    Cluster cluster { .id = m_in.id,
                      .context = m_in.context,
                      .role = m_in.role,
                      .network = m_in.network,
                      .kubeVersion = m_in.kubeVersion,
                      .istioVersion = m_planeVersion.empty() ? m_proxyVersion : m_planeVersion,
                      .connection = m_in.connection };
    const watch::NamespaceRecord* home = istioSystem();
    if (home != nullptr && home->meta.labels.contains(networkLabel)) {
        cluster.network = valueOf(home->meta.labels, networkLabel);
    }
    if (m_hasPlane) {
        cluster.role = Role::Primary;
    } else if (home != nullptr && home->meta.annotations.contains(controlPlaneAnnotation)) {
        cluster.role = Role::Remote;
    }
    if (m_in.namespaces) {
        for (const auto& [key, record] : *m_in.namespaces) {
            cluster.namespaces.push_back(key.second);
        }
    }
    m_out.clusters.push_back(std::move(cluster));
}

} // namespace

void addCluster(const ClusterInputs& cluster, const PodIndex& pods, TopologySnapshot& out)
{
    ClusterParts(cluster, pods, out).addAll();
}

} // namespace isthmus::topology
