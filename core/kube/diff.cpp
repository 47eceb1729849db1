// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/diff.h"

#include "core/base/strings.h"
#include "core/kube/resource.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace isthmus::kube {

namespace {

using json::Value;

constexpr std::size_t shownBytes = 400;

/// The names of the items where each item is a map with one of its own, else nothing.
std::vector<std::string> namesOf(const Value& list)
{
    std::vector<std::string> out;
    std::set<std::string> seen;
    for (const Value& item : list.array()) {
        const std::string& name = item["name"].string();
        if (name.empty() || !seen.insert(name).second) {
            return {};
        }
        out.push_back(name);
    }
    return out;
}

const Value& named(const Value& list, std::string_view name)
{
    static const Value none;
    const auto& items = list.array();
    const auto found = std::ranges::find_if(
        items, [&](const Value& item) { return item["name"].string() == name; });
    return found != items.end() ? *found : none;
}

/// Whether two lists are matched by name: both have names throughout, one of them may be empty.
bool matchedByName(const Value& before, const Value& after)
{
    const auto usable = [](const Value& list) {
        return list.array().empty() || !namesOf(list).empty();
    };
    return usable(before) && usable(after) && !(before.array().empty() && after.array().empty());
}

/// One step deeper: how the place is called, and the two values there (null where absent).
struct Pair
{
    std::string step; ///< ".spec" or "[0]" or "[remote]"
    const Value* before;
    const Value* after;
};

std::vector<Pair> members(const Value& before, const Value& after)
{
    std::set<std::string> keys;
    for (const Value* side : { &before, &after }) {
        for (const auto& [key, value] : side->object()) {
            keys.insert(key);
        }
    }
    std::vector<Pair> out;
    for (const std::string& key : keys) {
        out.push_back({ '.' + key, &before[key], &after[key] });
    }
    return out;
}

std::vector<Pair> elements(const Value& before, const Value& after)
{
    std::vector<Pair> out;
    if (matchedByName(before, after)) {
        std::vector<std::string> names = namesOf(before);
        for (std::string& name : namesOf(after)) {
            if (std::ranges::find(names, name) == names.end()) {
                names.push_back(std::move(name));
            }
        }
        for (const std::string& name : names) {
            out.push_back({ '[' + name + ']', &named(before, name), &named(after, name) });
        }
        return out;
    }
    const std::size_t count = std::max(before.array().size(), after.array().size());
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back({ '[' + std::to_string(i) + ']', &before[i], &after[i] });
    }
    return out;
}

/// The places one level below, or none where the two are not both maps or both lists.
std::vector<Pair> below(const Value& before, const Value& after)
{
    if (before.asObject() != nullptr && after.asObject() != nullptr) {
        return members(before, after);
    }
    if (before.asArray() != nullptr && after.asArray() != nullptr) {
        return elements(before, after);
    }
    return {};
}

/// Lists with the same items in another order: matched by name nothing differs, yet they do.
bool onlyReordered(const std::vector<Pair>& pairs)
{
    return std::ranges::all_of(pairs, [](const Pair& pair) { return *pair.before == *pair.after; });
}

void collect(const Value& before,
             const Value& after,
             const std::string& path,
             std::vector<FieldChange>& out)
{
    if (before == after) {
        return;
    }
    const std::vector<Pair> pairs = below(before, after);
    if (pairs.empty() || onlyReordered(pairs)) {
        out.push_back({ path.starts_with('.') ? path.substr(1) : path, before, after });
        return;
    }
    for (const Pair& pair : pairs) {
        collect(*pair.before, *pair.after, path + pair.step, out);
    }
}

std::size_t lengthOf(const Value& value, bool encoded)
{
    const std::string& text = value.string();
    if (encoded) {
        if (const auto bytes = base64Decode(text)) {
            return bytes->size();
        }
    }
    return text.size();
}

std::string maskText(std::size_t length, bool changed)
{
    return '<' + std::to_string(length) + (changed ? " bytes, changed>" : " bytes>");
}

/// Replaces the values of `data` and `stringData` by their lengths; where both sides have a value
/// that differs, the later one says so, for equal lengths must not hide a change.
void mask(Value& before, Value& after)
{
    for (const char* part : { "data", "stringData" }) {
        const bool encoded = std::string_view(part) == "data";
        std::set<std::string> keys;
        for (const Value* side : { &before, &after }) {
            for (const auto& [key, value] : (*side)[part].object()) {
                keys.insert(key);
            }
        }
        for (const std::string& key : keys) {
            const bool old = before[part].contains(key);
            const bool now = after[part].contains(key);
            const bool changed = old && now && before[part][key] != after[part][key];
            if (old) {
                Value& value = before.member(part).member(key);
                const std::size_t length = lengthOf(value, encoded);
                json::wipe(value);
                value = maskText(length, false);
            }
            if (now) {
                Value& value = after.member(part).member(key);
                const std::size_t length = lengthOf(value, encoded);
                json::wipe(value);
                value = maskText(length, changed);
            }
        }
    }
}

struct Sides
{
    Value before;
    Value after;
};

