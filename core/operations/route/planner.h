// SPDX-License-Identifier: GPL-3.0-or-later
// *Route*: a service's traffic split between clusters: subsets first, then the route that uses
// them, then one real request into each cluster. Pure.
#pragma once

#include "core/operations/planning.h"

namespace isthmus::operations {

void planRoute(Draft& draft, const mesh::RouteSpec& route);

} // namespace isthmus::operations
