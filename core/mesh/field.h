// SPDX-License-Identifier: GPL-3.0-or-later
// The words that the table of mesh.yaml is written in. A Type reads a node into a value and knows
// its JSON Schema; a Field is a key of a map; a Record is a map. Parser and schema come from the
// same table, so no key can be in one and not in the other. Internal to mesh; pure.
#pragma once

#include "core/json/value.h"
#include "core/mesh/problems.h"
#include "core/yaml/document.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace isthmus::mesh {

struct ReadContext
{
    Problems& problems;
    std::filesystem::path folder; ///< relative paths start here
    const json::Value& schema; ///< of the whole file: finds where a misplaced key belongs
};

template<typename V>
struct Type
{
    json::Value schema;
    /// Reports what is wrong and leaves `out` as it was, or as near as can be, so that reading goes
    /// on.
    std::function<void(ReadContext&, const FieldPath&, const yaml::Node&, V& out)> read;
    /// The value as the schema's `default`; null where it has none.
    std::function<json::Value(const V&)> show = [](const V&) { return json::Value(); };
};

template<typename T>
struct Field
{
    std::string key;
    std::string doc;
    json::Value schema;
    std::function<void(ReadContext&, const FieldPath&, const yaml::Node&, T&)> read;
    bool required = false;
};

enum class Presence
{
    Optional,
    Required
};

/// A text that must satisfy more than being there. `problem` and `remedy` get the argument {value}.
struct TextRule
{
    json::Object schema;
    std::function<bool(const std::string&)> accepts;
    Message problem;
    Message remedy;
};

[[nodiscard]] Type<std::string> text();
[[nodiscard]] Type<std::string> text(TextRule rule);
[[nodiscard]] Type<bool> boolean();
[[nodiscard]] Type<int> integer(int least, int most);
/// Resolved against the folder of the file; "~" is not expanded.
[[nodiscard]] Type<std::filesystem::path> path();
/// A map that is handed on as it is: Helm values.
[[nodiscard]] Type<json::Value> values();
[[nodiscard]] Type<std::map<std::string, std::string>> textMap();

/// Whether the node is a text; reports it where not.
bool isText(ReadContext& context, const FieldPath& at, const yaml::Node& node);
/// Reports a node of another kind than wanted. `expected` in words: "a map".
void reportType(ReadContext& context,
                const FieldPath& at,
                const yaml::Node& node,
                const std::string& expected);
/// Reports a word that is none of `known`.
void reportChoice(ReadContext& context,
                  const FieldPath& at,
                  const std::string& value,
                  const std::vector<std::string>& known);
/// Reports keys that are none of `known`, and required ones that are missing. False where it is no
/// map.
bool checkKeys(ReadContext& context,
               const FieldPath& at,
               const yaml::Node& node,
               const std::vector<std::string>& known,
               const std::vector<std::string>& required);
/// Reports something that the contract names and this version does not do. `what` in words.
void reportLater(ReadContext& context,
                 const FieldPath& at,
                 const std::string& what,
                 Message instead);
/// {"type": "object", "additionalProperties": false, …} from the fields' parts.
[[nodiscard]] json::Value objectSchema(json::Object properties,
                                       const std::vector<std::string>& required);

} // namespace isthmus::mesh
