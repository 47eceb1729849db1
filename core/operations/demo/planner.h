// SPDX-License-Identifier: GPL-3.0-or-later
// *Demo*: Online Boutique: everything on the primary, the frontend on each remote with the Services
// of all back ends; then the load, once there is a way in. Pure.
#pragma once

#include "core/operations/planning.h"

namespace isthmus::operations {

void planDemo(Draft& draft, const std::optional<ClusterId>& only);
/// The pod that plays the visitors; after the routes, whose weights it shall follow.
void planLoad(Draft& draft);

} // namespace isthmus::operations
