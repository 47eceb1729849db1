// SPDX-License-Identifier: GPL-3.0-or-later
// Merge patches (RFC 7386) and Kubernetes' strategic merge patches. Pure.
#pragma once

#include "core/json/value.h"
#include "core/sim/kind.h"

namespace isthmus::sim {

[[nodiscard]] json::Value mergePatched(json::Value target, const json::Value& patch);
/// With $patch, $retainKeys, $deleteFromPrimitiveList and lists by their merge key; the directives
/// of order ($setElementOrder) are followed where they name every item.
[[nodiscard]] json::Value
strategicPatched(json::Value target, const json::Value& patch, const Kind& kind);

} // namespace isthmus::sim
