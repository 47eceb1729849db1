// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/field_set.h"

#include "core/json/parse.h"
#include "core/sim/list_rule.h"

#include <algorithm>
#include <optional>

namespace isthmus::sim {

namespace {

using json::Value;
using Path = std::vector<std::string>;

const Value leaf = json::Object {};

/// One way through a value, with the rules of each place.
class Walk
{
public:
    explicit Walk(const Schema& schema)
        : m_schema(schema)
    { }

    [[nodiscard]] Merge mergeOf(const Value& value) const
    {
        if (value.asObject() != nullptr) {
            return isAtomicMap(m_schema.custom, m_path) ? Merge::Atomic : Merge::Granular;
        }
        return value.asArray() != nullptr ? rule().merge : Merge::Atomic;
    }

    [[nodiscard]] ListRule rule() const { return listRule(m_schema.kind, m_schema.custom, m_path); }

    template<typename Function>
    auto below(const std::string& field, Function function)
    {
        m_path.push_back(field);
        auto result = function();
        m_path.pop_back();
        return result;
    }

    /// The items of a list by their element, in order.
    [[nodiscard]] std::vector<std::pair<std::string, const Value*>> items(const Value& list) const
    {
        const ListRule how = rule();
        std::vector<std::pair<std::string, const Value*>> out;
        for (const Value& item : list.array()) {
            out.emplace_back(how.merge == Merge::Set ? "v:" + json::write(item)
                                                     : itemElement(item, how.keys),
                             &item);
        }
        return out;
    }

private:
    const Schema& m_schema;
    Path m_path;
};

Value fieldsAt(const Value& value, Walk& walk)
{
    const Merge merge = walk.mergeOf(value);
    if (merge == Merge::Atomic) {
        return leaf;
    }
    Value out = json::Object {};
    if (merge == Merge::Granular) {
        for (const auto& [name, part] : value.object()) {
            out.member("f:" + name) =
                walk.below(name, [&, &under = part] { return fieldsAt(under, walk); });
        }
        return out;
    }
    for (const auto& [element, item] : walk.items(value)) {
        Value& node = out.member(element) = merge == Merge::Set ? leaf : fieldsAt(*item, walk);
        if (merge == Merge::ByKeys) {
            node.member(".") = leaf;
        }
    }
    return out;
}

const Value* itemOf(const std::vector<std::pair<std::string, const Value*>>& items,
                    std::string_view element)
{
    const auto found =
        std::ranges::find_if(items, [&](const auto& each) { return each.first == element; });
    return found != items.end() ? found->second : nullptr;
}

/// Nothing where both are equal.
std::optional<Value> changesAt(const Value& before, const Value& after, Walk& walk);

std::optional<Value> changedMembers(const Value& before, const Value& after, Walk& walk)
{
    Value out = json::Object {};
    const auto add = [&](const std::string& name) {
        walk.below(name, [&] {
            const Value& from = before[name];
            const Value& to = after[name];
            if (!before.contains(name) || !after.contains(name)) {
                out.member("f:" + name) = fieldsAt(before.contains(name) ? from : to, walk);
            } else if (auto inner = changesAt(from, to, walk)) {
                out.member("f:" + name) = std::move(*inner);
            }
            return true;
        });
    };
    for (const auto& [name, unused] : before.object()) {
        add(name);
    }
    for (const auto& [name, unused] : after.object()) {
        if (!before.contains(name)) {
            add(name);
        }
    }
    return isEmpty(out) ? std::nullopt : std::optional(std::move(out));
}

std::optional<Value> changedItems(const Value& before, const Value& after, Walk& walk)
{
    Value out = json::Object {};
    const auto from = walk.items(before);
    const auto to = walk.items(after);
    const auto whole = [&](const std::string& element, const Value& item) {
        Value& node = out.member(element) = element.starts_with("v:") ? leaf : fieldsAt(item, walk);
        if (element.starts_with("k:")) {
            node.member(".") = leaf;
        }
    };
    for (const auto& [element, item] : from) {
        const Value* other = itemOf(to, element);
        if (other == nullptr) {
            whole(element, *item);
        } else if (auto inner = changesAt(*item, *other, walk)) {
            out.member(element) = std::move(*inner);
        }
    }
    for (const auto& [element, item] : to) {
        if (itemOf(from, element) == nullptr) {
            whole(element, *item);
        }
    }
    return isEmpty(out) ? std::nullopt : std::optional(std::move(out));
}

std::optional<Value> changesAt(const Value& before, const Value& after, Walk& walk)
{
    if (before == after) {
        return std::nullopt;
    }
    const Merge merge = walk.mergeOf(after);
    if (merge != walk.mergeOf(before) || merge == Merge::Atomic) {
        return leaf;
    }
    return merge == Merge::Granular ? changedMembers(before, after, walk)
                                    : changedItems(before, after, walk);
}

Value mergedAt(Value onto, const Value& from, Walk& walk)
{
    const Merge merge = walk.mergeOf(from);
    if (merge == Merge::Atomic || merge != walk.mergeOf(onto)) {
        return from;
    }
    if (merge == Merge::Granular) {
        for (const auto& [name, part] : from.object()) {
            walk.below(name, [&, &key = name, &value = part] {
                Value& slot = onto.member(key);
                slot = slot.isNull() ? value : mergedAt(std::move(slot), value, walk);
                return true;
            });
        }
        return onto;
    }
    // As the server does: the order of `from`, then what only `onto` has.
    json::Array out;
    const auto old = walk.items(onto);
    const auto wanted = walk.items(from);
    for (const auto& [element, item] : wanted) {
        const Value* before = itemOf(old, element);
        out.push_back(before == nullptr || merge == Merge::Set ? *item
                                                               : mergedAt(*before, *item, walk));
    }
    for (const auto& [element, item] : old) {
        if (itemOf(wanted, element) == nullptr) {
            out.push_back(*item);
        }
    }
    return out;
}

Value withoutAt(Value value, const Value& set, Walk& walk)
{
    if (value.asObject() != nullptr) {
        for (const auto& [element, below] : set.object()) {
            const std::string name = element.substr(std::min<std::size_t>(2, element.size()));
            if (!element.starts_with("f:") || !value.contains(name)) {
                continue;
            }
            const bool whole = below.object().empty();
            if (whole) {
                value.erase(name);
                continue;
            }
            walk.below(name, [&, &under = below] {
                Value& slot = value.member(name);
                slot = withoutAt(std::move(slot), under, walk);
                return true;
            });
            const Value& rest = value[name];
            if ((rest.asObject() != nullptr && rest.object().empty())
                || (rest.asArray() != nullptr && rest.array().empty())) {
                value.erase(name);
            }
        }
        return value;
    }
    json::Array out;
    for (const auto& [element, item] : walk.items(value)) {
        if (!set.contains(element)) {
            out.push_back(*item);
        } else if (const Value& below = set[element];
                   !below.object().empty() && !below.contains(".")) {
            out.push_back(withoutAt(*item, below, walk));
        }
    }
    return out;
}

std::string pathText(std::string_view element)
{
    const std::string rest(element.substr(std::min<std::size_t>(2, element.size())));
    if (element.starts_with("f:")) {
        return '.' + rest;
    }
    if (element.starts_with("v:")) {
        return "[=" + rest + ']';
    }
    std::string out;
    const Value key = json::parse(rest).value_or(Value());
    for (const auto& [name, part] : key.object()) {
        out += (out.empty() ? "[" : ",") + name + '=' + json::write(part);
    }
    return out + ']';
}

void collect(const FieldSet& set, const std::string& prefix, std::vector<std::string>& out)
{
    for (const auto& [element, below] : set.object()) {
        if (element == ".") {
            out.push_back(prefix);
        } else if (below.object().empty()) {
            out.push_back(prefix + pathText(element));
        } else {
            collect(below, prefix + pathText(element), out);
        }
    }
}

} // namespace

Schema schemaOf(const Kind& kind)
{
    return { .kind = kind.kind, .custom = kind.custom };
}

std::string itemElement(const Value& item, const std::vector<std::string>& keys)
{
    Value key = json::Object {};
    for (const std::string& name : keys) {
        if (item.contains(name)) {
            key.member(name) = item[name];
        } else if (const auto otherwise = keyDefault(name); !otherwise.empty()) {
            key.member(name) = otherwise;
        }
    }
    return "k:" + json::write(key);
}

FieldSet fieldsOf(const Value& value, const Schema& schema)
{
    Walk walk(schema);
    return value.asObject() != nullptr ? fieldsAt(value, walk) : leaf;
}

FieldSet changedFields(const Value& before, const Value& after, const Schema& schema)
{
    Walk walk(schema);
    return changesAt(before, after, walk).value_or(leaf);
}

bool isEmpty(const FieldSet& set)
{
    return set.object().empty();
}

FieldSet united(const FieldSet& a, const FieldSet& b)
{
    FieldSet out = a;
    for (const auto& [element, below] : b.object()) {
        if (!out.contains(element)) {
            out.member(element) = below;
        } else if (!out[element].object().empty() && !below.object().empty()) {
            out.member(element) = united(out[element], below);
        } else { // one of the two has all of it
            out.member(element) = leaf;
        }
    }
    return out;
}

FieldSet without(const FieldSet& a, const FieldSet& b)
{
    FieldSet out = json::Object {};
    for (const auto& [element, below] : a.object()) {
        if (!b.contains(element)) {
            out.member(element) = below;
        } else if (!below.object().empty() && !b[element].object().empty()) {
            if (FieldSet rest = without(below, b[element]); !isEmpty(rest)) {
                out.member(element) = std::move(rest);
            }
        }
    }
    return out;
}

FieldSet common(const FieldSet& a, const FieldSet& b)
{
    FieldSet out = json::Object {};
    for (const auto& [element, below] : a.object()) {
        if (!b.contains(element)) {
            continue;
        }
        const Value& other = b[element];
        if (below.object().empty() || other.object().empty()) {
            out.member(element) = below.object().empty() ? other : below;
        } else if (FieldSet both = common(below, other); !isEmpty(both)) {
            out.member(element) = std::move(both);
        }
    }
    return out;
}

std::vector<std::string> pathsOf(const FieldSet& set)
{
    std::vector<std::string> out;
    collect(set, {}, out);
    return out;
}

Value merged(Value onto, const Value& from, const Schema& schema)
{
    Walk walk(schema);
    return mergedAt(std::move(onto), from, walk);
}

Value withoutFields(Value value, const FieldSet& set, const Schema& schema)
{
    Walk walk(schema);
    return withoutAt(std::move(value), set, walk);
}

} // namespace isthmus::sim
