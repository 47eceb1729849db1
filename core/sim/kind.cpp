// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/kind.h"

#include "core/base/strings.h"

#include <algorithm>
#include <cctype>

namespace isthmus::sim {

namespace {

/// group/version kind plural short-names flags. Flags: c cluster-scoped, s status, S scale, a in
/// the category "all".
struct Row
{
    const char* group;
    const char* version;
    const char* kind;
    const char* plural;
    const char* shortNames;
    const char* flags;
};

constexpr Row builtIn[] {
    { "", "v1", "ConfigMap", "configmaps", "cm", "" },
    { "", "v1", "Endpoints", "endpoints", "ep", "" },
    { "", "v1", "Event", "events", "ev", "" },
    { "", "v1", "LimitRange", "limitranges", "limits", "" },
    { "", "v1", "Namespace", "namespaces", "ns", "cs" },
    { "", "v1", "Node", "nodes", "no", "cs" },
    { "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc", "s" },
    { "", "v1", "PersistentVolume", "persistentvolumes", "pv", "cs" },
    { "", "v1", "Pod", "pods", "po", "sa" },
    { "", "v1", "ReplicationController", "replicationcontrollers", "rc", "sSa" },
    { "", "v1", "ResourceQuota", "resourcequotas", "quota", "s" },
    { "", "v1", "Secret", "secrets", "", "" },
    { "", "v1", "ServiceAccount", "serviceaccounts", "sa", "" },
    { "", "v1", "Service", "services", "svc", "sa" },
    { "admissionregistration.k8s.io",
      "v1",
      "MutatingWebhookConfiguration",
      "mutatingwebhookconfigurations",
      "",
      "c" },
    { "admissionregistration.k8s.io",
      "v1",
      "ValidatingWebhookConfiguration",
      "validatingwebhookconfigurations",
      "",
      "c" },
    { "admissionregistration.k8s.io",
      "v1",
      "ValidatingAdmissionPolicy",
      "validatingadmissionpolicies",
      "",
      "cs" },
    { "admissionregistration.k8s.io",
      "v1",
      "ValidatingAdmissionPolicyBinding",
      "validatingadmissionpolicybindings",
      "",
      "c" },
    { "apiextensions.k8s.io",
      "v1",
      "CustomResourceDefinition",
      "customresourcedefinitions",
      "crd,crds",
      "cs" },
    { "apps", "v1", "DaemonSet", "daemonsets", "ds", "sa" },
    { "apps", "v1", "Deployment", "deployments", "deploy", "sSa" },
    { "apps", "v1", "ReplicaSet", "replicasets", "rs", "sSa" },
    { "apps", "v1", "StatefulSet", "statefulsets", "sts", "sSa" },
    { "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa", "sa" },
    { "batch", "v1", "CronJob", "cronjobs", "cj", "sa" },
    { "batch", "v1", "Job", "jobs", "", "sa" },
    { "coordination.k8s.io", "v1", "Lease", "leases", "", "" },
    { "discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "", "" },
    { "events.k8s.io", "v1", "Event", "events", "ev", "" },
    { "networking.k8s.io", "v1", "IngressClass", "ingressclasses", "", "c" },
    { "networking.k8s.io", "v1", "Ingress", "ingresses", "ing", "s" },
    { "networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "netpol", "" },
    { "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb", "s" },
    { "rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", "", "c" },
    { "rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "", "c" },
    { "rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "", "" },
    { "rbac.authorization.k8s.io", "v1", "Role", "roles", "", "" },
    { "scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "pc", "c" },
    { "storage.k8s.io", "v1", "StorageClass", "storageclasses", "sc", "c" },
};

std::string lower(std::string text)
{
    std::ranges::transform(
        text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

Kind kindOf(const Row& row)
{
    const std::string_view flags = row.flags;
    Kind kind { .group = row.group,
                .version = row.version,
                .kind = row.kind,
                .plural = row.plural,
                .singular = lower(row.kind),
                .namespaced = flags.find('c') == std::string_view::npos,
                .hasStatus = flags.find('s') != std::string_view::npos,
                .hasScale = flags.find('S') != std::string_view::npos };
    if (*row.shortNames != '\0') {
        kind.shortNames = split(row.shortNames, ',');
    }
    if (flags.find('a') != std::string_view::npos) {
        kind.categories = { "all" };
    }
    return kind;
}

std::vector<std::string> texts(const json::Value& array)
{
    std::vector<std::string> out;
    for (const json::Value& each : array.array()) {
        out.push_back(each.string());
    }
    return out;
}

Kind customKind(const json::Value& crd, const json::Value& version)
{
    const json::Value& spec = crd["spec"];
    const json::Value& names = spec["names"];
    Kind kind { .group = spec["group"].string(),
                .version = version["name"].string(),
                .kind = names["kind"].string(),
                .plural = names["plural"].string(),
                .singular = names["singular"].string(),
                .shortNames = texts(names["shortNames"]),
                .categories = texts(names["categories"]),
                .namespaced = spec["scope"].string() != "Cluster",
                .hasStatus = version["subresources"].contains("status"),
                .hasScale = version["subresources"].contains("scale"),
                .custom = true };
    if (kind.singular.empty()) {
        kind.singular = lower(kind.kind);
    }
    for (const json::Value& each : version["additionalPrinterColumns"].array()) {
        kind.columns.push_back({ .name = each["name"].string(),
                                 .type = each["type"].string(),
                                 .path = each["jsonPath"].string(),
                                 .wide = each["priority"].integer() > 0 });
    }
    return kind;
}

} // namespace

std::string Kind::apiVersion() const
{
    return group.empty() ? version : group + '/' + version;
}

std::string Kind::qualified() const
{
    return group.empty() ? plural : plural + '.' + group;
}

KindTable::KindTable()
{
    for (const Row& row : builtIn) {
        m_kinds.push_back(std::make_shared<const Kind>(kindOf(row)));
    }
}

const Kind*
KindTable::find(std::string_view group, std::string_view version, std::string_view plural) const
{
    const auto found = std::ranges::find_if(m_kinds, [&](const auto& kind) {
        return kind->plural == plural && kind->group == group && kind->version == version;
    });
    return found != m_kinds.end() ? found->get() : nullptr;
}

const Kind* KindTable::find(std::string_view group, std::string_view plural) const
{
    const auto found = std::ranges::find_if(
        m_kinds, [&](const auto& kind) { return kind->plural == plural && kind->group == group; });
    return found != m_kinds.end() ? found->get() : nullptr;
}

const Kind* KindTable::byKind(std::string_view apiVersion, std::string_view name) const
{
    const auto found = std::ranges::find_if(m_kinds, [&](const auto& kind) {
        return kind->kind == name && kind->apiVersion() == apiVersion;
    });
    return found != m_kinds.end() ? found->get() : nullptr;
}

void KindTable::addFromCrd(const json::Value& crd)
{
    remove(crd["spec"]["group"].string(), crd["spec"]["names"]["plural"].string());
    for (const json::Value& version : crd["spec"]["versions"].array()) {
        if (version["served"].boolean()) {
            m_kinds.push_back(std::make_shared<const Kind>(customKind(crd, version)));
        }
    }
}

void KindTable::remove(std::string_view group, std::string_view plural)
{
    std::erase_if(m_kinds, [&](const auto& kind) {
        return kind->custom && kind->group == group && kind->plural == plural;
    });
}

} // namespace isthmus::sim
