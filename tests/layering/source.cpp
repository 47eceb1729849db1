// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layering/source.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <utility>

namespace isthmus::layering {

namespace {

bool isWord(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Walks once over the text and fills code, literals and directives of the source.
class Lexer
{
public:
    explicit Lexer(Source& source)
        : m_source(source)
        , m_text(source.text)
    {
        source.code = source.text;
    }

    void run()
    {
        while (m_at < m_text.size()) {
            step();
        }
    }

private:
    void step()
    {
        const char c = m_text[m_at];
        if (m_text.compare(m_at, 2, "//") == 0) {
            blankTo(lineEnd(m_at));
        } else if (m_text.compare(m_at, 2, "/*") == 0) {
            const std::size_t close = m_text.find("*/", m_at + 2);
            blankTo(close == std::string::npos ? m_text.size() : close + 2);
        } else if (c == '#' && m_lineIsBlank) {
            directive();
        } else if (c == '"') {
            isRawPrefix() ? rawLiteral() : literal();
        } else if (c == '\'' && !isDigitSeparator()) {
            character();
        } else {
            m_lineIsBlank =
                c == '\n' || (m_lineIsBlank && std::isspace(static_cast<unsigned char>(c)) != 0);
            ++m_at;
        }
    }

    /// The end of the line, past line breaks that a backslash continues.
    [[nodiscard]] std::size_t lineEnd(std::size_t from) const
    {
        std::size_t end = m_text.find('\n', from);
        while (end != std::string::npos && end > from && m_text[end - 1] == '\\') {
            end = m_text.find('\n', end + 1);
        }
        return end == std::string::npos ? m_text.size() : end;
    }

    void blankTo(std::size_t end)
    {
        for (; m_at < end; ++m_at) {
            if (m_text[m_at] != '\n') {
                m_source.code[m_at] = ' ';
            }
        }
    }

    void directive()
    {
        const std::size_t end = lineEnd(m_at);
        m_source.directives.push_back({ m_at, m_text.substr(m_at, end - m_at) });
        blankTo(end);
    }

    [[nodiscard]] bool isRawPrefix() const
    {
        std::size_t begin = m_at;
        while (begin > 0 && isWord(m_text[begin - 1])) {
            --begin;
        }
        const std::string_view prefix = std::string_view(m_text).substr(begin, m_at - begin);
        return prefix == "R" || prefix == "u8R" || prefix == "uR" || prefix == "UR"
            || prefix == "LR";
    }

    /// 1'000 and 0xff'ff are numbers; u8'x' and L'x' are not.
    [[nodiscard]] bool isDigitSeparator() const
    {
        std::size_t begin = m_at;
        while (begin > 0 && (isWord(m_text[begin - 1]) || m_text[begin - 1] == '\'')) {
            --begin;
        }
        return begin < m_at && std::isdigit(static_cast<unsigned char>(m_text[begin])) != 0;
    }

    void literal()
    {
        Literal found { m_at, m_at, {} };
        std::size_t at = m_at + 1;
        for (; at < m_text.size() && m_text[at] != '"' && m_text[at] != '\n'; ++at) {
            if (m_text[at] == '\\' && at + 1 < m_text.size()) {
                ++at;
                if (m_text[at] != '"' && m_text[at] != '\\') {
                    found.value += '\\';
                }
            }
            found.value += m_text[at];
        }
        close(std::move(found), at, 1);
    }

    void rawLiteral()
    {
        const std::size_t open = m_text.find('(', m_at);
        if (open == std::string::npos) {
            return literal();
        }
        const std::string end = ")" + m_text.substr(m_at + 1, open - m_at - 1) + "\"";
        const std::size_t close_ = std::min(m_text.find(end, open), m_text.size());
        close({ m_at, m_at, m_text.substr(open + 1, close_ - open - 1) }, close_, end.size());
    }

    void close(Literal found, std::size_t last, std::size_t delimiter)
    {
        const std::size_t end = std::min(last + delimiter, m_text.size());
        found.end = end;
        m_source.literals.push_back(std::move(found));
        m_lineIsBlank = false;
        ++m_at;
        blankTo(end == 0 ? 0 : end - 1);
        m_at = end;
    }

    void character()
    {
        std::size_t at = m_at + 1;
        while (at < m_text.size() && m_text[at] != '\'' && m_text[at] != '\n') {
            at += m_text[at] == '\\' ? 2U : 1U;
        }
        m_lineIsBlank = false;
        ++m_at;
        blankTo(std::min(at, m_text.size()));
        m_at = std::min(at + 1, m_text.size());
    }

    Source& m_source;
    const std::string& m_text;
    std::size_t m_at = 0;
    bool m_lineIsBlank = true; ///< only white space so far on this line
};

std::string read(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return { std::istreambuf_iterator<char>(in), {} };
}

bool isLeftOut(const std::filesystem::path& folder)
{
    const std::string name = folder.filename().string();
    return name == "build" || name == "__pycache__" || (name.starts_with('.') && name != ".ci");
}

} // namespace

std::string Source::finding(std::size_t offset, std::string_view what) const
{
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    const auto line = std::count(text.begin(), end, '\n') + 1;
    return path + ":" + std::to_string(line) + ": " + std::string(what);
}

const Literal* Source::literalAt(std::size_t offset) const
{
    const auto found = std::ranges::lower_bound(literals, offset, {}, &Literal::begin);
    return found != literals.end() && found->begin == offset ? &*found : nullptr;
}

Source parseSource(std::string path, std::string text)
{
    Source source { std::move(path), std::move(text), {}, {}, {} };
    Lexer(source).run();
    return source;
}

std::vector<TextFile> textFiles(const std::filesystem::path& root)
{
    namespace fs = std::filesystem;
    std::vector<TextFile> found;
    for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
        if (entry->is_directory()) {
            if (isLeftOut(entry->path())) {
                entry.disable_recursion_pending();
            }
        } else if (entry->is_regular_file()) {
            std::string text = read(entry->path());
            if (text.find('\0') == std::string::npos) {
                found.push_back(
                    { fs::relative(entry->path(), root).generic_string(), std::move(text) });
            }
        }
    }
    std::ranges::sort(found, {}, &TextFile::path);
    return found;
}

std::vector<Source> sources(const std::vector<TextFile>& files)
{
    std::vector<Source> all;
    for (const TextFile& file : files) {
        if (file.path.ends_with(".h") || file.path.ends_with(".cpp")) {
            all.push_back(parseSource(file.path, file.text));
        }
    }
    return all;
}

std::string contentOf(const std::vector<TextFile>& files, std::string_view path)
{
    const auto found = std::ranges::find(files, path, &TextFile::path);
    return found == files.end() ? std::string() : found->text;
}

} // namespace isthmus::layering
