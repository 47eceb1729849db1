// SPDX-License-Identifier: GPL-3.0-or-later
// Sets of fields in the form of managedFields (FieldsV1): "f:name", "k:{…}", "v:…", "." for an item
// itself; a node without children is the field with all below it. Pure.
#pragma once

#include "core/json/value.h"
#include "core/sim/kind.h"

#include <string>
#include <vector>

namespace isthmus::sim {

/// Whose lists and maps merge how.
struct Schema
{
    std::string kind;
    bool custom = false;
};

[[nodiscard]] Schema schemaOf(const Kind& kind);

using FieldSet = json::Value; ///< an object; {} is the empty set

/// Every field that the value sets.
[[nodiscard]] FieldSet fieldsOf(const json::Value& value, const Schema& schema);
/// The fields in which `after` differs from `before`: added, changed, removed.
[[nodiscard]] FieldSet
changedFields(const json::Value& before, const json::Value& after, const Schema& schema);

[[nodiscard]] bool isEmpty(const FieldSet& set);
[[nodiscard]] FieldSet united(const FieldSet& a, const FieldSet& b);
[[nodiscard]] FieldSet without(const FieldSet& a, const FieldSet& b);
[[nodiscard]] FieldSet common(const FieldSet& a, const FieldSet& b);
/// The paths, as conflicts name them: ".spec.ports[port=80,protocol=\"TCP\"].name".
[[nodiscard]] std::vector<std::string> pathsOf(const FieldSet& set);

/// The element of a list item, by the rule of its list: "k:{\"name\":\"a\"}".
[[nodiscard]] std::string itemElement(const json::Value& item,
                                      const std::vector<std::string>& keys);

/// `onto` with everything that `from` says, lists by their rules.
[[nodiscard]] json::Value merged(json::Value onto, const json::Value& from, const Schema& schema);
/// The value without the fields of the set.
[[nodiscard]] json::Value
withoutFields(json::Value value, const FieldSet& set, const Schema& schema);

} // namespace isthmus::sim
