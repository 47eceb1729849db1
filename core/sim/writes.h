// SPDX-License-Identifier: GPL-3.0-or-later
// Creates, updates, patches, applies, deletes: part of the API (api.h).
#pragma once

#include "core/sim/request.h"

namespace isthmus::sim {

[[nodiscard]] Reply createObject(Model& model,
                                 const Request& request,
                                 const Route& route,
                                 const Subject& subject,
                                 json::Value body);
/// PUT, of the object or its status or scale.
[[nodiscard]] Reply replaceObject(Model& model,
                                  const Request& request,
                                  const Route& route,
                                  const Subject& subject,
                                  json::Value body);
/// PATCH, by its content type.
[[nodiscard]] Reply patchObject(Model& model,
                                const Request& request,
                                const Route& route,
                                const Subject& subject,
                                const json::Value& body);
/// DELETE, of an object or of a whole collection.
[[nodiscard]] Reply
deleteObjects(Model& model, const Route& route, const Subject& subject, const json::Value& body);
/// The Scale of a workload.
[[nodiscard]] json::Value scaleOf(const json::Value& object);

} // namespace isthmus::sim
