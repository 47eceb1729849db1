// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reactors/reactors.h"

#include <algorithm>
#include <set>

namespace isthmus::sim {

void collectGarbage(Model& model, std::span<const Change> changes)
{
    std::set<std::string> gone;
    for (const Change& change : changes) {
        if (change.after == nullptr) {
            gone.insert((*change.before)["metadata"]["uid"].string());
        }
    }
    if (gone.empty()) {
        return;
    }
    std::vector<Place> dependents;
    model.store().forEach([&](const Place& place, const ObjectPtr& object) {
        const auto& owners = (*object)["metadata"]["ownerReferences"].array();
        // With several owners it stays as long as one of them does.
        if (!owners.empty() && std::ranges::all_of(owners, [&](const json::Value& owner) {
                return gone.contains(owner["uid"].string());
            })) {
            dependents.push_back(place);
        }
    });
    for (const Place& place : dependents) {
        model.removeAt(place);
    }
}

} // namespace isthmus::sim
