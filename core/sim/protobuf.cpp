// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/protobuf.h"

#include "core/base/strings.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace isthmus::sim {

namespace {

using json::Value;

enum class Form
{
    Text,
    Texts,
    Number,
    TextMap,
    BytesMap,
    Message,
    Messages,
};

/// A field of a message, by its number in Kubernetes' generated.proto files.
struct Field
{
    std::string_view message;
    unsigned number;
    std::string_view name;
    Form form;
    std::string_view below = {}; ///< the message it holds
};

constexpr std::array fields {
    Field { "Meta", 1, "name", Form::Text },
    Field { "Meta", 2, "generateName", Form::Text },
    Field { "Meta", 3, "namespace", Form::Text },
    Field { "Meta", 5, "uid", Form::Text },
    Field { "Meta", 6, "resourceVersion", Form::Text },
    Field { "Meta", 11, "labels", Form::TextMap },
    Field { "Meta", 12, "annotations", Form::TextMap },
    Field { "Meta", 14, "finalizers", Form::Texts },
    Field { "ConfigMap", 1, "metadata", Form::Message, "Meta" },
    Field { "ConfigMap", 2, "data", Form::TextMap },
    Field { "ConfigMap", 3, "binaryData", Form::BytesMap },
    Field { "Secret", 1, "metadata", Form::Message, "Meta" },
    Field { "Secret", 2, "data", Form::BytesMap },
    Field { "Secret", 3, "type", Form::Text },
    Field { "Secret", 4, "stringData", Form::TextMap },
    Field { "Namespace", 1, "metadata", Form::Message, "Meta" },
    Field { "ServiceAccount", 1, "metadata", Form::Message, "Meta" },
    Field { "Role", 1, "metadata", Form::Message, "Meta" },
    Field { "Role", 2, "rules", Form::Messages, "Rule" },
    Field { "ClusterRole", 1, "metadata", Form::Message, "Meta" },
    Field { "ClusterRole", 2, "rules", Form::Messages, "Rule" },
    Field { "Rule", 1, "verbs", Form::Texts },
    Field { "Rule", 2, "apiGroups", Form::Texts },
    Field { "Rule", 3, "resources", Form::Texts },
    Field { "Rule", 4, "resourceNames", Form::Texts },
    Field { "Rule", 5, "nonResourceURLs", Form::Texts },
    Field { "RoleBinding", 1, "metadata", Form::Message, "Meta" },
    Field { "RoleBinding", 2, "subjects", Form::Messages, "Subject" },
    Field { "RoleBinding", 3, "roleRef", Form::Message, "RoleRef" },
    Field { "ClusterRoleBinding", 1, "metadata", Form::Message, "Meta" },
    Field { "ClusterRoleBinding", 2, "subjects", Form::Messages, "Subject" },
    Field { "ClusterRoleBinding", 3, "roleRef", Form::Message, "RoleRef" },
    Field { "Subject", 1, "kind", Form::Text },
    Field { "Subject", 2, "apiGroup", Form::Text },
    Field { "Subject", 3, "name", Form::Text },
    Field { "Subject", 4, "namespace", Form::Text },
    Field { "RoleRef", 1, "apiGroup", Form::Text },
    Field { "RoleRef", 2, "kind", Form::Text },
    Field { "RoleRef", 3, "name", Form::Text },
    Field { "SelfSubjectAccessReview", 2, "spec", Form::Message, "AccessSpec" },
    Field { "AccessSpec", 1, "resourceAttributes", Form::Message, "Attributes" },
    Field { "Attributes", 1, "namespace", Form::Text },
    Field { "Attributes", 2, "verb", Form::Text },
    Field { "Attributes", 3, "group", Form::Text },
    Field { "Attributes", 4, "version", Form::Text },
    Field { "Attributes", 5, "resource", Form::Text },
    Field { "Attributes", 6, "subresource", Form::Text },
    Field { "Attributes", 7, "name", Form::Text },
    Field { "SelfSubjectRulesReview", 2, "spec", Form::Message, "RulesSpec" },
    Field { "RulesSpec", 1, "namespace", Form::Text },
    Field { "TokenRequest", 2, "spec", Form::Message, "TokenSpec" },
    Field { "TokenSpec", 1, "audiences", Form::Texts },
    Field { "TokenSpec", 4, "expirationSeconds", Form::Number },
    Field { "Unknown", 1, "type", Form::Message, "TypeMeta" },
    Field { "Unknown", 2, "raw", Form::Text },
    Field { "TypeMeta", 1, "apiVersion", Form::Text },
    Field { "TypeMeta", 2, "kind", Form::Text },
};

bool isKnown(std::string_view message)
{
    return std::ranges::any_of(fields,
                               [&](const Field& field) { return field.message == message; });
}

/// Takes bytes off the front; `good` turns false where they end too early.
class Reader
{
public:
    explicit Reader(std::string_view bytes)
        : m_rest(bytes)
    { }

