// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/istio.h"

#include "core/kube/object.h"

#include <algorithm>
#include <numeric>

namespace isthmus::mesh {

namespace {

std::vector<std::string> texts(const json::Value& list)
{
    std::vector<std::string> out;
    for (const json::Value& item : list.array()) {
        out.push_back(item.string());
    }
    return out;
}

Labels labelsOf(const json::Value& map)
{
    Labels out;
    for (const auto& [key, value] : map.object()) {
        out[key] = value.string();
    }
    return out;
}

HttpRule readRule(const json::Value& rule, std::string_view ns)
{
    HttpRule out;
    out.name = rule["name"].string();
    out.matches = !rule["match"].array().empty();
    std::vector<std::int64_t> weights;
    for (const json::Value& route : rule["route"].array()) {
        const json::Value& to = route["destination"];
        Destination destination;
        destination.host = resolvedHost(to["host"].string(), ns);
        destination.subset = to["subset"].string();
        destination.port = static_cast<int>(to["port"]["number"].integer());
        destination.weight = route["weight"].integer();
        weights.push_back(destination.weight);
        out.destinations.push_back(std::move(destination));
    }
    const std::vector<int> percents = percentages(weights);
    for (std::size_t i = 0; i < percents.size(); ++i) {
        out.destinations[i].percent = percents[i];
    }
    return out;
}

bool sendsTo(const HttpRule& rule, std::string_view host)
{
    return std::ranges::find(rule.destinations, host, &Destination::host)
        != rule.destinations.end();
}

Error notAsRead(std::string why)
{
    return Error {
        ErrorCode::Invalid, msg("mesh.route-changed"), std::move(why), {}, msg("mesh.read-again")
    };
}

/// Checks that the weights fit the rule; answers the number of its destinations.
Result<void> checkFit(const json::Value& object, std::size_t rule, const std::vector<int>& weights)
{
    if (Result<void> valid = checkWeights(weights); !valid) {
        return valid;
    }
    const std::size_t count = object["spec"]["http"][rule]["route"].array().size();
    if (count != weights.size()) {
        return notAsRead("http rule " + std::to_string(rule) + " has " + std::to_string(count)
                         + " destinations, not " + std::to_string(weights.size()));
    }
    return {};
}

json::Value operation(std::string_view op, std::string path, json::Value value)
{
    return json::Object { { "op", op },
                          { "path", std::move(path) },
                          { "value", std::move(value) } };
}

} // namespace

bool selects(const Labels& selector, const Labels& labels)
{
    return std::ranges::all_of(selector, [&labels](const auto& wanted) {
        const auto found = labels.find(wanted.first);
        return found != labels.end() && found->second == wanted.second;
    });
}

std::string imageTag(const std::string& image)
{
    const std::string name = image.substr(0, image.find('@'));
    const std::size_t colon = name.rfind(':');
    const std::size_t slash = name.rfind('/');
    const bool isPort = colon != std::string::npos && slash != std::string::npos && colon < slash;
    return colon == std::string::npos || isPort ? std::string() : name.substr(colon + 1);
}

std::string resolvedHost(std::string_view host, std::string_view ns)
{
    if (host.empty() || host == "*" || host.find('.') != std::string_view::npos) {
        return std::string(host);
    }
    return std::string(host) + "." + std::string(ns) + ".svc.cluster.local";
}

bool VirtualService::bindsMesh() const
{
    return std::ranges::find(gateways, "mesh") != gateways.end();
}

bool VirtualService::bindsGateway() const
{
    return std::ranges::any_of(gateways,
                               [](const std::string& gateway) { return gateway != "mesh"; });
}

VirtualService readVirtualService(const json::Value& object)
{
    const kube::ObjectKey key = kube::keyOf(object);
    VirtualService out { key.ns, key.name };
    const json::Value& spec = object["spec"];
    for (const std::string& host : texts(spec["hosts"])) {
        out.hosts.push_back(resolvedHost(host, key.ns));
    }
    for (const std::string& gateway : texts(spec["gateways"])) {
        const bool whole = gateway == "mesh" || gateway.find('/') != std::string::npos;
        out.gateways.push_back(whole ? gateway : key.ns + "/" + gateway);
    }
    if (out.gateways.empty()) {
        out.gateways.emplace_back("mesh");
    }
    for (const json::Value& rule : spec["http"].array()) {
        out.http.push_back(readRule(rule, key.ns));
    }
    return out;
}

std::optional<std::size_t> splitRule(const VirtualService& service, std::string_view host)
{
    std::optional<std::size_t> first;
    std::optional<std::size_t> open;
    for (std::size_t i = 0; i < service.http.size(); ++i) {
        const HttpRule& rule = service.http[i];
        if (!sendsTo(rule, host)) {
            continue;
        }
        if (rule.destinations.size() > 1) {
            return i;
        }
        first = first ? first : i;
        open = open || rule.matches ? open : i;
    }
    return open ? open : first;
}

const Subset* DestinationRule::find(std::string_view subset) const
{
    const auto found = std::ranges::find(subsets, subset, &Subset::name);
    return found != subsets.end() ? &*found : nullptr;
}

DestinationRule readDestinationRule(const json::Value& object)
{
    const kube::ObjectKey key = kube::keyOf(object);
    DestinationRule out { key.ns, key.name, resolvedHost(object["spec"]["host"].string(), key.ns) };
    for (const json::Value& subset : object["spec"]["subsets"].array()) {
        out.subsets.push_back({ subset["name"].string(), labelsOf(subset["labels"]) });
    }
    return out;
}

std::vector<ClusterId> clustersOf(const Subset& subset,
                                  const std::vector<ClusterId>& clusters,
                                  const std::vector<Pod>& pods)
{
    if (const auto label = subset.labels.find(clusterLabel); label != subset.labels.end()) {
        const ClusterId id(label->second);
        const bool known = std::ranges::find(clusters, id) != clusters.end();
        return known ? std::vector<ClusterId> { id } : std::vector<ClusterId>();
    }
    std::vector<ClusterId> out;
    for (const ClusterId& cluster : clusters) {
        const bool hasPod = std::ranges::any_of(pods, [&](const Pod& pod) {
            return pod.cluster == cluster && selects(subset.labels, pod.labels);
        });
        if (hasPod) {
            out.push_back(cluster);
        }
    }
    std::ranges::sort(out);
    return out;
}

std::vector<int> percentages(const std::vector<std::int64_t>& weights)
{
    std::vector<int> out(weights.size(), 0);
    if (weights.size() == 1) {
        return { 100 };
    }
    // Envoy's sum is 32 bits wide; larger or negative weights are refused by everyone, and clamped
    // here.
    constexpr std::int64_t most = 0xFFFFFFFF;
    std::vector<std::int64_t> clamped;
    for (const std::int64_t weight : weights) {
        clamped.push_back(std::clamp<std::int64_t>(weight, 0, most));
    }
    const std::int64_t sum = std::accumulate(clamped.begin(), clamped.end(), std::int64_t { 0 });
    if (sum == 0) {
        return out;
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t { 0 });
    int rest = 100;
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<int>(clamped[i] * 100 / sum);
        rest -= out[i];
    }
    std::ranges::stable_sort(
        order, std::ranges::greater(), [&](std::size_t i) { return clamped[i] * 100 % sum; });
    for (std::size_t i = 0; rest > 0; ++i, --rest) {
        ++out[order[i]];
    }
    return out;
}

