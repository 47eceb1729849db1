// SPDX-License-Identifier: GPL-3.0-or-later
// Label and field selectors of lists and watches. Pure.
#pragma once

#include "core/json/value.h"
#include "core/sim/failure.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::sim {

struct Requirement
{
    std::string key;
    std::string op; ///< "=", "!=", "in", "notin", "exists", "!"
    std::vector<std::string> values = {};
};

struct Selector
{
    std::vector<Requirement> labels = {};
    std::vector<Requirement> fields = {};

    [[nodiscard]] bool empty() const { return labels.empty() && fields.empty(); }

    [[nodiscard]] bool matches(const json::Value& object) const;
};

/// Errors: 400 for text that is no selector.
[[nodiscard]] Outcome<Selector> parseSelector(std::string_view labels, std::string_view fields);
/// A LabelSelector object (matchLabels, matchExpressions) against labels.
[[nodiscard]] bool labelSelectorMatches(const json::Value& selector, const json::Value& labels);
/// The plain map of a Service; an empty one selects nothing.
[[nodiscard]] bool mapSelects(const json::Value& selector, const json::Value& labels);

} // namespace isthmus::sim
