// SPDX-License-Identifier: GPL-3.0-or-later
// The tables that `kubectl get` prints. Pure.
#pragma once

#include "core/base/clock.h"
#include "core/json/value.h"
#include "core/sim/kind.h"

#include <vector>

namespace isthmus::sim {

/// A Table (meta.k8s.io/v1) with a row per object, each with the object's metadata; times as their
/// age.
[[nodiscard]] json::Value tableOf(const Kind& kind,
                                  const std::vector<json::Value>& objects,
                                  const json::Value& metadata,
                                  UtcTime now);

} // namespace isthmus::sim