Result<void> checkWeights(const std::vector<int>& weights)
{
    const bool inRange =
        std::ranges::all_of(weights, [](int weight) { return weight >= 0 && weight <= 100; });
    const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t { 0 });
    if (inRange && sum == 100) {
        return {};
    }
    return Error { ErrorCode::Usage,
                   inRange ? msg("mesh.weights-sum", { { "sum", std::to_string(sum) } })
                           : msg("mesh.weight-range"),
                   {},
                   {},
                   msg("mesh.fix-weights") };
}

Result<json::Value>
weightPatch(const json::Value& virtualService, std::size_t rule, const std::vector<int>& weights)
{
    if (Result<void> fits = checkFit(virtualService, rule, weights); !fits) {
        return std::move(fits).error();
    }
    const std::string& version = kube::resourceVersion(virtualService);
    if (version.empty()) {
        return notAsRead("it has no resourceVersion");
    }
    const std::string base = "/spec/http/" + std::to_string(rule) + "/route/";
    const json::Array& routes = virtualService["spec"]["http"][rule]["route"].array();
    json::Array patch { operation("test", "/metadata/resourceVersion", version) };
    for (std::size_t i = 0; i < routes.size(); ++i) {
        patch.push_back(
            operation("test", base + std::to_string(i) + "/destination", routes[i]["destination"]));
    }
    for (std::size_t i = 0; i < routes.size(); ++i) {
        // An absent weight cannot be replaced, only added.
        patch.push_back(operation(routes[i].contains("weight") ? "replace" : "add",
                                  base + std::to_string(i) + "/weight",
                                  weights[i]));
    }
    return json::Value(std::move(patch));
}

Result<json::Value>
withWeights(json::Value virtualService, std::size_t rule, const std::vector<int>& weights)
{
    if (Result<void> fits = checkFit(virtualService, rule, weights); !fits) {
        return std::move(fits).error();
    }
    json::Array& rules = *virtualService.member("spec").member("http").asArray();
    json::Array& routes = *rules[rule].member("route").asArray();
    for (std::size_t i = 0; i < routes.size(); ++i) {
        routes[i].member("weight") = weights[i];
    }
    return virtualService;
}

} // namespace isthmus::mesh
