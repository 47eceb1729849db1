// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layering/sizes.h"

#include "core/base/strings.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>
#include <utility>

namespace isthmus::layering {

namespace {

constexpr int sourceLimit = 600;
constexpr int headerLimit = 150;
constexpr int functionLimit = 60;
constexpr int mainWindowLimit = 400;

enum class Scope
{
    Outer,
    Function,
    Other
};

/// Without `template <…>` and attributes in front, which carry words and brackets of their own.
std::string_view withoutPrefixes(std::string_view head)
{
    for (head = trimmed(head);;) {
        if (head.starts_with("[[")) {
            const std::size_t end = head.find("]]");
            head =
                trimmed(end == std::string_view::npos ? std::string_view() : head.substr(end + 2));
        } else if (head.starts_with("template")) {
            int depth = 0;
            std::size_t at = head.find('<');
            for (; at < head.size(); ++at) {
                depth += head[at] == '<' ? 1 : head[at] == '>' ? -1 : 0;
                if (depth == 0) {
                    break;
                }
            }
            head = trimmed(head.substr(std::min(at + 1, head.size())));
        } else {
            return head;
        }
    }
}

bool opensOuterScope(std::string_view head)
{
    static const std::regex pattern(
        R"(^(inline\s+)?namespace\b|^extern\s*"|^(typedef\s+|static\s+|export\s+)*(class|struct|union|enum)\b[^()]*$)");
    return std::regex_search(head.begin(), head.end(), pattern);
}

/// Where a constructor's initializers begin: a single colon behind the parameter list.
bool isInInitializers(std::string_view head)
{
    for (std::size_t at = head.find(')'); at != std::string_view::npos && at < head.size(); ++at) {
        if (head[at] == ':' && head[at - 1] != ':'
            && (at + 1 == head.size() || head[at + 1] != ':')) {
            return true;
        }
    }
    return false;
}

std::string nameOf(std::string_view head)
{
    const std::size_t open = head.find('(');
    const std::string_view before = trimmed(head.substr(0, open));
    const std::size_t begin = before.find_last_of(" \n\t*&");
    return std::string(begin == std::string_view::npos ? before : before.substr(begin + 1));
}

/// Follows braces and parentheses; the head is the text since the last statement or block ended.
class Scanner
{
public:
    explicit Scanner(const Source& source)
        : m_code(source.code)
    { }

    std::vector<Function> run()
    {
        for (m_at = 0; m_at < m_code.size(); ++m_at) {
            step(m_code[m_at]);
        }
        return std::move(m_found);
    }

private:
    struct Open
    {
        Scope scope;
        std::size_t function; ///< index into m_found
        std::size_t begin;
        std::size_t
            head; ///< where the head begins again behind a brace inside of it, as `m_x { 1 }`
        bool keepsHead;
    };

    void step(char c)
    {
        if (c == '(') {
            ++m_parentheses;
        } else if (c == ')') {
            --m_parentheses;
        } else if (c == '{') {
            open();
        } else if (c == '}') {
            close();
        } else if (c == ';' && m_parentheses == 0) {
            m_head = m_at + 1;
        } else if (c == ':' && m_parentheses == 0 && endsInAccess()) {
            m_head = m_at + 1;
        }
    }

    [[nodiscard]] std::string_view head() const
    {
        return withoutPrefixes(std::string_view(m_code).substr(m_head, m_at - m_head));
    }

    [[nodiscard]] bool endsInAccess() const
    {
        static const std::set<std::string_view> words { "public",  "protected", "private",  "slots",
                                                        "signals", "Q_SLOTS",   "Q_SIGNALS" };
        const std::string_view text = head();
        const std::size_t begin = text.find_last_of(" \n\t");
        return words.contains(begin == std::string_view::npos ? text : text.substr(begin + 1));
    }

