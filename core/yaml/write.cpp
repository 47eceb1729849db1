// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/yaml/document.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace isthmus::yaml {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

struct Escape
{
    std::size_t length = 0; ///< bytes it stands for; 0: none needed
    std::string text = {};
};

/// What a quoted text must escape: controls, and characters that YAML 1.1 takes for line breaks or
/// refuses.
Escape escapeAt(std::string_view text, std::size_t at)
{
    constexpr std::string_view digits = "0123456789abcdef";
    const auto hex = [digits](unsigned char byte) {
        return std::string("\\x") + digits[byte >> 4] + digits[byte & 0xF];
    };
    const auto byte = static_cast<unsigned char>(text[at]);
    switch (byte) {
    case '\n':
        return { 1, "\\n" };
    case '\t':
        return { 1, "\\t" };
    case '\r':
        return { 1, "\\r" };
    default:
        break;
    }
    if (byte < 0x20 || byte == 0x7F) {
        return { 1, hex(byte) };
    }
    if (byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0) {
        return { 2, hex(static_cast<unsigned char>(text[at + 1])) };
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> wide { {
        { "\xE2\x80\xA8", "\\u2028" },
        { "\xE2\x80\xA9", "\\u2029" },
        { "\xEF\xBB\xBF", "\\ufeff" },
        { "\xEF\xBF\xBE", "\\ufffe" },
        { "\xEF\xBF\xBF", "\\uffff" },
    } };
    for (const auto& [character, escaped] : wide) {
        if (text.substr(at, 3) == character) {
            return { 3, std::string(escaped) };
        }
    }
    return {};
}

/// Whether a character other than those in `allowed` needs an escape.
bool needsEscape(std::string_view text, std::string_view allowed)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool suspect = byte < 0x20 || byte >= 0x7F;
        if (suspect && allowed.find(text[i]) == std::string_view::npos
            && escapeAt(text, i).length > 0) {
            return true;
        }
    }
    return false;
}

