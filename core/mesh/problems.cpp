// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/problems.h"

#include <algorithm>
#include <utility>

namespace isthmus::mesh {

namespace {

bool isBare(std::string_view key)
{
    return std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || c == '-' || c == '_';
    });
}

struct Found
{
    const yaml::Node* key; ///< of the last step found; the root where none was
    const yaml::Node* value;
    bool whole; ///< the path exists
};

/// Follows the path as far as the file goes.
Found find(const yaml::Node& root, const FieldPath& path)
{
    Found found { &root, &root, true };
    for (const FieldPath::Step& step : path.steps()) {
        const yaml::Node& node = *found.value;
        if (step.key.empty()) {
            if (step.index >= node.items.size()) {
                found.whole = false;
                return found;
            }
            found.key = found.value = &node.items[step.index];
            continue;
        }
        const auto member = std::ranges::find_if(
            node.members, [&step](const auto& each) { return each.first.scalar == step.key; });
        if (member == node.members.end()) {
            found.whole = false;
            return found;
        }
        found.key = &member->first;
        found.value = &member->second;
    }
    return found;
}

} // namespace

FieldPath FieldPath::operator/(std::string_view key) const
{
    FieldPath out = *this;
    out.m_steps.push_back({ std::string(key), 0 });
    return out;
}

FieldPath FieldPath::operator[](std::size_t index) const
{
    FieldPath out = *this;
    out.m_steps.push_back({ {}, index });
    return out;
}

std::string FieldPath::text() const
{
    std::string out;
    for (const Step& step : m_steps) {
        if (step.key.empty()) {
            out += "[" + std::to_string(step.index) + "]";
        } else if (isBare(step.key)) {
            out += (out.empty() ? "" : ".") + step.key;
        } else {
            out += "[\"" + step.key + "\"]";
        }
    }
    return out;
}

Problems::Problems(const yaml::Node& root, std::string file)
    : m_root(root)
    , m_file(std::move(file))
{ }

void Problems::error(const FieldPath& path, Message summary, Message remedy, std::string detail)
{
    add(Severity::Error, path, false, std::move(summary), std::move(remedy), std::move(detail));
}

void Problems::warning(const FieldPath& path, Message summary, Message remedy, std::string detail)
{
    add(Severity::Warning, path, false, std::move(summary), std::move(remedy), std::move(detail));
}

void Problems::errorAtKey(const FieldPath& path,
                          Message summary,
                          Message remedy,
                          std::string detail)
{
    add(Severity::Error, path, true, std::move(summary), std::move(remedy), std::move(detail));
}

bool Problems::given(const FieldPath& path) const
{
    return find(m_root, path).whole;
}

Diagnostics Problems::take() &&
{
    return std::move(m_list);
}

void Problems::add(Severity severity,
                   const FieldPath& path,
                   bool atKey,
                   Message summary,
                   Message remedy,
                   std::string detail)
{
    const Found found = find(m_root, path);
    // Something that is missing is reported at the key of what should hold it.
    const yaml::Node& place = atKey || !found.whole ? *found.key : *found.value;
    m_list.push_back({ severity,
                       std::move(summary),
                       std::move(detail),
                       path.text(),
                       std::move(remedy),
                       m_file,
                       place.line,
                       place.column });
}

} // namespace isthmus::mesh
