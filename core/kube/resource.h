// SPDX-License-Identifier: GPL-3.0-or-later
// Which path a kind lives at: learnt from discovery and from CRDs, never guessed from the kind's
// name.
#pragma once

#include "core/base/result.h"
#include "core/json/value.h"
#include "core/kube/object.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isthmus::kube {

struct Resource
{
    std::string apiVersion; ///< "v1", "apps/v1"
    std::string kind;
    std::string plural; ///< "deployments"
    bool namespaced = true;
    std::vector<std::string>
        verbs = {}; ///< as discovery lists them; empty for those from CRDs in a plan
};

/// Whether Kubernetes itself defines the group; the Gateway API's is one of custom resources.
[[nodiscard]] bool isBuiltIn(std::string_view apiVersion);
/// "/api/v1" or "/apis/group/version".
[[nodiscard]] std::string groupPath(std::string_view apiVersion);
/// Collection path; `ns` empty means all namespaces.
[[nodiscard]] std::string collectionPath(const Resource& resource, std::string_view ns);
[[nodiscard]] std::string objectPath(const Resource& resource,
                                     std::string_view ns,
                                     std::string_view name,
                                     std::string_view subresource = {});

/// Known kinds of one cluster. A value; not synchronised.
class ResourceMap
{
public:
    void add(Resource resource);
    /// Adds every served version of a CustomResourceDefinition object.
    void addFromCrd(const json::Value& crd);
    /// Adds one APIResourceList document; sub-resources are passed over.
    void addFromDiscovery(const json::Value& apiResourceList);
    /// Adds one APIGroupDiscoveryList document (aggregated discovery).
    void addFromAggregated(const json::Value& apiGroupDiscoveryList);
    /// Null where the kind is not served.
    [[nodiscard]] const Resource* find(std::string_view apiVersion, std::string_view kind) const;
    [[nodiscard]] std::vector<Resource> all() const;

private:
    std::map<std::pair<std::string, std::string>, Resource, std::less<>> m_byKind;
};

} // namespace isthmus::kube
