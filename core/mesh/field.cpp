// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/field.h"

#include "core/base/strings.h"
#include "core/mesh/suggest.h"

#include <algorithm>

namespace isthmus::mesh {

namespace {

/// Places in the schema where a key of this name is known, in words: "spec.clusters[].context".
void findPlaces(const json::Value& schema,
                std::string_view key,
                const std::string& prefix,
                std::vector<std::string>& places)
{
    for (const auto& [name, part] : schema["properties"].object()) {
        const std::string place = prefix.empty() ? name : prefix + "." + name;
        if (name == key) {
            places.push_back(place);
        }
        findPlaces(part, key, place, places);
        findPlaces(part["items"], key, place + "[]", places);
    }
}

Message unknownKeyRemedy(const ReadContext& context,
                         const std::string& key,
                         const std::vector<std::string>& known)
{
    if (const auto near = nearest(key, known)) {
        return msg("mesh.did-you-mean", { { "word", *near } });
    }
    std::vector<std::string> places;
    findPlaces(context.schema, key, {}, places);
    if (places.size() == 1) {
        return msg("mesh.belongs-at", { { "place", places.front() } });
    }
    return msg("mesh.known-keys", { { "keys", join(known, ", ") } });
}

std::string kindName(const yaml::Node& node)
{
    switch (node.kind) {
    case yaml::Node::Kind::Null:
        return "nothing";
    case yaml::Node::Kind::Sequence:
        return "a list";
    case yaml::Node::Kind::Map:
        return "a map";
    case yaml::Node::Kind::Scalar:
        break;
    }
    return (node.quoted ? "the text \"" : "\"") + shortened(node.scalar, 60) + "\"";
}

Message with(Message message, const std::string& value)
{
    message.args = { { "value", shortened(value, 80) } };
    return message;
}

} // namespace

void reportType(ReadContext& context,
                const FieldPath& at,
                const yaml::Node& node,
                const std::string& expected)
{
    if (node.kind == yaml::Node::Kind::Null) {
        context.problems.errorAtKey(
            at, msg("mesh.no-value", { { "expected", expected } }), msg("mesh.give-value"));
        return;
    }
    context.problems.error(at,
                           msg("mesh.wrong-type", { { "expected", expected } }),
                           msg("mesh.write-type", { { "expected", expected } }),
                           "it is " + kindName(node));
}

bool isText(ReadContext& context, const FieldPath& at, const yaml::Node& node)
{
    if (node.kind == yaml::Node::Kind::Scalar && !node.scalar.empty()) {
        return true;
    }
    reportType(context, at, node, "a text");
    return false;
}

void reportChoice(ReadContext& context,
                  const FieldPath& at,
                  const std::string& value,
                  const std::vector<std::string>& known)
{
    const auto near = nearest(value, known);
    context.problems.error(at,
                           msg("mesh.unknown-word", { { "word", shortened(value, 60) } }),
                           near ? msg("mesh.did-you-mean", { { "word", *near } })
                                : msg("mesh.known-words", { { "words", join(known, ", ") } }));
}

void reportLater(ReadContext& context,
                 const FieldPath& at,
                 const std::string& what,
                 Message instead)
{
    context.problems.errorAtKey(at, msg("mesh.not-yet", { { "what", what } }), std::move(instead));
}

bool checkKeys(ReadContext& context,
               const FieldPath& at,
               const yaml::Node& node,
               const std::vector<std::string>& known,
               const std::vector<std::string>& required)
{
    if (node.kind != yaml::Node::Kind::Map) {
        reportType(context, at, node, "a map");
        return false;
    }
    for (const auto& [key, value] : node.members) {
        if (std::ranges::find(known, key.scalar) == known.end()) {
            context.problems.errorAtKey(
                at / key.scalar,
                msg("mesh.unknown-key", { { "key", shortened(key.scalar, 60) } }),
                unknownKeyRemedy(context, key.scalar, known));
        }
    }
    for (const std::string& key : required) {
        if (node.find(key) == nullptr) {
            context.problems.error(at / key,
                                   msg("mesh.missing", { { "key", key } }),
                                   msg("mesh.add-key", { { "key", key } }));
        }
    }
    return true;
}

Type<std::string> text()
{
    Type<std::string> type;
    type.schema = json::Object { { "type", "string" }, { "minLength", 1 } };
    type.show = [](const std::string& value) {
        return value.empty() ? json::Value() : json::Value(value);
    };
    type.read =
        [](ReadContext& context, const FieldPath& at, const yaml::Node& node, std::string& out) {
            if (isText(context, at, node)) {
                out = node.scalar;
            }
        };
    return type;
}

Type<std::string> text(TextRule rule)
{
    Type<std::string> type = text();
    json::Object schema { { "type", "string" } };
    for (const auto& [key, value] : rule.schema) {
        schema[key] = value;
    }
    type.schema = std::move(schema);
    type.read = [rule = std::move(rule)](ReadContext& context,
                                         const FieldPath& at,
                                         const yaml::Node& node,
                                         std::string& out) {
        if (!isText(context, at, node)) {
            return;
        }
        out = node.scalar;
        if (!rule.accepts(out)) {
            context.problems.error(at, with(rule.problem, out), with(rule.remedy, out));
        }
    };
    return type;
}

Type<bool> boolean()
{
    Type<bool> type;
    type.schema = json::Object { { "type", "boolean" } };
    type.show = [](bool value) { return json::Value(value); };
    type.read = [](ReadContext& context, const FieldPath& at, const yaml::Node& node, bool& out) {
        const bool plain = node.kind == yaml::Node::Kind::Scalar && !node.quoted;
        if (plain && (node.scalar == "true" || node.scalar == "false")) {
            out = node.scalar == "true";
        } else {
            reportType(context, at, node, "true or false");
        }
    };
    return type;
}

Type<int> integer(int least, int most)
{
    Type<int> type;
    type.schema = json::Object { { "type", "integer" }, { "minimum", least }, { "maximum", most } };
    type.show = [](int value) { return json::Value(value); };
    type.read =
        [least, most](ReadContext& context, const FieldPath& at, const yaml::Node& node, int& out) {
            const bool plain = node.kind == yaml::Node::Kind::Scalar && !node.quoted;
            const bool canonical = plain && (node.scalar == "0" || !node.scalar.starts_with('0'));
            const auto value = canonical ? toInteger(node.scalar) : std::nullopt;
            if (!value) {
                reportType(context, at, node, "a whole number");
            } else if (*value < least || *value > most) {
                context.problems.error(
                    at,
                    msg("mesh.out-of-range", { { "value", node.scalar } }),
                    msg("mesh.range",
                        { { "least", std::to_string(least) }, { "most", std::to_string(most) } }));
            } else {
                out = static_cast<int>(*value);
            }
        };
    return type;
}

Type<std::filesystem::path> path()
{
    Type<std::filesystem::path> type;
    type.schema = json::Object { { "type", "string" }, { "minLength", 1 } };
    type.read = [](ReadContext& context,
                   const FieldPath& at,
                   const yaml::Node& node,
                   std::filesystem::path& out) {
        if (!isText(context, at, node)) {
            return;
        }
        if (node.scalar.starts_with('~')) {
            context.problems.error(at, msg("mesh.tilde"), msg("mesh.write-whole-path"));
            return;
        }
        out = (context.folder / node.scalar).lexically_normal();
    };
    return type;
}

Type<json::Value> values()
{
    Type<json::Value> type;
    type.schema = json::Object { { "type", "object" } };
    type.read =
        [](ReadContext& context, const FieldPath& at, const yaml::Node& node, json::Value& out) {
            if (node.kind != yaml::Node::Kind::Map) {
                reportType(context, at, node, "a map");
                return;
            }
            Result<json::Value> value = yaml::toValue(node);
            if (!value) {
                context.problems.error(at,
                                       value.error().message,
                                       value.error().remedy,
                                       "line:column " + value.error().subject);
                return;
            }
            out = std::move(*value);
        };
    return type;
}

Type<std::map<std::string, std::string>> textMap()
{
    Type<std::map<std::string, std::string>> type;
    type.schema =
        json::Object { { "type", "object" },
                       { "additionalProperties", json::Object { { "type", "string" } } } };
    type.read = [](ReadContext& context,
                   const FieldPath& at,
                   const yaml::Node& node,
                   std::map<std::string, std::string>& out) {
        if (node.kind != yaml::Node::Kind::Map) {
            reportType(context, at, node, "a map");
            return;
        }
        for (const auto& [key, value] : node.members) {
            if (value.kind == yaml::Node::Kind::Scalar) {
                out[key.scalar] = value.scalar;
            } else {
                reportType(context, at / key.scalar, value, "a text");
            }
        }
    };
    return type;
}

json::Value objectSchema(json::Object properties, const std::vector<std::string>& required)
{
    json::Value schema = json::Object { { "type", "object" }, { "additionalProperties", false } };
    schema.member("properties") = std::move(properties);
    for (const std::string& key : required) {
        schema.member("required").push(key);
    }
    return schema;
}

} // namespace isthmus::mesh
