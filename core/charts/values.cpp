// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/values.h"

#include <utility>

namespace isthmus::charts {

namespace {

/// The charts' own name for the default revision is the empty one; only others are said.
bool isNamed(const std::string& revision)
{
    return !revision.empty() && revision != "default";
}

void setImages(json::Value& values, const Images& images)
{
    if (!images.hub.empty()) {
        values.member("global").member("hub") = images.hub;
    }
    if (!images.pullSecret.empty()) {
        values.member("global").member("imagePullSecrets") = json::Array { images.pullSecret };
    }
}

/// What istiod's chart wants in every cluster.
json::Value istiodValues(const std::string& cluster,
                         const std::string& network,
                         const std::string& revision,
                         const Images& images)
{
    json::Value values = json::Object();
    json::Value& global = values.member("global");
    global.member("multiCluster").member("clusterName") = cluster;
    global.member("network") = network;
    if (isNamed(revision)) {
        values.member("revision") = revision;
    }
    setImages(values, images);
    return values;
}

json::Value laidOver(json::Value values, const json::Value& over)
{
    if (values.asObject() == nullptr || over.asObject() == nullptr) {
        return over;
    }
    for (const auto& [key, value] : over.object()) {
        json::Value& place = values.member(key);
        place = laidOver(std::move(place), value);
    }
    return values;
}

} // namespace

json::Value merge(json::Value values, const json::Value& over)
{
    return over.isNull() ? std::move(values) : laidOver(std::move(values), over);
}

json::Value baseValues(const BaseOptions& options)
{
    json::Value values = json::Object();
    if (options.remote) {
        values.member("profile") = "remote";
        values.member("global").member("externalIstiod") = true;
    }
    if (isNamed(options.revision)) {
        values.member("defaultRevision") = options.revision;
    }
    // The base chart starts nothing: its service account pulls, but no image is named.
    setImages(values, { .hub = {}, .pullSecret = options.images.pullSecret });
    return values;
}

json::Value istiodPrimaryValues(const PrimaryOptions& options)
{
    json::Value values =
        istiodValues(options.cluster, options.network, options.revision, options.images);
    json::Value& global = values.member("global");
    global.member("meshID") = options.meshId;
    if (options.external) {
        global.member("externalIstiod") = true;
    }
    if (!options.accessLogFile.empty()) {
        values.member("meshConfig").member("accessLogFile") = options.accessLogFile;
    }
    return values;
}

json::Value istiodRemoteValues(const RemoteOptions& options)
{
    json::Value values =
        istiodValues(options.cluster, options.network, options.revision, options.images);
    values.member("profile") = "remote";
    json::Value& global = values.member("global");
    global.member("configCluster") = true;
    global.member("remotePilotAddress") = options.pilotAddress;
    values.member("istiodRemote").member("injectionPath") = options.injectionPath.empty()
        ? injectionPath(options.cluster, options.network)
        : options.injectionPath;
    return values;
}

std::string injectionPath(std::string_view cluster, std::string_view network)
{
    return "/inject/cluster/" + std::string(cluster) + "/net/" + std::string(network);
}

std::string_view gatewayRelease(GatewayKind kind)
{
    return kind == GatewayKind::Ingress ? "istio-ingressgateway" : "istio-eastwestgateway";
}

json::Value gatewayValues(const GatewayOptions& options)
{
    json::Value values = json::Object();
    json::Value& service = values.member("service");
    service.member("type") = options.serviceType;
    if (options.kind == GatewayKind::EastWest) {
        values.member("networkGateway") = options.network;
    }
    for (const auto& [key, value] : options.annotations) {
        service.member("annotations").member(key) = value;
    }
    if (!options.loadBalancerIp.empty()) {
        service.member("loadBalancerIP") = options.loadBalancerIp;
    }
    for (const std::string& address : options.externalIps) {
        service.member("externalIPs").push(address);
    }
    if (isNamed(options.revision)) {
        values.member("revision") = options.revision;
    }
    if (!options.pullSecret.empty()) {
        // Unlike the other two charts, this one wants references, not names.
        values.member("imagePullSecrets").push(json::Object { { "name", options.pullSecret } });
    }
    return values;
}

} // namespace isthmus::charts