    [[nodiscard]] bool atEnd() const { return m_rest.empty() || !good; }

    std::uint64_t number()
    {
        std::uint64_t out = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (m_rest.empty()) {
                break;
            }
            const auto byte = static_cast<unsigned char>(m_rest.front());
            m_rest.remove_prefix(1);
            out |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if ((byte & 0x80U) == 0) {
                return out;
            }
        }
        good = false;
        return 0;
    }

    std::string_view bytes()
    {
        const std::uint64_t size = number();
        if (size > m_rest.size()) {
            good = false;
            return {};
        }
        const std::string_view out = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
        return out;
    }

    bool good = true;

private:
    std::string_view m_rest;
};

std::optional<Value> read(std::string_view bytes, std::string_view message);

/// An entry of a map is a message with key and value.
bool addEntry(std::string_view bytes, bool encoded, Value& map)
{
    Reader reader(bytes);
    std::string key;
    std::string value;
    while (!reader.atEnd()) {
        const std::uint64_t tag = reader.number();
        ((tag >> 3U) == 1 ? key : value) = std::string(reader.bytes());
    }
    map.member(key) = encoded ? base64Encode(value) : value;
    return reader.good;
}

bool addField(const Field& field, std::string_view bytes, Value& out)
{
    switch (field.form) {
    case Form::Text:
        if (!bytes.empty()) { // protobuf says "" where JSON says nothing
            out.member(field.name) = bytes;
        }
        return true;
    case Form::Texts:
        out.member(field.name).push(bytes);
        return true;
    case Form::TextMap:
    case Form::BytesMap:
        return addEntry(bytes, field.form == Form::BytesMap, out.member(field.name));
    case Form::Message:
    case Form::Messages: {
        std::optional<Value> inner = read(bytes, field.below);
        if (!inner) {
            return false;
        }
        if (field.form == Form::Message) {
            out.member(field.name) = std::move(*inner);
        } else {
            out.member(field.name).push(std::move(*inner));
        }
        return true;
    }
    case Form::Number:
        return false; // not in this wire type
    }
    return false;
}

std::optional<Value> read(std::string_view bytes, std::string_view message)
{
    Value out = json::Object {};
    Reader reader(bytes);
    while (!reader.atEnd()) {
        const std::uint64_t tag = reader.number();
        const auto field = std::ranges::find_if(fields, [&](const Field& each) {
            return each.message == message && each.number == tag >> 3U;
        });
        const std::uint64_t wire = tag & 7U;
        if (wire == 0) {
            const std::uint64_t value = reader.number();
            if (field != fields.end() && field->form == Form::Number) {
                out.member(field->name) = static_cast<std::int64_t>(value);
            }
        } else if (wire == 2) {
            const std::string_view part = reader.bytes();
            if (field != fields.end() && !addField(*field, part, out)) {
                return std::nullopt;
            }
        } else {
            return std::nullopt;
        }
    }
    return reader.good ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace

std::optional<Value> fromProtobuf(std::string_view bytes)
{
    constexpr std::string_view magic { "k8s\0", 4 };
    if (!bytes.starts_with(magic)) {
        return std::nullopt;
    }
    const std::optional<Value> envelope = read(bytes.substr(magic.size()), "Unknown");
    if (!envelope) {
        return std::nullopt;
    }
    const std::string& kind = (*envelope)["type"]["kind"].string();
    if (!isKnown(kind)) {
        return std::nullopt;
    }
    std::optional<Value> object = read((*envelope)["raw"].string(), kind);
    if (object) {
        object->member("kind") = kind;
        object->member("apiVersion") = (*envelope)["type"]["apiVersion"];
    }
    return object;
}

} // namespace isthmus::sim
