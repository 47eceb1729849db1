// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/patch.h"

#include "core/sim/list_rule.h"

#include <algorithm>
#include <string_view>

namespace isthmus::sim {

namespace {

using json::Value;
using Path = std::vector<std::string>;

constexpr std::string_view deleteFrom = "$deleteFromPrimitiveList/";
constexpr std::string_view orderOf = "$setElementOrder/";

class Strategic
{
public:
    explicit Strategic(const Kind& kind)
        : m_kind(kind)
    { }

    Value map(Value target, const Value& patch)
    {
        if (patch["$patch"].string() == "replace") {
            target = json::Object {};
        }
        if (target.asObject() == nullptr) {
            target = json::Object {};
        }
        retain(target, patch["$retainKeys"]);
        for (const auto& [name, part] : patch.object()) {
            if (name.starts_with(deleteFrom)) {
                removeScalars(target, name.substr(deleteFrom.size()), part);
            } else if (!name.starts_with('$')) {
                member(target, name, part);
            }
        }
        for (const auto& [name, part] : patch.object()) {
            if (name.starts_with(orderOf)) {
                order(target, name.substr(orderOf.size()), part);
            }
        }
        return target;
    }

private:
    static void retain(Value& target, const Value& keys)
    {
        if (keys.asArray() == nullptr) {
            return;
        }
        const json::Object members = target.object();
        for (const auto& [name, unused] : members) {
            if (std::ranges::find(keys.array(), Value(name)) == keys.array().end()) {
                target.erase(name);
            }
        }
    }

    static void removeScalars(Value& target, const std::string& name, const Value& values)
    {
        if (json::Array* list = target.member(name).asArray()) {
            std::erase_if(*list, [&](const Value& item) {
                return std::ranges::find(values.array(), item) != values.array().end();
            });
        }
    }

    void member(Value& target, const std::string& name, const Value& part)
    {
        if (part.isNull() || part["$patch"].string() == "delete") {
            target.erase(name);
            return;
        }
        m_path.push_back(name);
        Value& slot = target.member(name);
        if (part.asObject() != nullptr) {
            slot = map(std::move(slot), part);
        } else if (part.asArray() != nullptr && slot.asArray() != nullptr) {
            slot = list(std::move(slot), part);
        } else {
            slot = part;
        }
        m_path.pop_back();
    }

    [[nodiscard]] std::string keyHere() const
    {
        const ListRule rule = listRule(m_kind.kind, m_kind.custom, m_path);
        return !rule.patchKey.empty() ? rule.patchKey
                                      : (rule.keys.empty() ? std::string() : rule.keys.front());
    }

    Value list(Value target, const Value& patch)
    {
        const std::string key = keyHere();
        if (key.empty()) {
            if (listRule(m_kind.kind, m_kind.custom, m_path).merge != Merge::Set) {
                return patch;
            }
            for (const Value& item : patch.array()) {
                if (std::ranges::find(target.array(), item) == target.array().end()) {
                    target.push(item);
                }
            }
            return target;
        }
        const bool replaces = std::ranges::any_of(
            patch.array(), [](const Value& item) { return item["$patch"].string() == "replace"; });
        if (replaces) {
            target = json::Array {};
        }
        for (const Value& item : patch.array()) {
            mergeItem(*target.asArray(), item, key);
        }
        return target;
    }

    void mergeItem(json::Array& target, const Value& item, const std::string& key)
    {
        const auto found =
            std::ranges::find_if(target, [&](const Value& each) { return each[key] == item[key]; });
        const std::string& directive = item["$patch"].string();
        if (directive == "delete") {
            if (found != target.end()) {
                target.erase(found);
            }
        } else if (found != target.end()) {
            *found = map(std::move(*found), item);
        } else if (item.contains(key)) {
            target.push_back(map(json::Object {}, item));
        }
    }

    void order(Value& target, const std::string& name, const Value& wanted)
    {
        json::Array* items = target.member(name).asArray();
        if (items == nullptr) {
            return;
        }
        m_path.push_back(name);
        const std::string key = keyHere();
        m_path.pop_back();
        const auto rank = [&](const Value& item) {
            return std::ranges::find_if(wanted.array(), [&](const Value& each) {
                return key.empty() ? each == item : each[key] == item[key];
            });
        };
        std::ranges::stable_sort(*items,
                                 [&](const Value& a, const Value& b) { return rank(a) < rank(b); });
    }

    const Kind& m_kind;
    Path m_path;
};

} // namespace

Value mergePatched(Value target, const Value& patch)
{
    if (patch.asObject() == nullptr) {
        return patch;
    }
    if (target.asObject() == nullptr) {
        target = json::Object {};
    }
    for (const auto& [name, part] : patch.object()) {
        if (part.isNull()) {
            target.erase(name);
        } else {
            Value& slot = target.member(name);
            slot = mergePatched(std::move(slot), part);
        }
    }
    return target;
}

Value strategicPatched(Value target, const Value& patch, const Kind& kind)
{
    return Strategic(kind).map(std::move(target), patch);
}

} // namespace isthmus::sim
