// SPDX-License-Identifier: GPL-3.0-or-later
// Gets, lists and watches: part of the API (api.h).
#pragma once

#include "core/sim/request.h"

namespace isthmus::sim {

[[nodiscard]] Reply readObject(const Model& model, const Request& request, const Subject& subject);
[[nodiscard]] Reply readCollection(const Model& model,
                                   const Request& request,
                                   const Route& route,
                                   const Subject& subject);
/// The object in the version of the kind it was asked by.
[[nodiscard]] json::Value inVersion(json::Value object, const Kind& kind);
/// Whether the client wants `kubectl get`'s table.
[[nodiscard]] bool wantsTable(const Request& request);

} // namespace isthmus::sim
