// SPDX-License-Identifier: GPL-3.0-or-later
// What every Kubernetes object has: a kind, a place, a name, metadata.
#pragma once

#include "core/json/value.h"

#include <compare>
#include <string>
#include <string_view>

namespace isthmus::kube {

struct ObjectKey
{
    std::string apiVersion; ///< "v1", "apps/v1"
    std::string kind;
    std::string ns = {}; ///< empty for cluster-scoped objects
    std::string name;

    friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

/// "Secret istio-system/cacerts", "Namespace istio-system": for people.
[[nodiscard]] std::string text(const ObjectKey& key);
[[nodiscard]] ObjectKey keyOf(const json::Value& object);
/// metadata.labels[key] or "".
[[nodiscard]] const std::string& label(const json::Value& object, std::string_view key);
[[nodiscard]] const std::string& annotation(const json::Value& object, std::string_view key);
[[nodiscard]] const std::string& uid(const json::Value& object);
[[nodiscard]] const std::string& resourceVersion(const json::Value& object);
[[nodiscard]] bool isBeingDeleted(const json::Value& object);
/// The entry of status.conditions with that type, or null.
[[nodiscard]] const json::Value& condition(const json::Value& object, std::string_view type);
/// status.conditions[type].status == "True"; conditions may be null right after creation.
[[nodiscard]] bool hasCondition(const json::Value& object, std::string_view type);

} // namespace isthmus::kube
