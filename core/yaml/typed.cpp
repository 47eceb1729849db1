// SPDX-License-Identifier: GPL-3.0-or-later
// YAML 1.1 as sigs.k8s.io/yaml 1.6 resolves it, measured against that library: its go-yaml still
// takes y, n, on and off for booleans, 010 for 8, and 08 for a decimal number.
#include "core/base/strings.h"
#include "core/yaml/document.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace isthmus::yaml {

namespace {

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words)
{
    return std::ranges::find(words, text) != words.end();
}

std::optional<bool> boolean(std::string_view text)
{
    if (isOneOf(text,
                { "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y" })) {
        return true;
    }
    if (isOneOf(text,
                { "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N" })) {
        return false;
    }
    return std::nullopt;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool isFloat(std::string_view text)
{
    const auto digits = [&text] {
        const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(end);
        return end;
    };
    const auto skip = [&text](std::string_view any) {
        const bool there = !text.empty() && any.find(text.front()) != std::string_view::npos;
        text.remove_prefix(there ? 1 : 0);
        return there;
    };
    skip("+-");
    const bool whole = digits() > 0;
    const bool fraction = skip(".") && digits() > 0;
    if (!whole && !fraction) {
        return false;
    }
    if (!skip("eE")) {
        return text.empty();
    }
    skip("+-");
    return digits() > 0 && text.empty();
}

/// A finite double that is a whole number JSON readers agree on becomes an integer.
json::Value number(double value)
{
    constexpr double exact = 9007199254740992.0; // 2^53
    if (std::abs(value) < exact && value == std::trunc(value)) {
        return static_cast<std::int64_t>(value);
    }
    return value;
}

std::optional<json::Value> decimal(std::string_view text)
{
    if (!isFloat(text)) {
        return std::nullopt;
    }
    text.remove_prefix(text.front() == '+' ? 1 : 0); // from_chars knows no plus
    double value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc()) {
        return std::nullopt; // 1e400 is text
    }
    return number(value);
}

/// Sign, base prefix, digits. Beyond 64 bits: nothing.
std::optional<json::Value> integer(std::string_view text)
{
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative || text.starts_with('+') ? 1 : 0);
    int base = 10;
    if (text.size() > 1 && text.front() == '0') {
        const char letter = text[1];
        base = letter == 'x' || letter == 'X' ? 16 : letter == 'b' || letter == 'B' ? 2 : 8;
        text.remove_prefix(base != 8 || letter == 'o' || letter == 'O' ? 2 : 1);
    }
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size()) {
        return std::nullopt;
    }
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (value <= most) {
        return static_cast<std::int64_t>(value) * (negative ? -1 : 1);
    }
    if (negative) {
        return value == most + 1
            ? std::optional<json::Value>(std::numeric_limits<std::int64_t>::min())
            : std::nullopt;
    }
    return static_cast<double>(value);
}

/// Whether each underscore has a digit on both sides.
bool separatesDigits(std::string_view text)
{
    for (std::size_t at = text.find('_'); at != std::string_view::npos;
         at = text.find('_', at + 1)) {
        if (at == 0 || at + 1 >= text.size() || !isDigit(text[at - 1]) || !isDigit(text[at + 1])) {
            return false;
        }
    }
    return true;
}

json::Value resolve(const std::string& text)
{
    if (isOneOf(text, { "", "~", "null", "Null", "NULL" })) {
        return nullptr;
    }
    if (const auto flag = boolean(text)) {
        return *flag;
    }
    const char first = text.front();
    if (!isDigit(first) && first != '-' && first != '+' && first != '.') {
        return text;
    }
    if (first == '.' && !separatesDigits(text)) {
        return text;
    }
    std::string plain = text;
    std::erase(plain, '_');
    if (first != '.') {
        if (auto value = integer(plain)) {
            return std::move(*value);
        }
    }
    return decimal(plain).value_or(json::Value(text));
}

/// A key as the text that JSON has for it.
std::string keyText(const Node& key)
{
    const json::Value value = typed(key);
    return value.asString() != nullptr ? value.string() : json::write(value);
}

bool isInfinityOrNan(const Node& node)
{
    std::string_view text = node.scalar;
    if (node.quoted || text.size() < 4 || text.size() > 5) {
        return false;
    }
    if (isOneOf(text, { ".nan", ".NaN", ".NAN" })) {
        return true;
    }
    text.remove_prefix(text.front() == '-' || text.front() == '+' ? 1 : 0);
    return isOneOf(text, { ".inf", ".Inf", ".INF" });
}

Error at(const Node& node, Error error)
{
    error.subject = std::to_string(node.line) + ":" + std::to_string(node.column);
    return error;
}

Result<json::Value> mapValue(const Node& node)
{
    json::Object out;
    for (const auto& [key, member] : node.members) {
        std::string name = keyText(key);
        Result<json::Value> value = toValue(member);
        if (!value) {
            return value;
        }
        if (!out.try_emplace(name, std::move(*value)).second) {
            return at(key,
                      Error { ErrorCode::Invalid,
                              msg("yaml.duplicate-key", { { "key", shortened(name, 60) } }),
                              {},
                              {},
                              msg("yaml.remove-one") });
        }
    }
    return json::Value(std::move(out));
}

} // namespace

json::Value typed(const Node& node)
{
    if (node.kind != Node::Kind::Scalar) {
        return nullptr;
    }
    return node.quoted ? json::Value(node.scalar) : resolve(node.scalar);
}

Result<json::Value> toValue(const Node& node)
{
    if (node.kind == Node::Kind::Map) {
        return mapValue(node);
    }
    if (node.kind == Node::Kind::Sequence) {
        json::Array out;
        out.reserve(node.items.size());
        for (const Node& item : node.items) {
            Result<json::Value> value = toValue(item);
            if (!value) {
                return value;
            }
            out.push_back(std::move(*value));
        }
        return json::Value(std::move(out));
    }
    if (isInfinityOrNan(node)) {
        return at(node,
                  Error { ErrorCode::Invalid,
                          msg("yaml.not-finite"),
                          node.scalar,
                          {},
                          msg("yaml.quote-value") });
    }
    return typed(node);
}

} // namespace isthmus::yaml
