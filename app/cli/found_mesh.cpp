// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/found_mesh.h"

#include "app/cli/session.h"
#include "core/base/strings.h"
#include "core/http/curl_transport.h"
#include "core/kube/object.h"
#include "core/mesh/istio.h"
#include "core/operations/names.h"
#include "core/yaml/document.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

std::string environmentOf(const json::Value& deployment, std::string_view name)
{
    const json::Value& container = deployment["spec"]["template"]["spec"]["containers"][0];
    for (const json::Value& entry : container["env"].array()) {
        if (entry["name"].string() == name) {
            return entry["value"].string();
        }
    }
    return {};
}

/// The object, or null where it is not there. Other errors are errors.
Result<json::Value>
readIfThere(api::Client& client, const kube::ObjectKey& key, const std::stop_token& stop)
{
    Result<json::Value> object = client.get(key, stop);
    if (!object && object.error().code == ErrorCode::NotFound) {
        return json::Value();
    }
    return object;
}

Result<FoundIstio> readOne(api::Client& client, const std::stop_token& stop)
{
    const std::string ns(operations::istioNamespace);
    const Result<json::Value> space = readIfThere(client, { "v1", "Namespace", {}, ns }, stop);
    const Result<json::Value> istiod =
        readIfThere(client, { "apps/v1", "Deployment", ns, "istiod" }, stop);
    const Result<json::Value> config =
        readIfThere(client, { "v1", "ConfigMap", ns, "istio" }, stop);
    for (const Result<json::Value>* one : { &space, &istiod, &config }) {
        if (!*one) {
            return Error(one->error()).withSubject(client.cluster().str());
        }
    }
    FoundIstio found = foundIstio(*space, *istiod, *config);
    for (const char* secret : { "cacerts", "istio-ca-secret" }) {
        Result<json::Value> object = client.get({ "v1", "Secret", ns, secret }, stop);
        found.hasRoot = found.hasRoot || object.has_value();
        if (object) {
            json::wipe(*object);
        }
    }
    return found;
}

} // namespace

FoundIstio foundIstio(const json::Value& istioSystem,
                      const json::Value& istiod,
                      const json::Value& istioConfigMap)
{
    FoundIstio found;
    found.controlPlane = !istiod.isNull();
    found.network = kube::label(istioSystem, operations::networkLabel);
    found.clusterName = environmentOf(istiod, "CLUSTER_ID");
    const json::Value& container = istiod["spec"]["template"]["spec"]["containers"][0];
    found.version = mesh::imageTag(container["image"].string());
    const auto config =
        yaml::parseManifests(istioConfigMap["data"]["mesh"].string(), "ConfigMap istio");
    if (config && !config->empty()) {
        found.meshId = config->front()["defaultConfig"]["meshId"].string();
    }
    return found;
}

std::string describe(const FoundIstio& found)
{
    std::vector<std::string> parts;
    const auto part = [&parts](const std::string& label, const std::string& value) {
        if (!value.empty()) {
            parts.push_back(label + " " + value);
        }
    };
    if (found.controlPlane) {
        parts.push_back("istiod" + (found.version.empty() ? "" : " " + found.version));
    }
    part("mesh", found.meshId);
    part("cluster", found.clusterName);
    part("network", found.network);
    return parts.empty() ? "no Istio" : isthmus::join(parts, ", ");
}

void adopt(InitChoices& choices, const std::vector<FoundIstio>& found)
{
    const bool anyControlPlane =
        std::ranges::any_of(found, [](const FoundIstio& one) { return one.controlPlane; });
    for (std::size_t i = 0; i < choices.clusters.size() && i < found.size(); ++i) {
        InitCluster& cluster = choices.clusters[i];
        const FoundIstio& one = found[i];
        cluster.found = describe(one);
        cluster.network = one.network.empty() ? cluster.network : one.network;
        if (isDns1123Label(one.clusterName)) {
            cluster.name = one.clusterName;
        }
        if (anyControlPlane) {
            cluster.primary = one.controlPlane;
        }
        if (!one.controlPlane) {
            continue;
        }
        choices.mesh = isDns1123Label(one.meshId) ? one.meshId : choices.mesh;
        choices.version = choices.version.empty() ? one.version : choices.version;
        choices.existingRoot = choices.existingRoot || one.hasRoot;
    }
}

Result<void> readFromClusters(Context& context, InitChoices& choices)
{
    mesh::MeshSpec spec;
    for (const InitCluster& cluster : choices.clusters) {
        mesh::Cluster one;
        one.name = ClusterId(cluster.name);
        one.context = cluster.context;
        spec.clusters.push_back(std::move(one));
    }
    std::shared_ptr<AuditLog> audit;
    const Result<fleet::ConnectOptions> options = connectOptions(context, audit);
    if (!options) {
        return Error(options.error());
    }
    http::CurlTransport transport({ .version = ISTHMUS_VERSION });
    const Result<fleet::Connections> connections =
        fleet::Connections::open(spec, transport, context.clock, *options);
    if (!connections) {
        return Error(connections.error());
    }
    std::vector<FoundIstio> found;
    for (const mesh::Cluster& cluster : spec.clusters) {
        Result<FoundIstio> one = readOne(*connections->find(cluster.name), context.stop);
        if (!one) {
            return std::move(one).error();
        }
        found.push_back(std::move(*one));
    }
    adopt(choices, found);
    return {};
}

} // namespace isthmus::cli