/// Texts that other YAML readers take for a time, a date or infinity: base 60 and dates are
/// YAML 1.1.
bool looksLikeNumber(std::string_view text)
{
    text.remove_prefix(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
    if (text.empty() || (!isDigit(text.front()) && text.front() != '.')) {
        return false;
    }
    const bool clock = text.find(':') != std::string_view::npos
        && text.find_first_not_of("0123456789_:.") == std::string_view::npos;
    const bool date = text.size() >= 8 && std::ranges::all_of(text.substr(0, 4), isDigit)
        && text[4] == '-' && isDigit(text[5]);
    const bool special = text.size() == 4 && text.front() == '.'
        && text.find_first_not_of(".infaINFA") == std::string_view::npos;
    return clock || date || special;
}

/// Whether the text can stand without quotes and is read as the same text.
bool isPlain(const std::string& text)
{
    constexpr std::string_view indicators = "?:,[]{}#&*!|>'\"%@`~=";
    if (text.empty() || indicators.find(text.front()) != std::string_view::npos
        || text.front() == ' ' || text.back() == ' ' || text.back() == ':') {
        return false;
    }
    const bool entry = text == "-" || text.starts_with("- ");
    const bool marker = text.starts_with("---") || text.starts_with("...") || text == "<<";
    const bool inner = text.find(": ") != std::string::npos || text.find(" #") != std::string::npos;
    if (entry || marker || inner || needsEscape(text, {})) {
        return false;
    }
    Node node;
    node.kind = Node::Kind::Scalar;
    node.scalar = text;
    return typed(node).asString() != nullptr && !looksLikeNumber(text);
}

/// A literal block keeps a text byte for byte only where its first line shows the indentation, and
/// where no line ends in a space.
bool isLiteral(std::string_view text)
{
    return text.find('\n') != std::string_view::npos && text.front() != '\n' && text.front() != ' '
        && text.front() != '\t' && text.back() != ' ' && text.back() != '\t'
        && text.find(" \n") == std::string_view::npos && text.find("\t\n") == std::string_view::npos
        && !needsEscape(text, "\n\t");
}

class Writer
{
public:
    [[nodiscard]] std::string take() && { return std::move(m_out); }

    /// Writes `value` where its key or dash has just been written; ends with a line break.
    void value(const json::Value& value, std::size_t indent)
    {
        if (const auto* members = value.asObject(); members != nullptr && !members->empty()) {
            map(*members, indent, true);
        } else if (const auto* items = value.asArray(); items != nullptr && !items->empty()) {
            sequence(*items, indent, true);
        } else {
            scalar(value, indent);
            m_out += '\n';
        }
    }

private:
    void line(std::size_t indent, bool first)
    {
        if (!first) {
            m_out.append(indent, ' ');
        }
    }

    /// `inlineFirst`: the first line continues the one that is open ("- name: x").
    void map(const json::Object& members, std::size_t indent, bool inlineFirst)
    {
        constexpr std::size_t longestKey =
            512; // libyaml reads keys without "?" up to 1024 characters
        for (const auto& [name, member] : members) {
            line(indent, inlineFirst);
            inlineFirst = false;
            const bool isLong = name.size() > longestKey;
            m_out += isLong ? "? " : "";
            text(name);
            if (isLong) {
                m_out += '\n';
                m_out.append(indent, ' ');
            }
            m_out += ':';
            memberValue(member, indent, isLong);
        }
    }

    void memberValue(const json::Value& member, std::size_t indent, bool behindLongKey)
    {
        if (const auto* members = member.asObject(); members != nullptr && !members->empty()) {
            m_out += '\n';
            map(*members, indent + 2, false);
        } else if (const auto* items = member.asArray(); items != nullptr && !items->empty()) {
            m_out += '\n';
            sequence(*items, behindLongKey ? indent + 2 : indent, false);
        } else {
            m_out += ' ';
            scalar(member, indent + 2);
            m_out += '\n';
        }
    }

    void sequence(const json::Array& items, std::size_t indent, bool inlineFirst)
    {
        for (const json::Value& item : items) {
            line(indent, inlineFirst);
            inlineFirst = false;
            m_out += "- ";
            value(item, indent + 2);
        }
    }

    /// `indent` is that of the lines of a literal block.
    void scalar(const json::Value& value, std::size_t indent)
    {
        if (const std::string* string = value.asString()) {
            if (isLiteral(*string)) {
                literal(*string, std::max<std::size_t>(indent, 2));
            } else {
                text(*string);
            }
        } else if (const double* number = value.asDouble()) {
            m_out += decimal(*number);
        } else if (value.asArray() != nullptr) {
            m_out += "[]";
        } else {
            m_out += json::write(value); // null, booleans, integers and {} look the same
        }
    }

    static std::string decimal(double number)
    {
        if (!std::isfinite(number)) {
            return "null";
        }
        std::array<char, 32> buffer {};
        const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
        return { buffer.data(), end };
    }

    void text(const std::string& string)
    {
        if (isPlain(string)) {
            m_out += string;
            return;
        }
        m_out += '"';
        for (std::size_t i = 0; i < string.size();) {
            const Escape escape = escapeAt(string, i);
            if (escape.length > 0) {
                m_out += escape.text;
                i += escape.length;
                continue;
            }
            m_out += string[i] == '"' || string[i] == '\\' ? "\\" : "";
            m_out += string[i++];
        }
        m_out += '"';
    }

    /// Ends before the last line break, as every scalar does.
    void literal(std::string_view string, std::size_t indent)
    {
        m_out += string.ends_with("\n\n") ? "|+" : string.ends_with('\n') ? "|" : "|-";
        string.remove_suffix(string.ends_with('\n') ? 1 : 0);
        for (;;) {
            const std::size_t end = string.find('\n');
            const std::string_view content = string.substr(0, end);
            m_out += '\n';
            if (!content.empty()) {
                m_out.append(indent, ' ');
                m_out += content;
            }
            if (end == std::string_view::npos) {
                return;
            }
            string.remove_prefix(end + 1);
        }
    }

    std::string m_out;
};

} // namespace

std::string write(const json::Value& value)
{
    Writer writer;
    writer.value(value, 0);
    return std::move(writer).take();
}

} // namespace isthmus::yaml
