// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/object.h"

namespace isthmus::kube {

std::string text(const ObjectKey& key)
{
    return key.kind + ' ' + (key.ns.empty() ? key.name : key.ns + '/' + key.name);
}

ObjectKey keyOf(const json::Value& object)
{
    return { .apiVersion = object["apiVersion"].string(),
             .kind = object["kind"].string(),
             .ns = object["metadata"]["namespace"].string(),
             .name = object["metadata"]["name"].string() };
}

const std::string& label(const json::Value& object, std::string_view key)
{
    return object["metadata"]["labels"][key].string();
}

const std::string& annotation(const json::Value& object, std::string_view key)
{
    return object["metadata"]["annotations"][key].string();
}

const std::string& uid(const json::Value& object)
{
    return object["metadata"]["uid"].string();
}

const std::string& resourceVersion(const json::Value& object)
{
    return object["metadata"]["resourceVersion"].string();
}

bool isBeingDeleted(const json::Value& object)
{
    return !object["metadata"]["deletionTimestamp"].string().empty();
}

const json::Value& condition(const json::Value& object, std::string_view type)
{
    static const json::Value none;
    for (const json::Value& entry : object["status"]["conditions"].array()) {
        if (entry["type"].string() == type) {
            return entry;
        }
    }
    return none;
}

bool hasCondition(const json::Value& object, std::string_view type)
{
    return condition(object, type)["status"].string() == "True";
}

} // namespace isthmus::kube
