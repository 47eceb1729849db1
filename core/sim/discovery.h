// SPDX-License-Identifier: GPL-3.0-or-later
// What a server says about itself: version, kinds, and as much OpenAPI as clients need to decide
// how they write.
#pragma once

#include "core/sim/request.h"

namespace isthmus::sim {

/// Paths outside of the objects: /version, /healthz, /api, /apis, /openapi. Nothing where the path
/// is none of them.
[[nodiscard]] std::optional<Reply>
answerDiscovery(const KindTable& kinds, const Request& request, const Route& route);

} // namespace isthmus::sim
