// SPDX-License-Identifier: GPL-3.0-or-later
// A C++ source as the checks of this folder see it: code, literals and directives kept apart, so
// that a word in a comment is never taken for code. No preprocessor runs: macro bodies are
// directives.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::layering {

/// A string literal; its place is that of its quotes in the text.
struct Literal
{
    std::size_t begin = 0; ///< the opening quote
    std::size_t end = 0; ///< behind the closing quote
    std::string value; ///< escapes kept as written, except \" and \\ which are resolved
};

/// A preprocessor line, with its continuations.
struct Directive
{
    std::size_t begin = 0;
    std::string text;
};

struct Source
{
    std::string path; ///< relative to the source tree, with slashes
    std::string text;
    /// The text with comments, directives and the insides of literals as blanks; line breaks and
    /// offsets are those of the text.
    std::string code;
    std::vector<Literal> literals;
    std::vector<Directive> directives;

    /// "path:line: what", as every check reports.
    [[nodiscard]] std::string finding(std::size_t offset, std::string_view what) const;
    /// The literal that begins at the offset, or nothing.
    [[nodiscard]] const Literal* literalAt(std::size_t offset) const;
};

[[nodiscard]] Source parseSource(std::string path, std::string text);

/// A file of the tree with its relative path.
struct TextFile
{
    std::string path;
    std::string text;
};

/// Every text file of the tree, sorted by path; build folders, dot folders but .ci, and files with
/// NUL bytes are left out.
[[nodiscard]] std::vector<TextFile> textFiles(const std::filesystem::path& root);

/// The *.h and *.cpp among them.
[[nodiscard]] std::vector<Source> sources(const std::vector<TextFile>& files);

/// The file with this path, or an empty text.
[[nodiscard]] std::string contentOf(const std::vector<TextFile>& files, std::string_view path);

} // namespace isthmus::layering
