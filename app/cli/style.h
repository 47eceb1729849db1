// SPDX-License-Identifier: GPL-3.0-or-later
// Colours of the terminal by meaning, or none; and lines that fit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::cli {

/// A value; every function answers the text as it stands where there are no colours.
class Style
{
public:
    explicit Style(bool coloured = false)
        : m_coloured(coloured)
    { }

    [[nodiscard]] std::string good(std::string_view text) const { return painted("32", text); }

    [[nodiscard]] std::string bad(std::string_view text) const { return painted("31", text); }

    [[nodiscard]] std::string warning(std::string_view text) const { return painted("33", text); }

    [[nodiscard]] std::string faint(std::string_view text) const { return painted("2", text); }

    [[nodiscard]] std::string strong(std::string_view text) const { return painted("1", text); }

private:
    [[nodiscard]] std::string painted(std::string_view code, std::string_view text) const;

    bool m_coloured;
};

inline constexpr std::size_t lineWidth = 100;

/// Characters, not bytes: what a terminal column holds, as long as nothing is double width.
[[nodiscard]] std::size_t columnsOf(std::string_view text);
/// Breaks at blanks so that no line is wider than `width`; each line begins with `indent` blanks. A
/// word that is wider stays whole. Ends with a line break unless the text is empty.
[[nodiscard]] std::string
wrapped(std::string_view text, std::size_t indent, std::size_t width = lineWidth);
/// The text on one line: line breaks and control characters become blanks, so that a server's words
/// cannot steer the terminal.
[[nodiscard]] std::string oneLine(std::string_view text);

/// Columns as wide as their widest cell, two blanks between; the first row is the head. No trailing
/// blanks.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

} // namespace isthmus::cli
