// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/selector.h"

#include "core/base/strings.h"

#include <algorithm>
#include <optional>

namespace isthmus::sim {

namespace {

using json::Value;

/// The parts between commas outside of parentheses.
std::vector<std::string> terms(std::string_view text)
{
    std::vector<std::string> out;
    std::string part;
    int depth = 0;
    for (const char c : text) {
        depth += c == '(' ? 1 : (c == ')' ? -1 : 0);
        if (c == ',' && depth == 0) {
            out.emplace_back(trimmed(part));
            part.clear();
        } else {
            part += c;
        }
    }
    out.emplace_back(trimmed(part));
    std::erase(out, std::string());
    return out;
}

std::optional<Requirement> setTerm(const std::string& term)
{
    const std::size_t open = term.find('(');
    if (open == std::string::npos || term.back() != ')') {
        return std::nullopt;
    }
    std::vector<std::string> words = split(trimmed(term.substr(0, open)), ' ');
    std::erase(words, std::string());
    if (words.size() != 2 || (words[1] != "in" && words[1] != "notin")) {
        return std::nullopt;
    }
    Requirement out { .key = words[0], .op = words[1] };
    for (const std::string& value : split(term.substr(open + 1, term.size() - open - 2), ',')) {
        out.values.emplace_back(trimmed(value));
    }
    return out;
}

std::optional<Requirement> parseTerm(const std::string& term)
{
    for (const char* op : { "!=", "==", "=" }) {
        if (const std::size_t at = term.find(op); at != std::string::npos) {
            const std::string_view view = term;
            return Requirement { .key = std::string(trimmed(view.substr(0, at))),
                                 .op = std::string_view(op) == "!=" ? "!=" : "=",
                                 .values = { std::string(
                                     trimmed(view.substr(at + std::string_view(op).size()))) } };
        }
    }
    if (term.find('(') != std::string::npos) {
        return setTerm(term);
    }
    if (term.starts_with('!')) {
        return Requirement { .key = term.substr(1), .op = "!" };
    }
    return term.find(' ') == std::string::npos
        ? std::optional(Requirement { .key = term, .op = "exists" })
        : std::nullopt;
}

std::string textOf(const Value& value)
{
    return value.asString() != nullptr ? value.string()
                                       : (value.isNull() ? std::string() : json::write(value));
}

bool holds(const Requirement& requirement, bool present, const std::string& value)
{
    const bool among =
        present && std::ranges::find(requirement.values, value) != requirement.values.end();
    if (requirement.op == "exists") {
        return present;
    }
    if (requirement.op == "!") {
        return !present;
    }
    return requirement.op == "=" || requirement.op == "in" ? among : !among;
}

const Value& fieldAt(const Value& object, const std::string& path)
{
    const Value* here = &object;
    for (const std::string& part : split(path, '.')) {
        here = &(*here)[part];
    }
    return *here;
}

} // namespace

bool Selector::matches(const Value& object) const
{
    const Value& own = object["metadata"]["labels"];
    return std::ranges::all_of(labels,
                               [&](const Requirement& each) {
                                   return holds(
                                       each, own.contains(each.key), own[each.key].string());
                               })
        && std::ranges::all_of(fields, [&](const Requirement& each) {
               return holds(each, true, textOf(fieldAt(object, each.key)));
           });
}

Outcome<Selector> parseSelector(std::string_view labels, std::string_view fields)
{
    Selector out;
    for (const std::string& term : terms(labels)) {
        auto parsed = parseTerm(term);
        if (!parsed) {
            return badRequest("unable to parse requirement: " + term);
        }
        out.labels.push_back(std::move(*parsed));
    }
    for (const std::string& term : terms(fields)) {
        auto parsed = parseTerm(term);
        if (!parsed || (parsed->op != "=" && parsed->op != "!=")) {
            return badRequest("invalid field selector: " + term);
        }
        out.fields.push_back(std::move(*parsed));
    }
    return out;
}

bool labelSelectorMatches(const Value& selector, const Value& labels)
{
    const bool all = std::ranges::all_of(selector["matchLabels"].object(), [&](const auto& each) {
        return labels.contains(each.first) && labels[each.first] == each.second;
    });
    return all && std::ranges::all_of(selector["matchExpressions"].array(), [&](const Value& each) {
               Requirement requirement { .key = each["key"].string(),
                                         .op = each["operator"].string() };
               requirement.op = requirement.op == "In" ? "in"
                   : requirement.op == "NotIn"         ? "notin"
                   : requirement.op == "Exists"        ? "exists"
                                                       : "!";
               for (const Value& value : each["values"].array()) {
                   requirement.values.push_back(value.string());
               }
               return holds(
                   requirement, labels.contains(requirement.key), labels[requirement.key].string());
           });
}

bool mapSelects(const Value& selector, const Value& labels)
{
    return !selector.object().empty()
        && std::ranges::all_of(selector.object(), [&](const auto& each) {
               return labels.contains(each.first) && labels[each.first] == each.second;
           });
}

} // namespace isthmus::sim
