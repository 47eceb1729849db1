// SPDX-License-Identifier: GPL-3.0-or-later
// What an API server fills in and what it refuses, for the kinds that matter to a mesh. Pure, but
// for the random numbers of addresses.
#pragma once

#include "core/json/value.h"
#include "core/sim/failure.h"
#include "core/sim/kind.h"

#include <random>
#include <vector>

namespace isthmus::sim {

/// Fills in what the object leaves open; what the server chose before (addresses, ports) stays.
/// `before` is null for a new object.
void setDefaults(const Kind& kind,
                 const json::Value& before,
                 json::Value& object,
                 std::mt19937_64& random);

/// What is wrong with it; `before` is null for a new object.
[[nodiscard]] std::vector<Cause>
validate(const Kind& kind, const json::Value& before, const json::Value& object);

} // namespace isthmus::sim
