// SPDX-License-Identifier: GPL-3.0-or-later
// A JSON value that is read, edited and written again: Kubernetes objects, documents, journal
// records. Lists and watches do not come through here; they decode into typed records (core/watch).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace isthmus::json {

class Value;
using Array = std::vector<Value>;
/// Sorted by key, so that equal objects have equal text: digests and diffs need no other canonical
/// form.
using Object = std::map<std::string, Value, std::less<>>;

class Value
{
public:
    Value() = default; ///< null

    Value(std::nullptr_t) { } // NOLINT(google-explicit-constructor): literals read like JSON

    Value(bool value) // NOLINT(google-explicit-constructor)
        : m_data(value)
    { }

    template<std::integral T>
        requires(!std::same_as<T, bool>)
    Value(T value) // NOLINT(google-explicit-constructor)
        : m_data(static_cast<std::int64_t>(value))
    { }

    Value(double value) // NOLINT(google-explicit-constructor)
        : m_data(value)
    { }

    Value(std::string value) // NOLINT(google-explicit-constructor)
        : m_data(std::move(value))
    { }

    Value(std::string_view value) // NOLINT(google-explicit-constructor)
        : m_data(std::string(value))
    { }

    Value(const char* value) // NOLINT(google-explicit-constructor)
        : m_data(std::string(value))
    { }

    Value(Array value) // NOLINT(google-explicit-constructor)
        : m_data(std::move(value))
    { }

    Value(Object value) // NOLINT(google-explicit-constructor)
        : m_data(std::move(value))
    { }

    [[nodiscard]] bool isNull() const { return m_data.index() == 0; }

    [[nodiscard]] const bool* asBool() const { return std::get_if<bool>(&m_data); }

    [[nodiscard]] const std::int64_t* asInteger() const
    {
        return std::get_if<std::int64_t>(&m_data);
    }

    [[nodiscard]] const double* asDouble() const { return std::get_if<double>(&m_data); }

    [[nodiscard]] const std::string* asString() const { return std::get_if<std::string>(&m_data); }

    [[nodiscard]] const Array* asArray() const { return std::get_if<Array>(&m_data); }

    [[nodiscard]] const Object* asObject() const { return std::get_if<Object>(&m_data); }

    [[nodiscard]] std::string* asString() { return std::get_if<std::string>(&m_data); }

    [[nodiscard]] Array* asArray() { return std::get_if<Array>(&m_data); }

    [[nodiscard]] Object* asObject() { return std::get_if<Object>(&m_data); }

    /// The member, or null where this is no object or has no such key. Chains without checks:
    /// `pod["status"]["phase"].string()`.
    [[nodiscard]] const Value& operator[](std::string_view key) const;
    /// The element, or null where this is no array or is shorter.
    [[nodiscard]] const Value& operator[](std::size_t index) const;
    /// The member, made if missing; a value that is no object becomes one first.
    Value& member(std::string_view key);
    [[nodiscard]] bool contains(std::string_view key) const;
    void erase(std::string_view key);
    /// Appends; a value that is no array becomes one first.
    void push(Value value);

    /// The text, or "" where this is no string.
    [[nodiscard]] const std::string& string() const;
    /// The number, or `otherwise` where this is no integer.
    [[nodiscard]] std::int64_t integer(std::int64_t otherwise = 0) const;
    [[nodiscard]] bool boolean(bool otherwise = false) const;
    /// The elements, or none where this is no array.
    [[nodiscard]] const Array& array() const;
    /// The members, or none where this is no object.
    [[nodiscard]] const Object& object() const;

    friend bool operator==(const Value&, const Value&) = default;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> m_data;
};

/// One line, keys sorted, raw UTF-8: no `\/` and no surrogate escapes, which server-side apply
/// refuses (reference: an apply body goes through a YAML parser).
[[nodiscard]] std::string write(const Value& value);
/// The same with two spaces of indent, for people.
[[nodiscard]] std::string writePretty(const Value& value);

/// Zeroes every text in the value before it dies; for bodies that carried a key or a token.
void wipe(Value& value);

} // namespace isthmus::json
