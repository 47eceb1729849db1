// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/rbac.h"

#include <algorithm>

namespace isthmus::sim {

namespace {

using json::Value;

bool names(const Value& list, const std::string& wanted)
{
    return std::ranges::any_of(list.array(), [&](const Value& each) {
        return each.string() == wanted || each.string() == "*";
    });
}

bool grants(const Value& rule, const Attributes& attributes)
{
    return names(rule["verbs"], attributes.verb) && names(rule["apiGroups"], attributes.group)
        && names(rule["resources"], attributes.resource)
        && (rule["resourceNames"].array().empty() || names(rule["resourceNames"], attributes.name));
}

bool isSubject(const Value& subject, const Identity& identity)
{
    const std::string& kind = subject["kind"].string();
    const std::string& name = subject["name"].string();
    if (kind == "ServiceAccount") {
        return identity.user
            == "system:serviceaccount:" + subject["namespace"].string() + ':' + name;
    }
    return kind == "User" ? identity.user == name
                          : std::ranges::find(identity.groups, name) != identity.groups.end();
}

bool bindingGrants(const Model& model,
                   const Value& binding,
                   const Identity& identity,
                   const Attributes& attributes)
{
    const auto& subjects = binding["subjects"].array();
    if (std::ranges::none_of(subjects,
                             [&](const Value& each) { return isSubject(each, identity); })) {
        return false;
    }
    const Value& ref = binding["roleRef"];
    const bool clusterRole = ref["kind"].string() == "ClusterRole";
    const ObjectPtr role = model.store().get(
        { .group = "rbac.authorization.k8s.io",
          .plural = clusterRole ? "clusterroles" : "roles",
          .ns = clusterRole ? std::string() : binding["metadata"]["namespace"].string(),
          .name = ref["name"].string() });
    return role != nullptr && std::ranges::any_of((*role)["rules"].array(), [&](const Value& rule) {
               return grants(rule, attributes);
           });
}

} // namespace

bool isAllowed(const Model& model, const Identity& identity, const Attributes& attributes)
{
    if (std::ranges::find(identity.groups, "system:masters") != identity.groups.end()) {
        return true;
    }
    const auto granted = [&](const ObjectPtr& binding) {
        return bindingGrants(model, *binding, identity, attributes);
    };
    const char* const group = "rbac.authorization.k8s.io";
    return std::ranges::any_of(model.list(group, "clusterrolebindings"), granted)
        || (!attributes.ns.empty()
            && std::ranges::any_of(model.list(group, "rolebindings", attributes.ns), granted));
}

} // namespace isthmus::sim
