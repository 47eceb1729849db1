// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/journal_file.h"

#include "core/json/parse.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

namespace isthmus::plan {

namespace {

constexpr std::size_t prefixSize = 18; // two numbers of eight digits, each with a space

std::array<std::uint32_t, 256> makeTable()
{
    std::array<std::uint32_t, 256> table {};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value & 1U) != 0 ? 0xEDB88320U ^ (value >> 1) : value >> 1;
        }
        table.at(i) = value;
    }
    return table;
}

std::optional<std::uint32_t> hexNumber(std::string_view digits)
{
    std::uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return value;
}

/// The record of one whole line without its newline; nothing where the line does not prove itself.
std::optional<json::Value> parseLine(std::string_view line)
{
    if (line.size() < prefixSize || line[8] != ' ' || line[17] != ' ') {
        return std::nullopt;
    }
    const std::string_view body = line.substr(prefixSize);
    if (hexNumber(line.substr(9, 8)) != body.size()
        || hexNumber(line.substr(0, 8)) != crc32(body)) {
        return std::nullopt;
    }
    Result<json::Value> record = json::parse(body);
    return record ? std::optional(std::move(*record)) : std::nullopt;
}

} // namespace

std::uint32_t crc32(std::string_view bytes)
{
    static const std::array<std::uint32_t, 256> table = makeTable();
    std::uint32_t value = 0xFFFFFFFFU;
    for (const char c : bytes) {
        value = table.at((value ^ static_cast<unsigned char>(c)) & 0xFFU) ^ (value >> 8);
    }
    return value ^ 0xFFFFFFFFU;
}

std::string frame(const json::Value& record)
{
    const std::string body = json::write(record);
    std::array<char, prefixSize + 1> prefix {};
    std::snprintf(prefix.data(),
                  prefix.size(),
                  "%08x %08x ",
                  crc32(body),
                  static_cast<std::uint32_t>(body.size()));
    return prefix.data() + body + "\n";
}

Unframed unframe(std::string_view content)
{
    Unframed out;
    while (out.goodBytes < content.size()) {
        const std::size_t end = content.find('\n', out.goodBytes);
        const bool complete = end != std::string_view::npos;
        std::optional<json::Value> record;
        if (complete) {
            record = parseLine(content.substr(out.goodBytes, end - out.goodBytes));
        }
        if (!record) {
            const bool last = !complete || end + 1 == content.size();
            out.tornTail = last;
            out.damaged = !last;
            break;
        }
        out.records.push_back(std::move(*record));
        out.goodBytes = end + 1;
    }
    return out;
}

} // namespace isthmus::plan
