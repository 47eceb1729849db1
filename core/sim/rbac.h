// SPDX-License-Identifier: GPL-3.0-or-later
// May somebody do something: the roles and bindings of the cluster, as the RBAC authorizer reads
// them.
#pragma once

#include "core/sim/model.h"

#include <string>

namespace isthmus::sim {

struct Attributes
{
    std::string verb;
    std::string group = {};
    std::string resource = {}; ///< with its sub-resource: "pods/proxy"
    std::string ns = {};
    std::string name = {};
};

[[nodiscard]] bool
isAllowed(const Model& model, const Identity& identity, const Attributes& attributes);

} // namespace isthmus::sim
