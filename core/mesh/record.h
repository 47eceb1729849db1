// SPDX-License-Identifier: GPL-3.0-or-later
// The templates of field.h: records over structs, lists, choices, optional parts. Internal to mesh.
#pragma once

#include "core/mesh/field.h"

#include <algorithm>

namespace isthmus::mesh {

template<typename T>
class Record
{
public:
    using Finish = std::function<void(ReadContext&, const FieldPath&, const yaml::Node&, T&)>;

    /// `finish` runs after all fields were read: for rules between them.
    explicit Record(std::vector<Field<T>> fields, Finish finish = {})
        : m_fields(std::move(fields))
        , m_finish(std::move(finish))
    {
        for (const Field<T>& field : m_fields) {
            m_known.push_back(field.key);
            if (field.required) {
                m_required.push_back(field.key);
            }
        }
    }

    void read(ReadContext& context, const FieldPath& at, const yaml::Node& node, T& out) const
    {
        if (!checkKeys(context, at, node, m_known, m_required)) {
            return;
        }
        for (const Field<T>& field : m_fields) {
            if (const yaml::Node* value = node.find(field.key)) {
                field.read(context, at / field.key, *value, out);
            }
        }
        if (m_finish) {
            m_finish(context, at, node, out);
        }
    }

    [[nodiscard]] json::Value schema() const
    {
        json::Object properties;
        for (const Field<T>& field : m_fields) {
            json::Value part = field.schema;
            part.member("description") = field.doc;
            properties[field.key] = std::move(part);
        }
        return objectSchema(std::move(properties), m_required);
    }

private:
    std::vector<Field<T>> m_fields;
    Finish m_finish;
    std::vector<std::string> m_known;
    std::vector<std::string> m_required;
};

/// A key that fills one member. Its default is what a fresh T holds there.
template<typename T, typename V>
Field<T> field(std::string key,
               V T::* member,
               Type<V> type,
               std::string doc,
               Presence presence = Presence::Optional)
{
    json::Value schema = type.schema;
    if (presence == Presence::Optional) {
        if (json::Value fallback = type.show(T().*member); !fallback.isNull()) {
            schema.member("default") = std::move(fallback);
        }
    }
    auto read = [member, type = std::move(type)](
                    ReadContext& context, const FieldPath& at, const yaml::Node& node, T& out) {
        type.read(context, at, node, out.*member);
    };
    return { std::move(key),
             std::move(doc),
             std::move(schema),
             std::move(read),
             presence == Presence::Required };
}

/// A key whose map fills members of the same struct: a level of the file that the value does not
/// have.
template<typename T>
Field<T>
group(std::string key, std::string doc, Record<T> record, Presence presence = Presence::Optional)
{
    json::Value schema = record.schema();
    auto read = [record = std::move(record)](
                    ReadContext& context, const FieldPath& at, const yaml::Node& node, T& out) {
        record.read(context, at, node, out);
    };
    return { std::move(key),
             std::move(doc),
             std::move(schema),
             std::move(read),
             presence == Presence::Required };
}

/// A key that this version refuses, whatever its value.
template<typename T>
Field<T>
later(std::string key, std::string doc, json::Value schema, std::string what, Message instead)
{
    auto read = [what = std::move(what), instead = std::move(instead)](
                    ReadContext& context, const FieldPath& at, const yaml::Node&, T&) {
        reportLater(context, at, what, instead);
    };
    return { std::move(key),
             "Not done by this version. " + doc,
             std::move(schema),
             std::move(read),
             false };
}

template<typename T>
Type<T> object(Record<T> record)
{
    Type<T> type;
    type.schema = record.schema();
    type.read = [record = std::move(record)](
                    ReadContext& context, const FieldPath& at, const yaml::Node& node, T& out) {
        record.read(context, at, node, out);
    };
    return type;
}

template<typename V>
Type<std::optional<V>> optional(Type<V> inner)
{
    Type<std::optional<V>> type;
    type.schema = inner.schema;
    type.read = [inner = std::move(inner)](ReadContext& context,
                                           const FieldPath& at,
                                           const yaml::Node& node,
                                           std::optional<V>& out) {
        inner.read(context, at, node, out.emplace());
    };
    return type;
}

/// The same text as a type of its own: ClusterId.
template<typename V>
Type<V> named(Type<std::string> inner)
{
    Type<V> type;
    type.schema = inner.schema;
    type.read = [inner = std::move(inner)](
                    ReadContext& context, const FieldPath& at, const yaml::Node& node, V& out) {
        std::string value;
        inner.read(context, at, node, value);
        out = V(std::move(value));
    };
    return type;
}

template<typename V>
Type<std::vector<V>> listOf(Type<V> inner)
{
    Type<std::vector<V>> type;
    type.schema = json::Object { { "type", "array" }, { "items", inner.schema } };
    type.read = [inner = std::move(inner)](ReadContext& context,
                                           const FieldPath& at,
                                           const yaml::Node& node,
                                           std::vector<V>& out) {
        if (node.kind != yaml::Node::Kind::Sequence) {
            reportType(context, at, node, "a list");
            return;
        }
        // Broken items stay in the list: places are found again by their index.
        out.assign(node.items.size(), V());
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            inner.read(context, at[i], node.items[i], out[i]);
        }
    };
    return type;
}

template<typename V>
struct Choice
{
    std::string word;
    V value;
    std::string later = {}; ///< what this version does not do yet, in words; empty: done
    Message instead = {};
};

template<typename V>
Type<V> choice(std::vector<Choice<V>> choices)
{
    Type<V> type;
    json::Array words;
    std::vector<std::string> known;
    for (const Choice<V>& each : choices) {
        words.emplace_back(each.word);
        known.push_back(each.word);
    }
    type.schema = json::Object { { "enum", std::move(words) } };
    type.show = [choices](const V& value) {
        const auto found = std::ranges::find(choices, value, &Choice<V>::value);
        return found != choices.end() ? json::Value(found->word) : json::Value();
    };
    type.read = [choices = std::move(choices), known = std::move(known)](
                    ReadContext& context, const FieldPath& at, const yaml::Node& node, V& out) {
        if (!isText(context, at, node)) {
            return;
        }
        const auto found = std::ranges::find(choices, node.scalar, &Choice<V>::word);
        if (found == choices.end()) {
            reportChoice(context, at, node.scalar, known);
            return;
        }
        out = found->value;
        if (!found->later.empty()) {
            reportLater(context, at, found->later, found->instead);
        }
    };
    return type;
}

} // namespace isthmus::mesh