Sides prepared(const Value& before, const Value& after)
{
    Sides sides { normalised(before), normalised(after) };
    const auto isSecret = [](const Value& object) { return object["kind"].string() == "Secret"; };
    if (isSecret(before) || isSecret(after)) {
        mask(sides.before, sides.after);
    }
    return sides;
}

/// Writes the text form: YAML's block style behind a mark, only what changed and the way to it.
class Dump
{
public:
    void compare(const Value& before, const Value& after, int depth)
    {
        for (const Pair& pair : below(before, after)) {
            if (*pair.before == *pair.after) {
                continue;
            }
            const std::string head = heading(pair.step);
            const std::vector<Pair> deeper = below(*pair.before, *pair.after);
            if (!deeper.empty() && !onlyReordered(deeper)) {
                line(' ', depth, head);
                compare(*pair.before, *pair.after, depth + 1);
                continue;
            }
            if (!pair.before->isNull()) {
                whole('-', depth, head, *pair.before);
            }
            if (!pair.after->isNull()) {
                whole('+', depth, head, *pair.after);
            }
        }
    }

    void whole(char mark, int depth, const std::string& head, const Value& value)
    {
        if (value.object().empty() && value.array().empty()) {
            line(mark, depth, head + ' ' + shortened(json::write(value), shownBytes));
            return;
        }
        line(mark, depth, head);
        inside(mark, depth + 1, value);
    }

    void inside(char mark, int depth, const Value& value)
    {
        for (const auto& [key, member] : value.object()) {
            whole(mark, depth, key + ':', member);
        }
        const std::vector<std::string> names = namesOf(value);
        for (std::size_t i = 0; i < value.array().size(); ++i) {
            whole(mark,
                  depth,
                  heading('[' + (names.empty() ? std::to_string(i) : names[i]) + ']'),
                  value[i]);
        }
    }

    [[nodiscard]] std::string text() && { return std::move(m_text); }

private:
    static std::string heading(const std::string& step)
    {
        return step.starts_with('.') ? step.substr(1) + ':' : step + ':';
    }

    void line(char mark, int depth, const std::string& content)
    {
        m_text += mark;
        m_text.append(1 + static_cast<std::size_t>(depth) * 2, ' ');
        m_text += content;
        m_text += '\n';
    }

    std::string m_text;
};

Value mergedValue(const Value& live, const Value& intent, bool listsByName);

Value mergedList(const Value& live, const Value& intent, bool listsByName)
{
    if (!listsByName || intent.array().empty() || !matchedByName(live, intent)) {
        return intent;
    }
    json::Array out;
    for (const Value& item : live.array()) {
        const Value& wanted = named(intent, item["name"].string());
        out.push_back(wanted.isNull() ? item : mergedValue(item, wanted, listsByName));
    }
    for (const Value& item : intent.array()) {
        if (named(live, item["name"].string()).isNull()) {
            out.push_back(item);
        }
    }
    return out;
}

Value mergedValue(const Value& live, const Value& intent, bool listsByName)
{
    if (live.asArray() != nullptr && intent.asArray() != nullptr) {
        return mergedList(live, intent, listsByName);
    }
    if (live.asObject() == nullptr || intent.asObject() == nullptr) {
        return intent;
    }
    Value out = live;
    for (const auto& [key, wanted] : intent.object()) {
        Value& place = out.member(key);
        place = place.isNull() ? wanted : mergedValue(place, wanted, listsByName);
    }
    return out;
}

} // namespace

Value normalised(const Value& object)
{
    Value out = object;
    out.erase("status");
    if (out["metadata"].asObject() == nullptr) {
        return out;
    }
    Value& metadata = out.member("metadata");
    for (const char* name : { "managedFields",
                              "resourceVersion",
                              "uid",
                              "generation",
                              "creationTimestamp",
                              "selfLink" }) {
        metadata.erase(name);
    }
    if (metadata["annotations"].asObject() != nullptr) {
        metadata.member("annotations").erase("kubectl.kubernetes.io/last-applied-configuration");
        if (metadata["annotations"].object().empty()) {
            metadata.erase("annotations");
        }
    }
    return out;
}

bool changes(const Value& before, const Value& after)
{
    return normalised(before) != normalised(after);
}

Value merged(const Value& live, const Value& intent)
{
    return mergedValue(live, intent, isBuiltIn(intent["apiVersion"].string()));
}

std::vector<FieldChange> diff(const Value& before, const Value& after)
{
    const Sides sides = prepared(before, after);
    std::vector<FieldChange> out;
    collect(sides.before, sides.after, {}, out);
    return out;
}

std::string dump(const Value& before, const Value& after)
{
    const Sides sides = prepared(before, after);
    Dump out;
    if (sides.before.isNull() || sides.after.isNull()) {
        out.inside(sides.before.isNull() ? '+' : '-',
                   0,
                   sides.before.isNull() ? sides.after : sides.before);
    } else {
        out.compare(sides.before, sides.after, 0);
    }
    return std::move(out).text();
}

} // namespace isthmus::kube
