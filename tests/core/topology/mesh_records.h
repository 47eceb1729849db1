// SPDX-License-Identifier: GPL-3.0-or-later
// Records by hand: two joined clusters, c1 and c2, of which each test changes what it is about.
#pragma once

#include "core/json/parse.h"
#include "core/topology/builder.h"

#include <string>
#include <utility>

namespace isthmus::test {

template<typename Record>
void put(topology::Records<Record>& table, Record record)
{
    auto copy = table ? std::make_shared<typename watch::Store<Record>::Table>(*table)
                      : std::make_shared<typename watch::Store<Record>::Table>();
    const auto key = std::pair { record.meta.ns, record.meta.name };
    (*copy)[key] = std::make_shared<const Record>(std::move(record));
    table = std::move(copy);
}

inline watch::Meta meta(std::string ns, std::string name, watch::Labels labels = {})
{
    return { .ns = std::move(ns), .name = std::move(name), .labels = std::move(labels) };
}

/// A Deployment with `ready` of `desired` pods, with sidecars, named like controllers name them.
inline void deploy(topology::ClusterInputs& cluster,
                   const std::string& ns,
                   const std::string& name,
                   const watch::Labels& labels,
                   int ready,
                   int desired,
                   const watch::ContainerRecord& container = { .name = "istio-proxy",
                                                               .image = "hub/proxyv2:1.31.0" })
{
    put(cluster.deployments,
        watch::DeploymentRecord { .meta = meta(ns, name),
                                  .replicas = desired,
                                  .updated = desired,
                                  .ready = ready,
                                  .observed = true,
                                  .podLabels = labels,
                                  .containers = { container } });
    watch::Labels podLabels = labels;
    podLabels["pod-template-hash"] = "7f";
    for (int i = 0; i < desired; ++i) {
        put(cluster.pods,
            watch::PodRecord { .meta = meta(ns, name + "-7f-" + std::to_string(i), podLabels),
                               .phase = "Running",
                               .ownerKind = "ReplicaSet",
                               .ownerName = name + "-7f",
                               .containers = { container },
                               .ready = i < ready });
    }
}

inline void serve(topology::ClusterInputs& cluster,
                  const std::string& ns,
                  const std::string& name,
                  const watch::Labels& selector,
                  const std::vector<int>& ports = { 80 })
{
    watch::ServiceRecord service { .meta = meta(ns, name), .selector = selector };
    for (const int port : ports) {
        service.ports.push_back({ .name = "p" + std::to_string(port), .port = port });
    }
    put(cluster.services, std::move(service));
}

inline void putObject(topology::Records<watch::ObjectRecord>& table, const std::string& text)
{
    json::Value object = json::parse(text).value();
    put(table,
        watch::ObjectRecord { .meta = meta(object["metadata"]["namespace"].string(),
                                           object["metadata"]["name"].string()),
                              .object = std::move(object) });
}

/// istio-system with an east-west gateway of one ready pod.
inline topology::ClusterInputs cluster(const std::string& name, topology::Role role)
{
    topology::ClusterInputs out { .id = ClusterId(name),
                                  .context = "ctx-" + name,
                                  .role = role,
                                  .network = "net-" + name,
                                  .kubeVersion = "v1.31.0",
                                  .connection = { .state = topology::ConnectionState::Live,
                                                  .heardAt = SteadyTime() } };
    out.remoteSecrets = std::make_shared<watch::Store<watch::MetadataRecord>::Table>();
    put(out.namespaces, watch::NamespaceRecord { .meta = meta("", "istio-system") });
    deploy(out, "istio-system", "eastwest", { { "istio", "eastwestgateway" } }, 1, 1);
    watch::ServiceRecord service {
        .meta = meta("istio-system", "eastwest", { { "topology.istio.io/network", out.network } }),
        .type = "LoadBalancer",
        .ports = { { .name = "tls", .port = 15443 } },
        .selector = { { "istio", "eastwestgateway" } },
        .loadBalancer = { "10.0.0." + name.substr(1) }
    };
    put(out.services, std::move(service));
    return out;
}

inline void addIstiod(topology::ClusterInputs& cluster)
{
    deploy(cluster,
           "istio-system",
           "istiod",
           { { "app", "istiod" }, { "istio.io/rev", "default" } },
           1,
           1,
           { .name = "discovery", .image = "hub/pilot:1.31.0" });
}

inline void addCredential(topology::ClusterInputs& holder, const std::string& target)
{
    put(holder.remoteSecrets,
        watch::MetadataRecord { .meta = meta("istio-system", "istio-remote-secret-" + target) });
}

/// c1 is the primary and holds c2's credential; a frontend in both.
inline topology::Inputs joinedMesh()
{
    topology::Inputs inputs { .mesh = "m", .now = SteadyTime(std::chrono::hours(1)) };
    topology::ClusterInputs c1 = cluster("c1", topology::Role::Primary);
    topology::ClusterInputs c2 = cluster("c2", topology::Role::Remote);
    addIstiod(c1);
    addCredential(c1, "c2");
    for (topology::ClusterInputs* one : { &c1, &c2 }) {
        deploy(*one, "shop", "frontend", { { "app", "frontend" } }, 1, 1);
        serve(*one, "shop", "frontend", { { "app", "frontend" } });
    }
    inputs.clusters = { std::move(c1), std::move(c2) };
    return inputs;
}

inline topology::CrossingFact seen(const topology::Inputs& inputs,
                                   const char* from,
                                   const char* to,
                                   topology::DirectionState state)
{
    return { .from = ClusterId(from),
             .to = ClusterId(to),
             .state = state,
             .evidence = msg("topology.not-checked"),
             .at = inputs.now - std::chrono::seconds(5) };
}

} // namespace isthmus::test