    void open()
    {
        const std::string_view text = head();
        const bool isOutside = m_open.empty() || m_open.back().scope == Scope::Outer;
        Open next { Scope::Other, 0, m_at, m_head, false };
        if (m_parentheses > 0) {
            next.keepsHead = true;
        } else if (isOutside && opensOuterScope(text)) {
            next.scope = Scope::Outer;
        } else if (isOutside && isInitializerBrace(text)) {
            next.keepsHead = true;
        } else if (isOutside && text.find('(') != std::string_view::npos) {
            next.scope = Scope::Function;
            next.function = m_found.size();
            m_found.push_back({ nameOf(text), m_at, 0 });
        }
        m_open.push_back(next);
        m_saved.push_back(std::exchange(m_parentheses, 0));
        m_head = m_at + 1;
    }

    [[nodiscard]] static bool isInitializerBrace(std::string_view text)
    {
        const char last = text.empty() ? ' ' : text.back();
        return isInInitializers(text)
            && (std::isalnum(static_cast<unsigned char>(last)) != 0 || last == '_' || last == '>');
    }

    void close()
    {
        if (m_open.empty()) {
            return;
        }
        const Open last = m_open.back();
        m_open.pop_back();
        m_parentheses = m_saved.back();
        m_saved.pop_back();
        if (last.scope == Scope::Function) {
            const auto begin = m_code.begin() + static_cast<std::ptrdiff_t>(last.begin);
            const auto end = m_code.begin() + static_cast<std::ptrdiff_t>(m_at);
            m_found[last.function].lines = static_cast<int>(std::count(begin, end, '\n'));
        }
        m_head = last.keepsHead ? last.head : m_at + 1;
    }

    const std::string& m_code;
    std::vector<Function> m_found;
    std::vector<Open> m_open;
    std::vector<int> m_saved; ///< parentheses open outside of each brace
    std::size_t m_at = 0;
    std::size_t m_head = 0;
    int m_parentheses = 0;
};

int limitOf(const Source& source)
{
    if (source.path == "ui/shell/main_window.cpp") {
        return mainWindowLimit;
    }
    return source.path.ends_with(".h") ? headerLimit : sourceLimit;
}

struct TooLarge
{
    std::string subject;
    std::string text;
};

std::vector<TooLarge> tooLarge(const Source& source)
{
    std::vector<TooLarge> found;
    const auto lines = std::ranges::count(source.text, '\n');
    if (lines > limitOf(source)) {
        found.push_back({ source.path,
                          source.path + ": " + std::to_string(lines) + " lines, the limit is "
                              + std::to_string(limitOf(source)) });
    }
    for (const Function& function : functionsOf(source)) {
        if (function.lines > functionLimit) {
            found.push_back(
                { source.path + "#" + function.name,
                  source.finding(function.begin,
                                 function.name + " has " + std::to_string(function.lines)
                                     + " lines, the limit is " + std::to_string(functionLimit)) });
        }
    }
    return found;
}

} // namespace

std::vector<Function> functionsOf(const Source& source)
{
    return Scanner(source).run();
}

std::vector<Exception> parseExceptions(std::string_view text)
{
    std::vector<Exception> exceptions;
    for (const std::string& raw : split(text, '\n')) {
        const std::string_view line = trimmed(raw);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::size_t space = std::min(line.find(' '), line.size());
        exceptions.push_back(
            { std::string(line.substr(0, space)), std::string(trimmed(line.substr(space))) });
    }
    return exceptions;
}

std::vector<std::string> sizeFindings(const std::vector<Source>& sources,
                                      const std::vector<Exception>& exceptions)
{
    std::vector<std::string> findings;
    std::set<std::string> needed;
    for (const Source& source : sources) {
        for (const TooLarge& found : tooLarge(source)) {
            if (std::ranges::find(exceptions, found.subject, &Exception::subject)
                != exceptions.end()) {
                needed.insert(found.subject);
            } else {
                findings.push_back(found.text);
            }
        }
    }
    for (const Exception& exception : exceptions) {
        if (exception.reason.empty()) {
            findings.push_back("size_exceptions.txt: " + exception.subject + " gives no reason");
        }
        if (!needed.contains(exception.subject)) {
            findings.push_back("size_exceptions.txt: " + exception.subject + " is not needed");
        }
    }
    return findings;
}

} // namespace isthmus::layering
