// SPDX-License-Identifier: GPL-3.0-or-later
// A MeshSpec as indented text, so that a test that fails shows a difference. Not a file format.
#pragma once

#include "core/mesh/mesh_spec.h"

#include <string>

namespace isthmus::mesh {

/// Every field that says something, defaults included; empty ones are left out.
[[nodiscard]] std::string dump(const MeshSpec& spec);

[[nodiscard]] std::string_view name(Topology topology);
[[nodiscard]] std::string_view name(Role role);
[[nodiscard]] std::string_view name(Mtls mtls);
[[nodiscard]] std::string_view name(ServiceType type);

} // namespace isthmus::mesh
