// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/list_rule.h"

#include <algorithm>
#include <array>

namespace isthmus::sim {

namespace {

struct Row
{
    std::string_view field;
    std::string_view parent; ///< the field above; empty: any
    ListRule rule;
};

const std::array<Row, 24>& rows()
{
    static const std::array<Row, 24> table { {
        { "containers", "spec", { Merge::ByKeys, { "name" } } },
        { "initContainers", "spec", { Merge::ByKeys, { "name" } } },
        { "ephemeralContainers", "spec", { Merge::ByKeys, { "name" } } },
        { "env", "", { Merge::ByKeys, { "name" } } },
        { "volumes", "spec", { Merge::ByKeys, { "name" } } },
        { "volumeMounts", "", { Merge::ByKeys, { "mountPath" } } },
        { "volumeDevices", "", { Merge::ByKeys, { "devicePath" } } },
        { "ports",
          "containers",
          { Merge::ByKeys, { "containerPort", "protocol" }, "containerPort" } },
        { "ports",
          "initContainers",
          { Merge::ByKeys, { "containerPort", "protocol" }, "containerPort" } },
        { "imagePullSecrets", "", { Merge::ByKeys, { "name" } } },
        { "hostAliases", "", { Merge::ByKeys, { "ip" } } },
        { "topologySpreadConstraints",
          "",
          { Merge::ByKeys, { "topologyKey", "whenUnsatisfiable" }, "topologyKey" } },
        { "webhooks", "", { Merge::ByKeys, { "name" } } },
        { "matchConditions", "", { Merge::ByKeys, { "name" } } },
        { "conditions", "status", { Merge::ByKeys, { "type" } } },
        { "ownerReferences", "metadata", { Merge::ByKeys, { "uid" } } },
        { "finalizers", "metadata", { Merge::Set } },
        { "finalizers", "spec", { Merge::Set } },
        { "podIPs", "status", { Merge::ByKeys, { "ip" } } },
        { "hostIPs", "status", { Merge::Atomic } },
        { "addresses", "status", { Merge::ByKeys, { "type" } } },
        { "resourceClaims", "", { Merge::ByKeys, { "name" } } },
        { "taints", "spec", { Merge::Atomic, {}, "key" } },
        { "secrets", "", { Merge::ByKeys, { "name" } } },
    } };
    return table;
}

} // namespace

ListRule listRule(std::string_view kind, bool custom, const std::vector<std::string>& path)
{
    if (path.empty()) {
        return {};
    }
    const std::string_view field = path.back();
    const std::string_view parent =
        path.size() > 1 ? std::string_view(path[path.size() - 2]) : std::string_view();
    if (custom && path.front() != "metadata") {
        return {};
    }
    if (field == "ports" && kind == "Service" && parent == "spec") {
        return { Merge::ByKeys, { "port", "protocol" }, "port" };
    }
    for (const Row& row : rows()) {
        if (row.field == field && (row.parent.empty() || row.parent == parent)) {
            return row.rule;
        }
    }
    return {};
}

bool isAtomicMap(bool custom, const std::vector<std::string>& path)
{
    static constexpr std::array<std::string_view, 14> atomic {
        "selector",       "labelSelector", "nodeSelector", "namespaceSelector", "podSelector",
        "objectSelector", "fieldRef",      "secretKeyRef", "configMapKeyRef",   "resourceFieldRef",
        "scaleTargetRef", "roleRef",       "secretRef",    "configMapRef",
    };
    return !custom && !path.empty() && std::ranges::find(atomic, path.back()) != atomic.end();
}

std::string_view keyDefault(std::string_view key)
{
    return key == "protocol" ? "TCP" : "";
}

} // namespace isthmus::sim
