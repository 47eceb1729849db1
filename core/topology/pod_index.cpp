// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/pod_index.h"

#include "core/mesh/istio.h"

#include <algorithm>
#include <tuple>

namespace isthmus::topology {

namespace {

constexpr std::string_view hashLabel = "pod-template-hash";

/// What made the pod: of a ReplicaSet "frontend-6d4b" the Deployment "frontend".
ObjectRef workloadOf(const ClusterId& cluster, const watch::PodRecord& pod)
{
    if (pod.ownerName.empty()) {
        return { cluster, "Pod", pod.meta.ns, pod.meta.name };
    }
    const auto hash = pod.meta.labels.find(hashLabel);
    if (pod.ownerKind == "ReplicaSet" && hash != pod.meta.labels.end()
        && pod.ownerName.ends_with("-" + hash->second)) {
        const std::size_t length = pod.ownerName.size() - hash->second.size() - 1;
        return { cluster, "Deployment", pod.meta.ns, pod.ownerName.substr(0, length) };
    }
    return { cluster, pod.ownerKind, pod.meta.ns, pod.ownerName };
}

void take(PodSet& set, const watch::PodRecord& pod)
{
    ++set.total;
    set.ready += pod.ready ? 1 : 0;
    set.restarts += static_cast<int>(pod.restarts);
    if (set.waiting.empty()) {
        set.waiting = pod.waiting;
    }
    const auto proxy =
        std::ranges::find(pod.containers, "istio-proxy", &watch::ContainerRecord::name);
    if (proxy != pod.containers.end()) {
        ++set.sidecars;
        set.proxyImage = proxy->image;
    }
}

} // namespace

PodIndex::PodIndex(const ClusterInputs& cluster)
{
    if (!cluster.pods) {
        return;
    }
    std::map<std::tuple<std::string_view, std::string_view>, std::size_t> places;
    for (const auto& [key, pod] : *cluster.pods) {
        if (pod->phase == "Succeeded" || pod->phase == "Failed") {
            continue;
        }
        std::vector<PodSet>& sets = m_sets[pod->meta.ns];
        std::size_t place = sets.size();
        if (pod->ownerKind == "ReplicaSet") {
            place = places.try_emplace({ pod->meta.ns, pod->ownerName }, place).first->second;
        }
        if (place == sets.size()) {
            sets.push_back(
                { .workload = workloadOf(cluster.id, *pod), .labels = &pod->meta.labels });
        }
        take(sets[place], *pod);
    }
}

std::vector<const PodSet*> PodIndex::select(std::string_view ns, const Labels& selector) const
{
    std::vector<const PodSet*> out;
    const auto found = m_sets.find(ns);
    if (found == m_sets.end() || selector.empty()) {
        return out;
    }
    for (const PodSet& set : found->second) {
        if (mesh::selects(selector, *set.labels)) {
            out.push_back(&set);
        }
    }
    return out;
}

Count countOf(const std::vector<const PodSet*>& sets)
{
    Count out;
    for (const PodSet* set : sets) {
        out.ready += set->ready;
        out.desired += set->total;
    }
    return out;
}

Health healthOf(const Count& pods)
{
    if (pods.ready >= pods.desired) {
        return Health::Good;
    }
    return pods.ready == 0 ? Health::Bad : Health::Degraded;
}

} // namespace isthmus::topology
