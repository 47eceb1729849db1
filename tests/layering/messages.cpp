// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layering/messages.h"

#include "core/base/strings.h"

#include <cctype>
#include <map>
#include <regex>
#include <utility>

namespace isthmus::layering {

namespace {

std::string placeOf(const Source& source, std::size_t offset)
{
    return source.finding(offset, {}).substr(0, source.finding(offset, {}).size() - 2);
}

std::set<std::string> placeholdersOf(const std::string& text)
{
    static const std::regex pattern(R"(\{([A-Za-z][A-Za-z0-9]*)\})");
    std::set<std::string> names;
    for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end;
         ++match) {
        names.insert((*match)[1].str());
    }
    return names;
}

std::size_t skipSpace(const std::string& code, std::size_t at)
{
    while (at < code.size() && std::isspace(static_cast<unsigned char>(code[at])) != 0) {
        ++at;
    }
    return at;
}

/// Behind the bracket that closes the one at `at`.
std::size_t skipBracket(const std::string& code, std::size_t at)
{
    int depth = 0;
    for (; at < code.size(); ++at) {
        const char c = code[at];
        depth += c == '(' || c == '{' || c == '[' ? 1 : c == ')' || c == '}' || c == ']' ? -1 : 0;
        if (depth == 0) {
            return at + 1;
        }
    }
    return at;
}

/// Literals that stand one behind the other are one text to the compiler. `at` moves behind the
/// last.
std::optional<std::string> joinedLiteral(const Source& source, std::size_t& at)
{
    const Literal* literal = source.literalAt(at);
    if (literal == nullptr) {
        return std::nullopt;
    }
    std::string value;
    for (; literal != nullptr; literal = source.literalAt(at)) {
        value += literal->value;
        at = skipSpace(source.code, literal->end);
    }
    return value;
}

/// The names of {{"a", x}, {"b", y}}; nothing where one of them is no literal. `at` is the outer
/// brace.
std::optional<std::set<std::string>> argumentNames(const Source& source, std::size_t at)
{
    std::set<std::string> names;
    const std::string& code = source.code;
    const std::size_t end = skipBracket(code, at) - 1;
    for (at = skipSpace(code, at + 1); at < end; at = skipSpace(code, at)) {
        if (code[at] == ',') {
            ++at;
            continue;
        }
        if (code[at] != '{') {
            return std::nullopt;
        }
        std::size_t inner = skipSpace(code, at + 1);
        const auto name = joinedLiteral(source, inner);
        if (!name || code[inner] != ',') {
            return std::nullopt;
        }
        names.insert(*name);
        at = skipBracket(code, at);
    }
    return names;
}

std::optional<std::set<std::string>> argumentsAt(const Source& source, std::size_t at)
{
    if (at >= source.code.size() || source.code[at] != ',') {
        return std::set<std::string>();
    }
    at = skipSpace(source.code, at + 1);
    return source.code[at] == '{' ? argumentNames(source, at) : std::nullopt;
}

std::string listed(const std::set<std::string>& names)
{
    return "{" + join({ names.begin(), names.end() }, ", ") + "}";
}

} // namespace

std::vector<CatalogueText> parseCatalogue(const TextFile& fragment)
{
    static const std::regex pattern(R"(\bMESSAGE\s*\()");
    const Source source = parseSource(fragment.path, fragment.text);
    std::vector<CatalogueText> texts;
    for (std::sregex_iterator match(source.code.begin(), source.code.end(), pattern), end;
         match != end;
         ++match) {
        std::size_t at =
            skipSpace(source.code, static_cast<std::size_t>(match->position() + match->length()));
        const std::string place = placeOf(source, at);
        const auto id = joinedLiteral(source, at);
        at = skipSpace(source.code, at + 1);
        const auto english = joinedLiteral(source, at);
        texts.push_back({ id.value_or(""), place, placeholdersOf(english.value_or("")) });
    }
    return texts;
}

Uses usesIn(const Source& source)
{
    static const std::regex pattern(R"(\bmsg\s*\(|\bMessage\s*\{\s*")");
    Uses uses;
    const std::string& code = source.code;
    for (std::sregex_iterator match(code.begin(), code.end(), pattern), end; match != end;
         ++match) {
        const auto begin = static_cast<std::size_t>(match->position());
        if (match->str().starts_with("Message")) {
            uses.findings.push_back(source.finding(begin, "a Message is made by msg()"));
            continue;
        }
        std::size_t at = skipSpace(code, begin + static_cast<std::size_t>(match->length()));
        const auto id = joinedLiteral(source, at);
        if (!id || (code[at] != ',' && code[at] != ')')) {
            uses.findings.push_back(source.finding(begin, "the id of a message must be a literal"));
            continue;
        }
        uses.found.push_back({ *id, placeOf(source, begin), argumentsAt(source, at) });
    }
    return uses;
}

std::vector<std::string> messageFindings(const std::vector<CatalogueText>& texts,
                                         const std::vector<Use>& uses)
{
    std::vector<std::string> findings;
    std::map<std::string, const CatalogueText*> byId;
    std::set<std::string> used;
    for (const CatalogueText& text : texts) {
        if (!byId.emplace(text.id, &text).second) {
            findings.push_back(text.place + ": the id " + text.id + " is there twice");
        }
    }
    for (const Use& use : uses) {
        used.insert(use.id);
        const auto text = byId.find(use.id);
        if (text == byId.end()) {
            findings.push_back(use.place + ": no text for " + use.id);
        } else if (use.arguments && *use.arguments != text->second->placeholders) {
            findings.push_back(use.place + ": " + use.id + " is given " + listed(*use.arguments)
                               + ", its text has " + listed(text->second->placeholders));
        }
    }
    for (const CatalogueText& text : texts) {
        if (!used.contains(text.id)) {
            findings.push_back(text.place + ": nothing says " + text.id);
        }
    }
    return findings;
}

} // namespace isthmus::layering
