// SPDX-License-Identifier: GPL-3.0-or-later
// metadata.managedFields: who owns which field after a write, and the conflicts of server-side
// apply. Pure.
#pragma once

#include "core/json/value.h"
#include "core/sim/failure.h"
#include "core/sim/kind.h"

#include <string>

namespace isthmus::sim {

struct Writer
{
    std::string manager;
    std::string time; ///< RFC 3339, whole seconds
    std::string subresource = {};
    bool force = false; ///< apply only
};

/// `after` with the managedFields that an update of `before` by the writer leaves. `before` is null
/// for a new object.
[[nodiscard]] json::Value
trackUpdate(const Kind& kind, const json::Value& before, json::Value after, const Writer& writer);

/// What server-side apply makes of `live`, null where there is no such object: merged, pruned,
/// tracked. Errors: 409 with the fields and managers in conflict.
[[nodiscard]] Outcome<json::Value>
applied(const Kind& kind, const json::Value& live, const json::Value& intent, const Writer& writer);

} // namespace isthmus::sim
