// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/value.h"

#include "core/base/secret.h"

#include <array>
#include <charconv>
#include <cmath>

namespace isthmus::json {

namespace {

const Value nothing;
const std::string noText;
const Array noElements;
const Object noMembers;

void writeString(std::string& out, std::string_view text)
{
    out += '"';
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\r':
            out += "\\r";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
                constexpr std::string_view digits = "0123456789abcdef";
                out += "\\u00";
                out += digits[static_cast<unsigned char>(c) >> 4];
                out += digits[static_cast<unsigned char>(c) & 0xF];
            } else {
                out += c;
            }
        }
    }
    out += '"';
}

void writeDouble(std::string& out, double value)
{
    if (!std::isfinite(value)) {
        out += "null"; // JSON has no other way to say it
        return;
    }
    std::array<char, 32> text {};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
    if (out.find_first_of(".e", out.size() - static_cast<std::size_t>(end - text.data()))
        == std::string::npos) {
        out += ".0"; // stays a double when read again
    }
}

/// Writes a value; `indent` < 0 means one line.
class Writer
{
public:
    Writer(std::string& out, int indent)
        : m_out(out)
        , m_indent(indent)
    { }

    void operator()(std::monostate) { m_out += "null"; }

    void operator()(bool value) { m_out += value ? "true" : "false"; }

    void operator()(std::int64_t value) { m_out += std::to_string(value); }

    void operator()(double value) { writeDouble(m_out, value); }

    void operator()(const std::string& value) { writeString(m_out, value); }

    void operator()(const Array& value)
    {
        list('[', ']', value, [this](const Value& item) { write(item); });
    }

    void operator()(const Object& value)
    {
        list('{', '}', value, [this](const Object::value_type& item) {
            writeString(m_out, item.first);
            m_out += m_indent < 0 ? ":" : ": ";
            write(item.second);
        });
    }

    void write(const Value& value)
    {
        if (const bool* flag = value.asBool()) {
            (*this)(*flag);
        } else if (const std::int64_t* integer = value.asInteger()) {
            (*this)(*integer);
        } else if (const double* number = value.asDouble()) {
            (*this)(*number);
        } else if (const std::string* text = value.asString()) {
            (*this)(*text);
        } else if (const Array* array = value.asArray()) {
            (*this)(*array);
        } else if (const Object* object = value.asObject()) {
            (*this)(*object);
        } else {
            (*this)(std::monostate());
        }
    }

private:
    void newLine()
    {
        if (m_indent >= 0) {
            m_out += '\n';
            m_out.append(static_cast<std::size_t>(m_indent) * 2, ' ');
        }
    }

    template<typename Items, typename Each>
    void list(char open, char close, const Items& items, Each&& each)
    {
        m_out += open;
        if (m_indent >= 0) {
            ++m_indent;
        }
        bool first = true;
        for (const auto& item : items) {
            if (!first) {
                m_out += ',';
            }
            first = false;
            newLine();
            each(item);
        }
        if (m_indent >= 0) {
            --m_indent;
        }
        if (!first) {
            newLine();
        }
        m_out += close;
    }

    std::string& m_out;
    int m_indent;
};

} // namespace

const Value& Value::operator[](std::string_view key) const
{
    const Object* members = asObject();
    if (members == nullptr) {
        return nothing;
    }
    const auto found = members->find(key);
    return found != members->end() ? found->second : nothing;
}

const Value& Value::operator[](std::size_t index) const
{
    const Array* elements = asArray();
    return elements != nullptr && index < elements->size() ? (*elements)[index] : nothing;
}

Value& Value::member(std::string_view key)
{
    if (asObject() == nullptr) {
        m_data = Object();
    }
    return asObject()->try_emplace(std::string(key)).first->second;
}

bool Value::contains(std::string_view key) const
{
    const Object* members = asObject();
    return members != nullptr && members->contains(key);
}

void Value::erase(std::string_view key)
{
    if (Object* members = asObject()) {
        if (const auto found = members->find(key); found != members->end()) {
            members->erase(found);
        }
    }
}

void Value::push(Value value)
{
    if (asArray() == nullptr) {
        m_data = Array();
    }
    asArray()->push_back(std::move(value));
}

const std::string& Value::string() const
{
    const std::string* text = asString();
    return text != nullptr ? *text : noText;
}

std::int64_t Value::integer(std::int64_t otherwise) const
{
    const std::int64_t* number = asInteger();
    return number != nullptr ? *number : otherwise;
}

bool Value::boolean(bool otherwise) const
{
    const bool* flag = asBool();
    return flag != nullptr ? *flag : otherwise;
}

const Array& Value::array() const
{
    const Array* elements = asArray();
    return elements != nullptr ? *elements : noElements;
}

const Object& Value::object() const
{
    const Object* members = asObject();
    return members != nullptr ? *members : noMembers;
}

std::string write(const Value& value)
{
    std::string out;
    Writer(out, -1).write(value);
    return out;
}

std::string writePretty(const Value& value)
{
    std::string out;
    Writer(out, 0).write(value);
    return out;
}

void wipe(Value& value)
{
    if (std::string* text = value.asString()) {
        isthmus::wipe(*text);
    } else if (Array* elements = value.asArray()) {
        for (Value& element : *elements) {
            wipe(element);
        }
    } else if (Object* members = value.asObject()) {
        for (auto& [key, member] : *members) {
            wipe(member);
        }
    }
}

} // namespace isthmus::json
