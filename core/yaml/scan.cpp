// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/yaml/scan.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace isthmus::yaml {

namespace {

constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";

struct Character
{
    char32_t code = 0;
    std::size_t length = 0; ///< 0: not UTF-8
};

Character decode(std::string_view text, std::size_t at)
{
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1
        : (lead & 0xE0) == 0xC0            ? 2
        : (lead & 0xF0) == 0xE0            ? 3
        : (lead & 0xF8) == 0xF0            ? 4
                                           : 0;
    if (length == 0 || at + length > text.size()) {
        return {};
    }
    char32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
        const auto next = static_cast<unsigned char>(text[at + k]);
        if ((next & 0xC0) != 0x80) {
            return {};
        }
        code = (code << 6) | (next & 0x3FU);
    }
    constexpr std::array<char32_t, 5> smallest { 0, 0, 0x80, 0x800, 0x10000 };
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    const bool valid = code >= smallest.at(length) && code <= 0x10FFFF && !surrogate;
    return valid ? Character { code, length } : Character {};
}

/// Control characters; and those that YAML 1.1 readers (kubectl) take for line breaks or refuse, so
/// that we would see another document than they do.
bool isRefused(std::string_view text, std::size_t at, char32_t code)
{
    if (code == '\r') {
        return at + 1 >= text.size() || text[at + 1] != '\n';
    }
    const bool control =
        (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code <= 0x9F);
    const bool hidden =
        code == 0x2028 || code == 0x2029 || code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
    return control || hidden;
}

std::string hexName(char32_t code)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (int shift = code > 0xFFFF ? 20 : 12; shift >= 0; shift -= 4) {
        out += digits[(code >> static_cast<unsigned>(shift)) & 0xF];
    }
    return "U+" + out;
}

Diagnostic at(std::string_view text, std::size_t offset, Diagnostic problem)
{
    const std::string_view before = text.substr(0, offset);
    const std::size_t lineStart = before.rfind('\n') + 1; // npos + 1 is 0
    problem.line = static_cast<int>(std::ranges::count(before, '\n')) + 1;
    problem.column = columnOf(text, lineStart, offset - lineStart);
    return problem;
}

Diagnostic notUtf8(std::string_view text, std::size_t offset)
{
    Diagnostic problem { Severity::Error, msg("yaml.not-utf8") };
    const auto byte = static_cast<unsigned char>(text[offset]);
    constexpr std::string_view digits = "0123456789ABCDEF";
    problem.detail = std::string("byte 0x") + digits[byte >> 4] + digits[byte & 0xF];
    if (offset == 0 && (byte == 0xFF || byte == 0xFE)) {
        problem.detail += ": the file looks like UTF-16";
    }
    problem.remedy = msg("yaml.save-as-utf8");
    return at(text, offset, std::move(problem));
}

bool isMarker(std::string_view line, std::string_view marker)
{
    return line.starts_with(marker)
        && (line.size() == marker.size() || line[marker.size()] == ' '
            || line[marker.size()] == '\t' || line[marker.size()] == '\r');
}

} // namespace

int columnOf(std::string_view text, std::size_t lineStart, std::size_t bytes)
{
    constexpr std::size_t countable = 4096;
    if (bytes > countable) {
        return static_cast<int>(bytes) + 1;
    }
    const std::string_view before = text.substr(lineStart, bytes);
    return static_cast<int>(std::ranges::count_if(
               before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }))
        + 1;
}

std::string_view withoutByteOrderMark(std::string_view text)
{
    return text.starts_with(byteOrderMark) ? text.substr(byteOrderMark.size()) : text;
}

std::optional<Diagnostic> checkBytes(std::string_view text, const Limits& limits)
{
    if (text.size() > limits.bytes) {
        Diagnostic problem { Severity::Error,
                             msg("yaml.too-large",
                                 { { "size", std::to_string(text.size()) },
                                   { "limit", std::to_string(limits.bytes) } }) };
        problem.remedy = msg("yaml.make-smaller");
        return problem;
    }
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte < 0x7F) {
            ++i;
            continue;
        }
        const Character character = decode(text, i);
        if (character.length == 0) {
            return notUtf8(text, i);
        }
        if (isRefused(text, i, character.code)) {
            Diagnostic problem { Severity::Error,
                                 msg("yaml.hidden-character",
                                     { { "character", hexName(character.code) } }) };
            problem.remedy = msg("yaml.remove-character");
            return at(text, i, std::move(problem));
        }
        i += character.length;
    }
    return std::nullopt;
}

std::vector<Chunk> splitDocuments(std::string_view text)
{
    std::vector<Chunk> chunks;
    std::size_t chunkStart = 0;
    int chunkLine = 1;
    int line = 1;
    for (std::size_t lineStart = 0; lineStart < text.size(); ++line) {
        const std::size_t newLine = std::min(text.find('\n', lineStart), text.size());
        const std::string_view content = text.substr(lineStart, newLine - lineStart);
        const bool start = isMarker(content, "---");
        if (start || isMarker(content, "...")) {
            chunks.push_back({ text.substr(chunkStart, lineStart - chunkStart), chunkLine });
            chunkStart = start ? lineStart : lineStart + 3;
            chunkLine = line;
        }
        lineStart = newLine + 1;
    }
    chunks.push_back({ text.substr(chunkStart), chunkLine });
    return chunks;
}

} // namespace isthmus::yaml
