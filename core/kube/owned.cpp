// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/owned.h"

#include "core/json/parse.h"

#include <algorithm>
#include <iterator>

namespace isthmus::kube {

namespace {

using json::Value;

/// A list item's identity in FieldsV1: "k:{…}", "v:…" and "i:…" carry JSON after the prefix.
Value keyIn(std::string_view element)
{
    auto parsed = json::parse(element.substr(2));
    return parsed ? std::move(*parsed) : Value();
}

bool hasKey(const Value& item, const Value& key)
{
    return std::ranges::all_of(key.object(), [&](const auto& member) {
        return item.contains(member.first) && item[member.first] == member.second;
    });
}

/// Whether the element of FieldsV1 means this item of a list.
bool means(std::string_view element, const Value& item, std::size_t index)
{
    if (element.starts_with("k:")) {
        return item.asObject() != nullptr && hasKey(item, keyIn(element));
    }
    if (element.starts_with("v:")) {
        return item == keyIn(element);
    }
    return element.starts_with("i:") && keyIn(element) == Value(index);
}

Value extracted(const Value& value, const Value& fields);

Value extractedItem(const Value& item, std::string_view element, const Value& fields)
{
    Value out = extracted(item, fields);
    if (element.starts_with("k:")) { // the key belongs to an item even where nothing says so
        const Value key = keyIn(element);
        for (const auto& [name, part] : key.object()) {
            out.member(name) = part;
        }
    }
    return out;
}

/// The part of `value` that a node of FieldsV1 covers; a node without children covers all of it.
Value extracted(const Value& value, const Value& fields)
{
    const json::Object& children = fields.object();
    if (children.empty()) {
        return value;
    }
    if (value.asArray() != nullptr) {
        json::Array out;
        std::size_t index = 0;
        for (const Value& item : value.array()) {
            const auto child = std::ranges::find_if(
                children, [&](const auto& each) { return means(each.first, item, index); });
            if (child != children.end()) {
                out.push_back(extractedItem(item, child->first, child->second));
            }
            ++index;
        }
        return out;
    }
    if (value.asObject() == nullptr) {
        return value;
    }
    json::Object out;
    for (const auto& [element, below] : children) {
        const std::string_view name =
            std::string_view(element).substr(std::min<std::size_t>(2, element.size()));
        if (element.starts_with("f:") && value.contains(name)) {
            out.insert_or_assign(std::string(name), extracted(value[name], below));
        }
    }
    return out;
}

/// Adds what `from` has and `into` lacks: one manager may have an entry per apiVersion.
void unite(Value& into, const Value& from)
{
    if (into.asObject() == nullptr || from.asObject() == nullptr) {
        return;
    }
    for (const auto& [name, part] : from.object()) {
        if (into.contains(name)) {
            unite(into.member(name), part);
        } else {
            into.member(name) = part;
        }
    }
}

bool isApply(const Value& entry)
{
    return entry["operation"].string() == "Apply";
}

/// Path text of one element, as the server's conflicts have it.
std::string pathText(std::string_view element)
{
    const std::string_view rest = element.substr(std::min<std::size_t>(2, element.size()));
    if (element.starts_with("f:")) {
        return '.' + std::string(rest);
    }
    if (element.starts_with("k:")) {
        std::string out;
        const Value key = keyIn(element);
        for (const auto& [name, part] : key.object()) {
            out += (out.empty() ? "[" : ",") + name + '=' + json::write(part);
        }
        return out + ']';
    }
    return element.starts_with("v:") ? "[=" + std::string(rest) + ']'
                                     : '[' + std::string(rest) + ']';
}

struct OwnedPath
{
    std::string path;
    bool whole =
        true; ///< everything below is owned, too; false for an item that is owned for itself only
};

void collect(const Value& fields, const std::string& prefix, std::vector<OwnedPath>& out)
{
    for (const auto& [element, below] : fields.object()) {
        if (element == ".") {
            out.push_back({ prefix, false });
        } else if (below.object().empty()) {
            out.push_back({ prefix + pathText(element), true });
        } else {
            collect(below, prefix + pathText(element), out);
        }
    }
}

bool isWithin(std::string_view path, std::string_view outer)
{
    return path.starts_with(outer)
        && (path.size() == outer.size() || path[outer.size()] == '.' || path[outer.size()] == '[');
}

} // namespace

Value extractOwned(const Value& object, std::string_view manager)
{
    Value out;
    for (const Value& entry : object["metadata"]["managedFields"].array()) {
        if (!isApply(entry) || entry["manager"].string() != manager
            || !entry["subresource"].string().empty()) {
            continue;
        }
        Value part = extracted(object, entry["fieldsV1"]);
        if (entry["fieldsV1"].object().empty()) {
            part = json::Object(); // applied, and owns nothing any more
        }
        if (out.isNull()) {
            out = std::move(part);
        } else {
            unite(out, part);
        }
    }
    if (out.isNull()) {
        return out;
    }
    for (const char* name : { "apiVersion", "kind" }) {
        out.member(name) = object[name];
    }
    for (const char* name : { "name", "namespace" }) {
        if (object["metadata"].contains(name)) {
            out.member("metadata").member(name) = object["metadata"][name];
        }
    }
    return out;
}

std::vector<Owner> ownersOf(const Value& object, std::string_view path)
{
    std::vector<Owner> out;
    for (const Value& entry : object["metadata"]["managedFields"].array()) {
        std::vector<OwnedPath> owned;
        collect(entry["fieldsV1"], {}, owned);
        const bool owns = std::ranges::any_of(owned, [&](const OwnedPath& each) {
            return isWithin(each.path, path) || (each.whole && isWithin(path, each.path));
        });
        if (owns) {
            out.push_back({ .manager = entry["manager"].string(),
                            .applied = isApply(entry),
                            .subresource = entry["subresource"].string(),
                            .time = entry["time"].string() });
        }
    }
    return out;
}

std::vector<std::string> ownedPaths(const Value& object, std::string_view manager)
{
    std::vector<OwnedPath> owned;
    for (const Value& entry : object["metadata"]["managedFields"].array()) {
        if (entry["manager"].string() == manager) {
            collect(entry["fieldsV1"], {}, owned);
        }
    }
    std::vector<std::string> out;
    std::ranges::transform(owned, std::back_inserter(out), &OwnedPath::path);
    std::ranges::sort(out);
    const auto rest = std::ranges::unique(out);
    out.erase(rest.begin(), rest.end());
    return out;
}

} // namespace isthmus::kube
