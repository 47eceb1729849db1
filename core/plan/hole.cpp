// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/hole.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace isthmus::plan {

namespace {

constexpr std::string_view markerKey = "isthmus.io/hole";

std::optional<Hole> holeAt(const json::Value& value)
{
    const std::string& target = value[markerKey].string();
    const std::size_t at = target.find('#');
    if (value.object().size() != 1 || at == std::string::npos) {
        return std::nullopt;
    }
    return Hole { StepId(target.substr(0, at)), target.substr(at + 1) };
}

/// Calls `f` for every hole; what it answers takes the hole's place.
void replaceHoles(json::Value& tree,
                  const std::function<std::optional<std::string>(const Hole&)>& f)
{
    if (const std::optional<Hole> hole = holeAt(tree)) {
        if (std::optional<std::string> value = f(*hole)) {
            tree = json::Value(std::move(*value));
        }
    } else if (json::Array* elements = tree.asArray()) {
        for (json::Value& element : *elements) {
            replaceHoles(element, f);
        }
    } else if (json::Object* members = tree.asObject()) {
        for (auto& [key, member] : *members) {
            replaceHoles(member, f);
        }
    }
}

} // namespace

std::string text(const Hole& hole)
{
    return hole.step.str() + "#" + hole.name;
}

json::Value marker(const Hole& hole)
{
    return json::Object { { std::string(markerKey), text(hole) } };
}

std::vector<Hole> holesIn(const json::Value& tree)
{
    std::vector<Hole> found;
    json::Value copy = tree;
    replaceHoles(copy, [&found](const Hole& hole) -> std::optional<std::string> {
        if (std::ranges::find(found, hole) == found.end()) {
            found.push_back(hole);
        }
        return std::nullopt;
    });
    return found;
}

json::Value filled(json::Value tree, const HoleValues& values)
{
    replaceHoles(tree, [&values](const Hole& hole) -> std::optional<std::string> {
        const auto known = values.find(hole);
        return known != values.end() ? std::optional(known->second) : std::nullopt;
    });
    return tree;
}

json::Value withPlaceholders(json::Value tree)
{
    replaceHoles(tree, [](const Hole& hole) -> std::optional<std::string> {
        return "<from " + hole.step.str() + ">";
    });
    return tree;
}

} // namespace isthmus::plan
