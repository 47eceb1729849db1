// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/style.h"

#include "core/base/strings.h"

#include <algorithm>

namespace isthmus::cli {

std::string Style::painted(std::string_view code, std::string_view text) const
{
    if (!m_coloured || text.empty()) {
        return std::string(text);
    }
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::size_t columnsOf(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width)
{
    std::string out;
    std::string line;
    for (const std::string& word : split(oneLine(text), ' ')) {
        if (!line.empty() && indent + columnsOf(line) + 1 + columnsOf(word) > width) {
            out += std::string(indent, ' ') + line + "\n";
            line.clear();
        }
        if (!word.empty()) {
            line += (line.empty() ? "" : " ") + word;
        }
    }
    return line.empty() ? out : out + std::string(indent, ' ') + line + "\n";
}

std::string oneLine(std::string_view text)
{
    std::string out(trimmed(text));
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return out;
}

std::string table(const std::vector<std::vector<std::string>>& rows)
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], columnsOf(row[i]));
        }
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i] + std::string(widths[i] - columnsOf(row[i]) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

} // namespace isthmus::cli
