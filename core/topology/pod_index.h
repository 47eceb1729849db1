// SPDX-License-Identifier: GPL-3.0-or-later
// The pods of one cluster, gathered by what made them, so that thousands of them are matched as a
// few sets: the pods of one ReplicaSet carry the same labels.
#pragma once

#include "core/topology/inputs.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::topology {

/// Refers to the records of its cluster, and must not outlive them.
struct PodSet
{
    ObjectRef workload;
    const Labels* labels = nullptr;
    int total = 0;
    int ready = 0;
    int sidecars = 0;
    int restarts = 0;
    std::string waiting = {}; ///< the first reason that one gives
    std::string proxyImage = {};
};

class PodIndex
{
public:
    /// Pods that have ended are left out: they serve nobody.
    explicit PodIndex(const ClusterInputs& cluster);

    /// The sets of a namespace that a selector selects; an empty selector selects none.
    [[nodiscard]] std::vector<const PodSet*> select(std::string_view ns,
                                                    const Labels& selector) const;

    [[nodiscard]] const std::map<std::string, std::vector<PodSet>, std::less<>>& all() const
    {
        return m_sets;
    }

private:
    std::map<std::string, std::vector<PodSet>, std::less<>> m_sets; ///< by namespace
};

/// Ready and all pods of the sets.
[[nodiscard]] Count countOf(const std::vector<const PodSet*>& sets);
/// None wanted is good, none ready is bad.
[[nodiscard]] Health healthOf(const Count& pods);

} // namespace isthmus::topology
