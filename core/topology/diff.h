// SPDX-License-Identifier: GPL-3.0-or-later
// What is different between two snapshots, by id. Pure.
#pragma once

#include "core/topology/snapshot.h"

#include <string>
#include <vector>

namespace isthmus::topology {

template<typename Id>
struct IdChanges
{
    std::vector<Id> added = {}; ///< each sorted
    std::vector<Id> changed = {};
    std::vector<Id> removed = {};

    [[nodiscard]] bool empty() const { return added.empty() && changed.empty() && removed.empty(); }
};

/// A cluster counts as changed only for what it is, not for having been heard of again.
struct Diff
{
    IdChanges<ClusterId> clusters;
    IdChanges<ObjectRef> controlPlanes;
    IdChanges<ObjectRef> gateways;
    IdChanges<ObjectRef> workloads;
    IdChanges<ObjectRef> services;
    IdChanges<RouteRef> routes;
    IdChanges<LinkId> links;

    [[nodiscard]] bool empty() const;
};

[[nodiscard]] Diff diff(const TopologySnapshot& before, const TopologySnapshot& after);
/// "+ onprem/Service/shop/cart" per line; ~ for changed, - for removed.
[[nodiscard]] std::string dump(const Diff& diff);

} // namespace isthmus::topology
