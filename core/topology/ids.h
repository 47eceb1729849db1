// SPDX-License-Identifier: GPL-3.0-or-later
// Identities of what a snapshot holds: the same thing has the same id in the next snapshot.
#pragma once

#include "core/base/ids.h"

#include <compare>
#include <cstddef>
#include <string>

namespace isthmus::topology {

/// An object of one cluster.
struct ObjectRef
{
    ClusterId cluster;
    std::string kind; ///< "Service", "Deployment", "Pod"
    std::string ns;
    std::string name;

    friend bool operator==(const ObjectRef&, const ObjectRef&) = default;
    friend auto operator<=>(const ObjectRef&, const ObjectRef&) = default;
};

/// A service of the mesh: those of one name and namespace are one, whatever cluster they are in.
struct ServiceKey
{
    std::string ns;
    std::string name;

    friend bool operator==(const ServiceKey&, const ServiceKey&) = default;
    friend auto operator<=>(const ServiceKey&, const ServiceKey&) = default;
};

/// One rule of a routing object.
struct RouteRef
{
    ClusterId cluster;
    std::string apiVersion;
    std::string kind; ///< "VirtualService"; "HTTPRoute" has its place here
    std::string ns;
    std::string name;
    std::size_t rule = 0; ///< index in spec.http

    friend bool operator==(const RouteRef&, const RouteRef&) = default;
    friend auto operator<=>(const RouteRef&, const RouteRef&) = default;
};

/// Two clusters, the one that mesh.yaml names first in `a`.
struct LinkId
{
    ClusterId a;
    ClusterId b;

    friend bool operator==(const LinkId&, const LinkId&) = default;
    friend auto operator<=>(const LinkId&, const LinkId&) = default;
};

/// "onprem/Deployment/shop/frontend"
[[nodiscard]] std::string text(const ObjectRef& ref);
/// "onprem/VirtualService/shop/frontend#0"
[[nodiscard]] std::string text(const RouteRef& ref);
/// "onprem-gke"
[[nodiscard]] std::string text(const LinkId& id);

} // namespace isthmus::topology
