// SPDX-License-Identifier: GPL-3.0-or-later
// Who owns which field, as metadata.managedFields says (FieldsV1). Objects come with that entry
// only where they were read with it. Pure.
#pragma once

#include "core/json/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::kube {

/// The object reduced to the fields that `manager` owns by server-side apply, with apiVersion,
/// kind, name and namespace: what it last applied, as far as the object still holds it, and so what
/// undo applies again. Null where the manager never applied.
[[nodiscard]] json::Value extractOwned(const json::Value& object, std::string_view manager);

struct Owner
{
    std::string manager;
    bool applied =
        false; ///< by server-side apply; false: by update, which takes fields without asking
    std::string subresource = {}; ///< "status", "scale", or empty
    std::string time = {}; ///< RFC 3339, of its last change

    friend bool operator==(const Owner&, const Owner&) = default;
};

/// Owners of the field, of the list or map it lies in where that is owned whole, or of anything
/// below it. `path` is written as the server writes it in conflicts: ".spec.http",
/// ".spec.ports[port=80,protocol=\"TCP\"].name".
[[nodiscard]] std::vector<Owner> ownersOf(const json::Value& object, std::string_view path);

/// Every path that the manager owns, by apply or update, sorted.
[[nodiscard]] std::vector<std::string> ownedPaths(const json::Value& object,
                                                  std::string_view manager);

} // namespace isthmus::kube
