// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/diff.h"

#include <map>

namespace isthmus::topology {

namespace {

bool same(const Cluster& a, const Cluster& b)
{
    Cluster heardAlike = b;
    heardAlike.connection.heardAt = a.connection.heardAt;
    return a == heardAlike;
}

bool same(const Link& a, const Link& b)
{
    Link seenAlike = b;
    seenAlike.forth.at = a.forth.at;
    seenAlike.back.at = a.back.at;
    return a == seenAlike;
}

template<typename Value>
bool same(const Value& a, const Value& b)
{
    return a == b;
}

template<typename Value, typename Id>
IdChanges<Id>
compare(const std::vector<Value>& before, const std::vector<Value>& after, Id Value::* id)
{
    std::map<Id, const Value*> old;
    for (const Value& value : before) {
        old.emplace(value.*id, &value);
    }
    std::map<Id, const Value*> now;
    for (const Value& value : after) {
        now.emplace(value.*id, &value);
    }
    IdChanges<Id> out;
    for (const auto& [key, value] : now) {
        const auto found = old.find(key);
        if (found == old.end()) {
            out.added.push_back(key);
        } else if (!same(*found->second, *value)) {
            out.changed.push_back(key);
        }
    }
    for (const auto& [key, value] : old) {
        if (!now.contains(key)) {
            out.removed.push_back(key);
        }
    }
    return out;
}

std::string text(const ClusterId& id)
{
    return id.str();
}

template<typename Id>
std::string lines(const IdChanges<Id>& changes)
{
    std::string out;
    for (const auto& [mark, ids] : { std::pair { '+', &changes.added },
                                     std::pair { '~', &changes.changed },
                                     std::pair { '-', &changes.removed } }) {
        for (const Id& id : *ids) {
            out += std::string(1, mark) + " " + text(id) + "\n";
        }
    }
    return out;
}

} // namespace

bool Diff::empty() const
{
    return clusters.empty() && controlPlanes.empty() && gateways.empty() && workloads.empty()
        && services.empty() && routes.empty() && links.empty();
}

Diff diff(const TopologySnapshot& before, const TopologySnapshot& after)
{
    return { .clusters = compare(before.clusters, after.clusters, &Cluster::id),
             .controlPlanes =
                 compare(before.controlPlanes, after.controlPlanes, &ControlPlane::ref),
             .gateways = compare(before.gateways, after.gateways, &Gateway::ref),
             .workloads = compare(before.workloads, after.workloads, &Workload::ref),
             .services = compare(before.services, after.services, &Service::ref),
             .routes = compare(before.routes, after.routes, &Route::ref),
             .links = compare(before.links, after.links, &Link::id) };
}

std::string dump(const Diff& diff)
{
    return lines(diff.clusters) + lines(diff.controlPlanes) + lines(diff.gateways)
        + lines(diff.workloads) + lines(diff.services) + lines(diff.routes) + lines(diff.links);
}

} // namespace isthmus::topology
