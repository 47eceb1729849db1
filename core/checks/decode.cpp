// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/decode.h"

#include "core/base/strings.h"
#include "core/checks/quantity.h"

#include <algorithm>
#include <array>
#include <utility>

namespace isthmus::checks {

namespace {

constexpr std::string_view revisionLabel = "istio.io/rev";

bool isControlPlane(const json::Value& deployment)
{
    return kube::label(deployment, "app") == "istiod"
        || kube::label(deployment, "istio") == "pilot";
}

bool isIstioWebhook(const json::Value& webhook)
{
    return webhook["metadata"]["name"].string().starts_with("istio")
        || !kube::label(webhook, revisionLabel).empty();
}

/// "1.31.0" of ".../pilot:1.31.0-distroless"; "" where the image is named by digest alone.
std::string versionOf(const json::Value& deployment)
{
    const std::string& image =
        deployment["spec"]["template"]["spec"]["containers"][std::size_t { 0 }]["image"].string();
    const std::string name = image.substr(0, image.find('@'));
    const std::size_t colon = name.rfind(':');
    if (colon == std::string::npos || name.find('/', colon) != std::string::npos) {
        return {};
    }
    std::string tag = name.substr(colon + 1);
    for (const std::string_view variant : { "-distroless", "-debug" }) {
        if (tag.ends_with(variant)) {
            return tag.substr(0, tag.size() - variant.size());
        }
    }
    return tag;
}

/// Of a Secret's data; "" where the key is missing or no base64. The caller wipes it where it is a
/// key.
std::string dataOf(const json::Value& secret, std::string_view key)
{
    return base64Decode(secret["data"][key].string()).value_or("");
}

Secret secretDataOf(const json::Value& secret, std::string_view key)
{
    std::string bytes = dataOf(secret, key);
    Secret out(bytes);
    wipe(bytes);
    return out;
}

Resources resourcesIn(const json::Value& list)
{
    const std::int64_t cpu = parseQuantity(list["cpu"].string()).value_or(0);
    const std::int64_t memory = parseQuantity(list["memory"].string()).value_or(0);
    return { .milliCpu = cpu, .bytes = memory / 1'000 };
}

Resources sum(const Resources& a, const Resources& b)
{
    return { .milliCpu = a.milliCpu + b.milliCpu, .bytes = a.bytes + b.bytes };
}

Resources most(const Resources& a, const Resources& b)
{
    return { .milliCpu = std::max(a.milliCpu, b.milliCpu), .bytes = std::max(a.bytes, b.bytes) };
}

bool keepsPodsAway(const json::Value& taint)
{
    const std::string& effect = taint["effect"].string();
    return effect == "NoSchedule" || effect == "NoExecute";
}

} // namespace

std::optional<IstioObject> readIstioObject(const json::Value& object)
{
    IstioObject out { .key = kube::keyOf(object), .revision = kube::label(object, revisionLabel) };
    std::string_view path = "spec";
    if (out.key.kind == "CustomResourceDefinition") {
        if (!object["spec"]["group"].string().ends_with(".istio.io")) {
            return {};
        }
        out.revision.clear(); // all revisions share the definitions
    } else if (out.key.kind == "Deployment") {
        if (!isControlPlane(object)) {
            return {};
        }
        out.version = versionOf(object);
    } else {
        if (!isIstioWebhook(object)) {
            return {};
        }
        path = "webhooks";
    }
    out.owner = mesh::ownerOf(object, path).owner;
    return out;
}

std::optional<BalancerService> readBalancer(const json::Value& service, UtcTime now)
{
    if (service["spec"]["type"].string() != "LoadBalancer" || kube::isBeingDeleted(service)) {
        return {};
    }
    const json::Value& first = service["status"]["loadBalancer"]["ingress"][std::size_t { 0 }];
    const json::Value& metadata = service["metadata"];
    const auto created = parseTime(metadata["creationTimestamp"].string());
    return BalancerService { .ns = metadata["namespace"].string(),
                             .name = metadata["name"].string(),
                             .address = !first["ip"].string().empty() ? first["ip"].string()
                                                                      : first["hostname"].string(),
                             .age = created ? now - *created : Milliseconds { 0 } };
}

void readPluggedAuthority(json::Value& secret, AuthorityFacts& facts)
{
    facts.plugged = !secret.isNull();
    if (!facts.plugged) {
        return;
    }
    const json::Value& data = secret["data"];
    // istiod takes the form of cert-manager's Secrets wherever it finds that certificate.
    const bool tlsForm = data.contains("tls.crt");
    const std::array<std::string_view, 4> keys = tlsForm
        ? std::array<std::string_view, 4> { "tls.crt", "tls.key", "ca.crt", "tls.crt" }
        : std::array<std::string_view, 4> {
              "ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem"
          };
    for (const std::string_view key : keys) {
        if (data[key].string().empty()) {
            facts.missingKeys.emplace_back(key);
        }
    }
    facts.certificatePem = dataOf(secret, keys[0]);
    facts.rootPem = dataOf(secret, keys[2]);
    facts.chainPem = dataOf(secret, keys[3]);
    if (!data[keys[1]].string().empty()) {
        facts.keyPem = secretDataOf(secret, keys[1]);
    }
    json::wipe(secret);
}

std::string readSelfSigned(json::Value& secret)
{
    std::string pem = dataOf(secret, "ca-cert.pem");
    json::wipe(secret);
    return pem;
}

NodeFacts readNode(const json::Value& node)
{
    const json::Value& allocatable = node["status"]["allocatable"];
    NodeFacts out { .name = node["metadata"]["name"].string() };
    out.usable = kube::hasCondition(node, "Ready") && !node["spec"]["unschedulable"].boolean()
        && std::ranges::none_of(node["spec"]["taints"].array(), keepsPodsAway);
    if (allocatable.contains("cpu") && allocatable.contains("memory")) {
        out.allocatable = resourcesIn(allocatable);
    }
    return out;
}

Resources requestsOf(const json::Value& podSpec)
{
    Resources running;
    for (const json::Value& container : podSpec["containers"].array()) {
        running = sum(running, resourcesIn(container["resources"]["requests"]));
    }
    Resources sidecars;
    Resources starting;
    for (const json::Value& container : podSpec["initContainers"].array()) {
        const Resources requests = resourcesIn(container["resources"]["requests"]);
        if (container["restartPolicy"].string() == "Always") {
            sidecars = sum(sidecars, requests); // stays beside the containers
        } else {
            starting = most(starting, sum(sidecars, requests));
        }
    }
    const Resources asked = most(sum(running, sidecars), starting);
    return sum(most(asked, resourcesIn(podSpec["resources"]["requests"])),
               resourcesIn(podSpec["overhead"]));
}

std::optional<PodFacts> readPod(const json::Value& pod)
{
    const std::string& phase = pod["status"]["phase"].string();
    const std::string& node = pod["spec"]["nodeName"].string();
    if (node.empty() || phase == "Succeeded" || phase == "Failed") {
        return {};
    }
    return PodFacts { .node = node, .requests = requestsOf(pod["spec"]) };
}

NamespaceFacts
readNamespace(const ClusterId& cluster, const std::string& ns, const json::Value& object)
{
    return { .cluster = cluster,
             .ns = ns,
             .exists = !object.isNull(),
             .injection = kube::label(object, "istio-injection"),
             .revision = kube::label(object, revisionLabel) };
}

} // namespace isthmus::checks
