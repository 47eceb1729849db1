// SPDX-License-Identifier: GPL-3.0-or-later
// What `helm template` printed, made into objects that can be applied: lists unpacked, tests
// dropped, namespaces filled in, Helm's ownership marks set. Pure. Any thread. Internal to charts.
#pragma once

#include "core/base/result.h"
#include "core/json/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::charts {

/// Which Helm release the objects belong to, as a later `helm upgrade` looks for it.
struct Owner
{
    std::string release;
    std::string ns;
};

/// Objects in helm's order, which is its install order. Errors: Invalid (no YAML, a document that
/// is no object, one object twice), Unsupported (a hook other than a test).
[[nodiscard]] Result<std::vector<json::Value>> readManifest(std::string_view text,
                                                            const Owner& owner);

/// Whether objects of this kind live outside namespaces; kinds nobody knows are taken as
/// namespaced.
[[nodiscard]] bool isClusterScoped(std::string_view kind);

} // namespace isthmus::charts
