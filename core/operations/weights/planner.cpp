// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/weights/planner.h"

#include "core/base/strings.h"
#include "core/mesh/istio.h"
#include "core/mesh/owner.h"
#include "core/operations/istio_objects.h"
#include "core/operations/names.h"

#include <algorithm>
#include <array>

namespace isthmus::operations {

namespace {

constexpr std::string_view networking = "networking.istio.io/v1";

Error noSuchRoute(const std::string& route)
{
    return Error { ErrorCode::Usage,
                   msg("operations.no-such-route", { { "route", route } }),
                   {},
                   {},
                   msg("operations.name-a-route") };
}

/// The route's VirtualService among those of the cluster: by mesh.yaml's name, else by its service,
/// else by the object's own name.
const json::Value* pick(const std::vector<json::Value>& services,
                        const mesh::RouteSpec* spec,
                        const std::string& route)
{
    const auto by = [&services](auto&& test) -> const json::Value* {
        const auto found = std::ranges::find_if(services, test);
        return found != services.end() ? &*found : nullptr;
    };
    if (spec == nullptr) {
        return by([&route](const json::Value& one) {
            const kube::ObjectKey key = kube::keyOf(one);
            return key.name == route || key.ns + "/" + key.name == route;
        });
    }
    if (const json::Value* own = by([spec](const json::Value& one) {
            const kube::ObjectKey key = kube::keyOf(one);
            return key.ns == spec->ns && key.name == virtualServiceName(*spec);
        })) {
        return own;
    }
    const std::string host = serviceHost(*spec);
    return by([&host](const json::Value& one) {
        return mesh::splitRule(mesh::readVirtualService(one), host).has_value();
    });
}

std::size_t ruleOf(const mesh::VirtualService& service, const mesh::RouteSpec* spec)
{
    if (spec != nullptr) {
        return mesh::splitRule(service, serviceHost(*spec)).value_or(0);
    }
    const auto split = std::ranges::find_if(
        service.http, [](const mesh::HttpRule& rule) { return rule.destinations.size() > 1; });
    return split != service.http.end() ? static_cast<std::size_t>(split - service.http.begin()) : 0;
}

std::vector<mesh::Pod> podsOf(const mesh::MeshSpec& spec,
                              const std::string& ns,
                              plan::ClusterPorts& clusters,
                              const std::stop_token& stop)
{
    std::vector<mesh::Pod> pods;
    for (const mesh::Cluster& cluster : spec.clusters) {
        plan::ClusterPort* port = clusters.find(cluster.name);
        const auto listed =
            port->list("v1", "Pod", ns, {}, stop); // a cluster that is away adds none
        for (const json::Value& object : listed ? *listed : std::vector<json::Value>()) {
            mesh::Pod pod { .cluster = cluster.name };
            for (const auto& [key, value] : object["metadata"]["labels"].object()) {
                pod.labels.emplace(key, value.string());
            }
            pods.push_back(std::move(pod));
        }
    }
    return pods;
}

/// Which cluster each destination of the rule leads to. Errors: Unsupported where one cannot be
/// told.
Result<std::vector<ClusterId>> clustersOf(const mesh::MeshSpec& spec,
                                          const mesh::HttpRule& rule,
                                          const std::vector<json::Value>& rules,
                                          plan::ClusterPorts& clusters,
                                          const std::stop_token& stop)
{
    std::vector<ClusterId> known;
    for (const mesh::Cluster& cluster : spec.clusters) {
        known.push_back(cluster.name);
    }
    std::vector<ClusterId> out;
    for (const mesh::Destination& destination : rule.destinations) {
        std::vector<ClusterId> found;
        for (const json::Value& object : rules) {
            const mesh::DestinationRule read = mesh::readDestinationRule(object);
            const mesh::Subset* subset =
                read.host == destination.host ? read.find(destination.subset) : nullptr;
            if (subset != nullptr) {
                const bool labelled = subset->labels.contains(mesh::clusterLabel);
                found = mesh::clustersOf(*subset,
                                         known,
                                         labelled ? std::vector<mesh::Pod>()
                                                  : podsOf(spec, read.ns, clusters, stop));
            }
        }
        if (found.size() != 1) {
            return Error { ErrorCode::Unsupported,
                           msg("operations.subset-not-one-cluster",
                               { { "subset", destination.subset }, { "host", destination.host } }),
                           "it selects pods of " + std::to_string(found.size()) + " clusters",
                           {},
                           msg("operations.use-cluster-label") };
        }
        out.push_back(found.front());
    }
    return out;
}

json::Array weightsInOrder(const LiveRoute& live, const std::map<ClusterId, int>& weights)
{
    json::Array out;
    for (const ClusterId& cluster : live.clusters) {
        const auto found = weights.find(cluster);
        out.push_back(found != weights.end() ? found->second : 0);
    }
    return out;
}

Result<void> checkIntent(const LiveRoute& live, const WeightsIntent& intent)
{
    int sum = 0;
    for (const auto& [cluster, weight] : intent.weights) {
        if (std::ranges::find(live.clusters, cluster) == live.clusters.end()) {
            std::vector<std::string> names;
            for (const ClusterId& known : live.clusters) {
                names.push_back(known.str());
            }
            return Error { ErrorCode::Usage,
                           msg("operations.no-destination",
                               { { "route", intent.route }, { "cluster", cluster.str() } }),
                           "its destinations are " + join(names, ", "),
                           {},
                           msg("operations.name-destinations") };
        }
        if (weight < 0 || weight > 100) {
            return Error { ErrorCode::Usage,
                           msg("operations.not-a-share",
                               { { "cluster", cluster.str() },
                                 { "share", std::to_string(weight) } }),
                           {},
                           {},
                           msg("operations.make-100") };
        }
        sum += weight;
    }
    if (sum != 100) {
        return Error { ErrorCode::Usage,
                       msg("operations.sum-not-100", { { "sum", std::to_string(sum) } }),
                       {},
                       {},
                       msg("operations.make-100") };
    }
    return {};
}

/// Who moves the route. A Rollout names the VirtualService that it steers, which itself need not
/// tell.
mesh::Ownership ownerOf(const LiveRoute& live, plan::ClusterPort& port, const std::stop_token& stop)
{
    const auto rollouts = port.list("argoproj.io/v1alpha1", "Rollout", {}, {}, stop);
    for (const json::Value& rollout : rollouts ? *rollouts : std::vector<json::Value>()) {
        if (mesh::rolloutSteers(rollout, live.key.ns, live.key.name)) {
            return { mesh::Owner::ArgoRollouts, text(kube::keyOf(rollout)) + " names it" };
        }
    }
    return mesh::ownerOf(live.object);
}

Result<std::string> modeFor(const LiveRoute& live,
                            const WeightsIntent& intent,
                            const json::Array& weights,
                            const mesh::Ownership& ownership)
{
    const std::string owner(mesh::name(ownership.owner));
    std::vector<int> numbers;
    for (const json::Value& weight : weights) {
        numbers.push_back(static_cast<int>(weight.integer()));
    }
    switch (mesh::steering(ownership.owner)) {
    case mesh::Steering::Apply:
        return std::string("apply");
    case mesh::Steering::Patch:
        if (intent.foreignConfirmed) {
            return std::string("patch");
        }
        return Error { ErrorCode::Refused,
                       msg("operations.route-of-somebody",
                           { { "object", text(live.key) }, { "owner", owner } }),
                       ownership.evidence,
                       {},
                       msg("operations.confirm-foreign") };
    case mesh::Steering::Export:
        break;
    }
    const Result<json::Value> patch = mesh::weightPatch(live.object, live.rule, numbers);
    return Error {
        ErrorCode::Refused,
        msg("operations.route-of-controller", { { "object", text(live.key) }, { "owner", owner } }),
        ownership.evidence + "; the patch: " + (patch ? json::write(*patch) : std::string()),
        {},
        msg("operations.change-at-source")
    };
}

} // namespace

Result<LiveRoute> findRoute(const mesh::MeshSpec& spec,
                            const std::string& route,
                            plan::ClusterPorts& clusters,
                            const std::stop_token& stop)
{
    const mesh::RouteSpec* wanted = spec.findRoute(route);
    plan::ClusterPort* port = clusters.find(spec.primary().name);
    const auto services = port->list(std::string(networking), "VirtualService", {}, {}, stop);
    if (!services) {
        return Error(services.error());
    }
    const json::Value* object = pick(*services, wanted, route);
    if (object == nullptr) {
        return wanted == nullptr
            ? noSuchRoute(route)
            : Error { ErrorCode::NotFound,
                      msg("operations.route-not-there", { { "route", route } }),
                      {},
                      spec.primary().name.str(),
                      msg("operations.make-route") };
    }
    const mesh::VirtualService read = mesh::readVirtualService(*object);
    LiveRoute live;
    live.key = kube::keyOf(*object);
    live.object = *object;
    live.rule = ruleOf(read, wanted);
    if (live.rule >= read.http.size()) {
        return noSuchRoute(route);
    }
    const auto rules = port->list(std::string(networking), "DestinationRule", {}, {}, stop);
    if (!rules) {
        return Error(rules.error());
    }
    Result<std::vector<ClusterId>> found =
        clustersOf(spec, read.http[live.rule], *rules, clusters, stop);
    if (!found) {
        return std::move(found).error().withSubject(text(live.key));
    }
    live.clusters = std::move(*found);
    for (const mesh::Destination& destination : read.http[live.rule].destinations) {
        live.weights.push_back(destination.percent);
    }
    return live;
}

Result<Planned> planWeights(const PlannerInput& input,
                            const WeightsIntent& intent,
                            plan::ClusterPorts& clusters,
                            const std::stop_token& stop)
{
    const Result<LiveRoute> live = findRoute(input.spec, intent.route, clusters, stop);
    if (!live) {
        return Error(live.error());
    }
    if (Result<void> fits = checkIntent(*live, intent); !fits) {
        return std::move(fits).error();
    }
    json::Array weights = weightsInOrder(*live, intent.weights);
    const Result<std::string> mode = modeFor(
        *live, intent, weights, ownerOf(*live, *clusters.find(input.spec.primary().name), stop));
    if (!mode) {
        return Error(mode.error());
    }
    Draft draft("weights", input);
    plan::Step step;
    step.id = stepId(input.spec.primary().name, "weights-" + live->key.name);
    step.cluster = input.spec.primary().name;
    step.title = msg("operations.step.weights", { { "route", intent.route } });
    step.type = "weights";
    step.inputs = json::Object { { "apiVersion", live->key.apiVersion },
                                 { "namespace", live->key.ns },
                                 { "name", live->key.name },
                                 { "rule", static_cast<std::int64_t>(live->rule) },
                                 { "weights", std::move(weights) },
                                 { "mode", *mode } };
    draft.add(std::move(step));
    return Planned { std::move(draft).take(), {} };
}

} // namespace isthmus::operations
