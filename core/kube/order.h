// SPDX-License-Identifier: GPL-3.0-or-later
// In which waves objects are applied, so that nothing arrives before what it needs, and removed.
// Within a wave the order does not matter and requests may overlap. Pure.
#pragma once

#include "core/json/value.h"
#include "core/kube/object.h"

#include <cstddef>
#include <span>
#include <vector>

namespace isthmus::kube {

/// Namespaces, then definitions, what pods stand on, bindings and secrets, Services, workloads,
/// webhook configurations, custom resources, and last what routes traffic to the others. Wave
/// numbers only compare. A webhook configuration comes after the workloads because a fail-closed
/// one would reject the very pods that serve it.
[[nodiscard]] int applyWave(const ObjectKey& key);

/// Indices into `objects`, wave by wave; within a wave in the order given.
[[nodiscard]] std::vector<std::vector<std::size_t>>
applyWaves(std::span<const json::Value> objects);
[[nodiscard]] std::vector<std::vector<std::size_t>> applyWaves(std::span<const ObjectKey> keys);
/// The reverse: traffic goes first, namespaces last.
[[nodiscard]] std::vector<std::vector<std::size_t>> removalWaves(std::span<const ObjectKey> keys);

} // namespace isthmus::kube
