// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/manifest.h"

#include "core/base/strings.h"
#include "core/yaml/document.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace isthmus::charts {

namespace {

/// Kubernetes' own, and those of Istio's surroundings that charts are known to carry. Sorted.
constexpr std::array<std::string_view, 32> clusterScopedKinds {
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterIssuer",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterTrustBundle",
    "ComponentStatus",
    "CustomResourceDefinition",
    "DeviceClass",
    "FlowSchema",
    "GatewayClass",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PodSecurityPolicy",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "SecurityContextConstraints",
    "ServiceCIDR",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
};
static_assert(std::is_sorted(clusterScopedKinds.begin(), clusterScopedKinds.end()));

Error unusable(ErrorCode code, const Owner& owner, Message message, std::string detail)
{
    return Error { code,
                   std::move(message),
                   std::move(detail),
                   "helm release " + owner.ns + "/" + owner.release,
                   msg("charts.output.remedy") };
}

/// "Deployment istio-system/istiod"
std::string label(const json::Value& object)
{
    const json::Value& metadata = object["metadata"];
    const std::string& ns = metadata["namespace"].string();
    return object["kind"].string() + " " + (ns.empty() ? "" : ns + "/") + metadata["name"].string();
}

/// `kind: List` is kubectl's envelope for several objects; no server stores one.
void unpackInto(std::vector<json::Value>& out, json::Value document)
{
    const bool list =
        document["kind"].string() == "List" && document["apiVersion"].string() == "v1";
    if (!list) {
        out.push_back(std::move(document));
        return;
    }
    if (json::Array* items = document.member("items").asArray()) {
        for (json::Value& item : *items) {
            unpackInto(out, std::move(item));
        }
    }
}

bool isObject(const json::Value& value)
{
    return !value["apiVersion"].string().empty() && !value["kind"].string().empty()
        && !value["metadata"]["name"].string().empty();
}

enum class Hook
{
    None,
    Test,
    Other
};

/// "test", "test-success" and "test-failure" run on `helm test` only; any other belongs to an
/// install that only helm itself could run.
Hook hookOf(const json::Value& object)
{
    const std::string& events = object["metadata"]["annotations"]["helm.sh/hook"].string();
    if (trimmed(events).empty()) {
        return Hook::None;
    }
    const std::vector<std::string> parts = split(events, ',');
    const bool tests = std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
        return trimmed(part).starts_with("test");
    });
    return tests ? Hook::Test : Hook::Other;
}

/// Without these three a later `helm upgrade --install` refuses the object as somebody else's.
void mark(json::Value& object, const Owner& owner)
{
    json::Value& metadata = object.member("metadata");
    if (isClusterScoped(object["kind"].string())) {
        metadata.erase("namespace");
    } else if (metadata["namespace"].string().empty()) {
        metadata.member("namespace") = owner.ns;
    }
    metadata.member("labels").member("app.kubernetes.io/managed-by") = "Helm";
    json::Value& annotations = metadata.member("annotations");
    annotations.member("meta.helm.sh/release-name") = owner.release;
    annotations.member("meta.helm.sh/release-namespace") = owner.ns;
}

/// apiVersion without its version: one object may not come in two versions either.
std::string identity(const json::Value& object)
{
    const std::string& api = object["apiVersion"].string();
    const auto slash = api.find('/');
    return (slash == std::string::npos ? "" : api.substr(0, slash)) + " " + label(object);
}

} // namespace

bool isClusterScoped(std::string_view kind)
{
    return std::binary_search(clusterScopedKinds.begin(), clusterScopedKinds.end(), kind);
}

Result<std::vector<json::Value>> readManifest(std::string_view text, const Owner& owner)
{
    auto documents = yaml::parseManifests(text, "helm template " + owner.release);
    if (!documents) {
        return std::move(documents).error().wrappedBy(
            ErrorCode::Invalid, msg("charts.output", { { "release", owner.release } }));
    }
    std::vector<json::Value> found;
    for (json::Value& document : *documents) {
        if (!document.isNull()) {
            unpackInto(found, std::move(document));
        }
    }
    std::vector<json::Value> objects;
    std::map<std::string, std::size_t> seen;
    for (json::Value& object : found) {
        if (!isObject(object)) {
            return unusable(ErrorCode::Invalid,
                            owner,
                            msg("charts.output", { { "release", owner.release } }),
                            "no apiVersion, kind and name: " + shortened(json::write(object), 200));
        }
        const Hook hook = hookOf(object);
        if (hook == Hook::Other) {
            return unusable(ErrorCode::Unsupported,
                            owner,
                            msg("charts.hook", { { "object", label(object) } }),
                            "helm.sh/hook: "
                                + object["metadata"]["annotations"]["helm.sh/hook"].string());
        }
        if (hook == Hook::Test) {
            continue;
        }
        mark(object, owner);
        const auto [place, fresh] = seen.emplace(identity(object), objects.size());
        if (fresh) {
            objects.push_back(std::move(object));
        } else if (objects[place->second] != object) {
            return unusable(ErrorCode::Invalid,
                            owner,
                            msg("charts.output", { { "release", owner.release } }),
                            label(object) + " is there twice, with different contents");
        }
    }
    return objects;
}

} // namespace isthmus::charts
