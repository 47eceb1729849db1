// SPDX-License-Identifier: GPL-3.0-or-later
// Who owns which field, as a server's apply keeps it in managedFields; enough for one applier.
#pragma once

#include "core/json/value.h"
#include "core/kube/owned.h"

#include <string>

namespace isthmus::test {

/// Takes out what is in `before` and not in `after`; maps that it empties go, too.
inline void dropFields(json::Value& tree, const json::Value& before, const json::Value& after)
{
    for (const auto& [name, part] : before.object()) {
        if (part.asObject() != nullptr && tree[name].asObject() != nullptr) {
            dropFields(tree.member(name), part, after[name]);
        }
        const bool isEmpty = tree[name].asObject() != nullptr && tree[name].object().empty();
        if (!after.contains(name) && (part.asObject() == nullptr || isEmpty)) {
            tree.erase(name);
        }
    }
}

/// FieldsV1 of what is applied; lists are owned whole.
inline json::Value fieldsOf(const json::Value& intent, int depth = 0)
{
    json::Object out;
    for (const auto& [name, part] : intent.object()) {
        const bool isIdentity = depth == 0 ? name == "apiVersion" || name == "kind"
                                           : depth == 1
                && (name == "name" || name == "namespace" || name == "uid"
                    || name == "resourceVersion" || name == "managedFields");
        json::Value below = fieldsOf(part, name == "metadata" && depth == 0 ? 1 : 2);
        const bool isNothing = name == "metadata" && depth == 0 && below.object().empty();
        if (!isIdentity && !isNothing) {
            out.emplace("f:" + name, std::move(below));
        }
    }
    return out;
}

/// The entry of managedFields for what `manager` has made of the object.
inline json::Value entryOf(const json::Value& object, const std::string& manager)
{
    const bool isOurs = manager == "isthmus";
    json::Object out { { "manager", manager }, { "operation", isOurs ? "Apply" : "Update" } };
    if (isOurs) {
        out.emplace("fieldsV1", fieldsOf(object));
    }
    return out;
}

/// Notes that isthmus has applied `intent`, and nothing else any more.
inline void own(json::Value& object, const json::Value& intent)
{
    json::Array entries;
    for (const json::Value& entry : object["metadata"]["managedFields"].array()) {
        if (entry["manager"].string() != "isthmus") {
            entries.push_back(entry);
        }
    }
    json::Value mine = entryOf(intent, "isthmus");
    if (!mine["fieldsV1"].object().empty()) {
        entries.push_back(std::move(mine));
    }
    object.member("metadata").member("managedFields") = std::move(entries);
}

} // namespace isthmus::test
