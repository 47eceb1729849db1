// SPDX-License-Identifier: GPL-3.0-or-later
// What one field alone cannot tell: defaults that depend on other fields, and rules between fields.
// Internal to mesh; pure.
#pragma once

#include "core/mesh/mesh_spec.h"
#include "core/mesh/problems.h"

namespace isthmus::mesh {

/// Fills in roles, contexts, the ingress cluster, the shop's placement and services left out.
void applyDefaults(MeshSpec& spec, const Problems& problems);

/// Adds everything that is wrong between fields. Values that were reported as missing are passed
/// over.
void checkRules(const MeshSpec& spec, Problems& problems);

} // namespace isthmus::mesh
