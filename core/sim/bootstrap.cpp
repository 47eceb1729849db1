// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/bootstrap.h"

namespace isthmus::sim {

namespace {

using json::Value;

Value named(const std::string& name)
{
    return json::Object { { "metadata", json::Object { { "name", name } } } };
}

void addNode(Model& model)
{
    const std::string name = model.options().name + "-node-1";
    Value node = named(name);
    node.member("metadata").member("labels") = json::Object { { "kubernetes.io/hostname", name },
                                                              { "kubernetes.io/os", "linux" },
                                                              { "kubernetes.io/arch", "amd64" } };
    model.ensure("v1", "Node", {}, std::move(node));
    model.edit({ .group = "", .plural = "nodes", .name = name }, "kubelet", [&](Value& object) {
        const Value capacity =
            json::Object { { "cpu", "16" }, { "memory", "64Gi" }, { "pods", "1000" } };
        object.member("status") = json::Object {
            { "capacity", capacity },
            { "allocatable", capacity },
            { "addresses",
              json::Array { json::Object { { "type", "InternalIP" }, { "address", "192.0.2.10" } },
                            json::Object { { "type", "Hostname" }, { "address", name } } } },
            { "conditions",
              json::Array { json::Object { { "type", "Ready" },
                                           { "status", "True" },
                                           { "reason", "KubeletReady" },
                                           { "lastHeartbeatTime", model.now() },
                                           { "lastTransitionTime", model.now() } } } },
            { "nodeInfo",
              json::Object { { "kubeletVersion", "v1.32.4+isthmus.sim" },
                             { "operatingSystem", "linux" },
                             { "architecture", "amd64" } } }
        };
    });
}

void addRoles(Model& model)
{
    Value admin = named("cluster-admin");
    admin.member("rules") = json::Array { json::Object { { "apiGroups", json::Array { "*" } },
                                                         { "resources", json::Array { "*" } },
                                                         { "verbs", json::Array { "*" } } } };
    model.ensure("rbac.authorization.k8s.io/v1", "ClusterRole", {}, std::move(admin));
    Value binding = named("cluster-admin");
    binding.member("roleRef") = json::Object { { "apiGroup", "rbac.authorization.k8s.io" },
                                               { "kind", "ClusterRole" },
                                               { "name", "cluster-admin" } };
    binding.member("subjects") =
        json::Array { json::Object { { "apiGroup", "rbac.authorization.k8s.io" },
                                     { "kind", "Group" },
                                     { "name", "system:masters" } } };
    model.ensure("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", {}, std::move(binding));
}

} // namespace

void bootstrap(Model& model)
{
    for (const char* name : { "default", "kube-node-lease", "kube-public", "kube-system" }) {
        model.ensure("v1", "Namespace", {}, named(name));
    }
    addNode(model);
    addRoles(model);
    Value service = named("kubernetes");
    service.member("spec") =
        json::Object { { "ports",
                         json::Array { json::Object {
                             { "name", "https" }, { "port", 443 }, { "targetPort", 6443 } } } } };
    model.ensure("v1", "Service", "default", std::move(service));
}

} // namespace isthmus::sim
