// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/order.h"

#include "core/kube/resource.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace isthmus::kube {

namespace {

enum Wave
{
    Namespaces,
    Definitions,
    Foundations,
    Bindings,
    Services,
    Workloads,
    Webhooks,
    Customs,
    Routes,
};

struct Place
{
    std::string_view kind;
    Wave wave;
};

constexpr std::array places {
    Place { "Namespace", Namespaces },
    Place { "CustomResourceDefinition", Definitions },
    Place { "PriorityClass", Foundations },
    Place { "StorageClass", Foundations },
    Place { "RuntimeClass", Foundations },
    Place { "IngressClass", Foundations },
    Place { "ServiceAccount", Foundations },
    Place { "ClusterRole", Foundations },
    Place { "Role", Foundations },
    Place { "ResourceQuota", Foundations },
    Place { "LimitRange", Foundations },
    Place { "NetworkPolicy", Foundations },
    Place { "PodDisruptionBudget", Foundations },
    Place { "ConfigMap", Foundations },
    Place { "PersistentVolume", Foundations },
    // Who may not grant everything can only bind a role that exists; a token secret is deleted by
    // its controller where the service account is not there yet.
    Place { "ClusterRoleBinding", Bindings },
    Place { "RoleBinding", Bindings },
    Place { "Secret", Bindings },
    Place { "PersistentVolumeClaim", Bindings },
    Place { "Service", Services },
    Place { "Endpoints", Services },
    Place { "EndpointSlice", Services },
    Place { "Deployment", Workloads },
    Place { "DaemonSet", Workloads },
    Place { "StatefulSet", Workloads },
    Place { "ReplicaSet", Workloads },
    Place { "ReplicationController", Workloads },
    Place { "Pod", Workloads },
    Place { "Job", Workloads },
    Place { "CronJob", Workloads },
    Place { "HorizontalPodAutoscaler", Workloads },
    Place { "Ingress", Workloads },
    Place { "APIService", Webhooks },
    Place { "MutatingWebhookConfiguration", Webhooks },
    Place { "ValidatingWebhookConfiguration", Webhooks },
    Place { "ValidatingAdmissionPolicy", Webhooks },
    Place { "ValidatingAdmissionPolicyBinding", Webhooks },
    // A route that names a subset before its DestinationRule is there answers 503.
    Place { "VirtualService", Routes },
    Place { "HTTPRoute", Routes },
    Place { "GRPCRoute", Routes },
    Place { "TLSRoute", Routes },
    Place { "TCPRoute", Routes },
};

std::vector<std::vector<std::size_t>> grouped(std::span<const ObjectKey> keys, bool reverse)
{
    std::map<int, std::vector<std::size_t>> waves;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const int wave = applyWave(keys[i]);
        waves[reverse ? -wave : wave].push_back(i);
    }
    std::vector<std::vector<std::size_t>> out;
    for (auto& [wave, indices] : waves) {
        out.push_back(std::move(indices));
    }
    return out;
}

} // namespace

int applyWave(const ObjectKey& key)
{
    const auto* place = std::ranges::find(places, key.kind, &Place::kind);
    if (place == places.end()) {
        return Customs;
    }
    return place->wave == Routes || isBuiltIn(key.apiVersion) ? place->wave : Customs;
}

std::vector<std::vector<std::size_t>> applyWaves(std::span<const json::Value> objects)
{
    std::vector<ObjectKey> keys;
    keys.reserve(objects.size());
    std::ranges::transform(objects, std::back_inserter(keys), keyOf);
    return grouped(keys, false);
}

std::vector<std::vector<std::size_t>> applyWaves(std::span<const ObjectKey> keys)
{
    return grouped(keys, false);
}

std::vector<std::vector<std::size_t>> removalWaves(std::span<const ObjectKey> keys)
{
    return grouped(keys, true);
}

} // namespace isthmus::kube
