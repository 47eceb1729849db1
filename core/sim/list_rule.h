// SPDX-License-Identifier: GPL-3.0-or-later
// How the lists and maps of Kubernetes' own kinds merge (x-kubernetes-list-type and its keys).
// Those of custom resources are atomic: Istio's CRDs mark none. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::sim {

enum class Merge
{
    Granular, ///< a map or struct, by its fields
    Atomic, ///< owned and replaced whole
    Set, ///< a list of scalars, each owned
    ByKeys, ///< a list of maps, told apart by the keys
};

struct ListRule
{
    Merge merge = Merge::Atomic;
    std::vector<std::string> keys = {};
    std::string patchKey = {}; ///< the one key of strategic merge patches, where it differs
};

/// `path`: field names from the object's root, items of lists left out: {"spec", "containers",
/// "ports"}.
[[nodiscard]] ListRule
listRule(std::string_view kind, bool custom, const std::vector<std::string>& path);
/// Whether the map is owned whole: selectors, references.
[[nodiscard]] bool isAtomicMap(bool custom, const std::vector<std::string>& path);
/// What a missing key of a list item counts as: "TCP" for a port's protocol; empty otherwise.
[[nodiscard]] std::string_view keyDefault(std::string_view key);

} // namespace isthmus::sim
