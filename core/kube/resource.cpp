// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/resource.h"

#include "core/base/strings.h"

namespace isthmus::kube {

namespace {

std::string apiVersionOf(const std::string& group, const std::string& version)
{
    return group.empty() ? version : group + '/' + version;
}

std::vector<std::string> texts(const json::Value& list)
{
    std::vector<std::string> out;
    for (const json::Value& item : list.array()) {
        out.push_back(item.string());
    }
    return out;
}

} // namespace

bool isBuiltIn(std::string_view apiVersion)
{
    const std::size_t slash = apiVersion.find('/');
    const std::string_view group =
        slash == std::string_view::npos ? "" : apiVersion.substr(0, slash);
    return group.find('.') == std::string_view::npos
        || (group.ends_with(".k8s.io") && group != "gateway.networking.k8s.io");
}

std::string groupPath(std::string_view apiVersion)
{
    const bool core = apiVersion.find('/') == std::string_view::npos;
    return (core ? "/api/" : "/apis/") + std::string(apiVersion);
}

std::string collectionPath(const Resource& resource, std::string_view ns)
{
    std::string path = groupPath(resource.apiVersion);
    if (resource.namespaced && !ns.empty()) {
        path += "/namespaces/" + percentEncode(ns);
    }
    return path + '/' + resource.plural;
}

std::string objectPath(const Resource& resource,
                       std::string_view ns,
                       std::string_view name,
                       std::string_view subresource)
{
    std::string path = collectionPath(resource, ns) + '/' + percentEncode(name);
    if (!subresource.empty()) {
        path += '/';
        path += subresource;
    }
    return path;
}

void ResourceMap::add(Resource resource)
{
    std::pair key(resource.apiVersion, resource.kind);
    m_byKind.insert_or_assign(std::move(key), std::move(resource));
}

void ResourceMap::addFromCrd(const json::Value& crd)
{
    const json::Value& spec = crd["spec"];
    for (const json::Value& version : spec["versions"].array()) {
        if (version["served"].boolean()) {
            add({ .apiVersion = apiVersionOf(spec["group"].string(), version["name"].string()),
                  .kind = spec["names"]["kind"].string(),
                  .plural = spec["names"]["plural"].string(),
                  .namespaced = spec["scope"].string() == "Namespaced" });
        }
    }
}

void ResourceMap::addFromDiscovery(const json::Value& apiResourceList)
{
    for (const json::Value& entry : apiResourceList["resources"].array()) {
        const std::string& plural = entry["name"].string();
        if (plural.empty() || plural.find('/') != std::string::npos) {
            continue;
        }
        add({ .apiVersion = apiResourceList["groupVersion"].string(),
              .kind = entry["kind"].string(),
              .plural = plural,
              .namespaced = entry["namespaced"].boolean(),
              .verbs = texts(entry["verbs"]) });
    }
}

void ResourceMap::addFromAggregated(const json::Value& apiGroupDiscoveryList)
{
    for (const json::Value& group : apiGroupDiscoveryList["items"].array()) {
        const std::string& groupName = group["metadata"]["name"].string(); // "" is the core group
        for (const json::Value& version : group["versions"].array()) {
            const std::string apiVersion = apiVersionOf(groupName, version["version"].string());
            for (const json::Value& entry : version["resources"].array()) {
                if (entry["responseKind"]["kind"].string().empty()) {
                    continue; // a group of sub-resources only
                }
                add({ .apiVersion = apiVersion,
                      .kind = entry["responseKind"]["kind"].string(),
                      .plural = entry["resource"].string(),
                      .namespaced = entry["scope"].string() == "Namespaced",
                      .verbs = texts(entry["verbs"]) });
            }
        }
    }
}

const Resource* ResourceMap::find(std::string_view apiVersion, std::string_view kind) const
{
    const auto found = m_byKind.find(std::pair(std::string(apiVersion), std::string(kind)));
    return found != m_byKind.end() ? &found->second : nullptr;
}

std::vector<Resource> ResourceMap::all() const
{
    std::vector<Resource> out;
    out.reserve(m_byKind.size());
    for (const auto& [key, resource] : m_byKind) {
        out.push_back(resource);
    }
    return out;
}

} // namespace isthmus::kube
