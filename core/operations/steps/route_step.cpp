// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/route_step.h"

#include "core/base/strings.h"

#include <algorithm>
#include <array>

namespace isthmus::operations {

namespace {

constexpr std::string_view networking = "networking.istio.io/v1";

/// A short host names a service of the object's own namespace.
std::string fullHost(const std::string& host, const std::string& ns)
{
    return host.find('.') == std::string::npos ? host + "." + ns + ".svc.cluster.local" : host;
}

std::vector<std::string> destinationHosts(const json::Value& virtualService)
{
    std::vector<std::string> hosts;
    const std::string& ns = virtualService["metadata"]["namespace"].string();
    for (const json::Value& rule : virtualService["spec"]["http"].array()) {
        for (const json::Value& route : rule["route"].array()) {
            hosts.push_back(fullHost(route["destination"]["host"].string(), ns));
        }
    }
    return hosts;
}

bool shareAny(const std::vector<std::string>& a, const std::vector<std::string>& b)
{
    return std::ranges::any_of(
        a, [&b](const std::string& one) { return std::ranges::find(b, one) != b.end(); });
}

std::vector<std::string> texts(const json::Value& list)
{
    std::vector<std::string> out;
    for (const json::Value& item : list.array()) {
        out.push_back(item.string());
    }
    return out;
}

const json::Value& ofKind(const std::vector<json::Value>& objects, std::string_view kind)
{
    static const json::Value none;
    const auto found = std::ranges::find_if(
        objects, [kind](const json::Value& one) { return one["kind"].string() == kind; });
    return found != objects.end() ? *found : none;
}

} // namespace

bool isSameRoute(const json::Value& other, const json::Value& wanted)
{
    return shareAny(texts(other["spec"]["hosts"]), texts(wanted["spec"]["hosts"]))
        && shareAny(destinationHosts(other), destinationHosts(wanted));
}

std::vector<std::string> missingSubsets(const json::Value& rule, const json::Value& wanted)
{
    std::vector<std::string> missing;
    for (const json::Value& subset : wanted["spec"]["subsets"].array()) {
        const json::Array& present = rule["spec"]["subsets"].array();
        const bool there = std::ranges::any_of(present, [&subset](const json::Value& one) {
            return one["name"].string() == subset["name"].string();
        });
        if (!there) {
            missing.push_back(subset["name"].string());
        }
    }
    return missing;
}

Result<std::vector<json::Value>> RouteStep::objects(const plan::Step& step,
                                                    const plan::ReadContext& context) const
{
    Result<std::vector<json::Value>> wanted = ObjectsBehaviour::objects(step, context);
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    if (!wanted || port == nullptr) {
        return wanted;
    }
    const json::Value route = ofKind(*wanted, "VirtualService");
    const auto routes = port->list(std::string(networking), "VirtualService", {}, {}, context.stop);
    if (!routes) {
        return wanted; // the kind is not there yet, so neither is a route
    }
    const bool adopted = std::ranges::any_of(*routes, [&route](const json::Value& other) {
        return kube::keyOf(other) != kube::keyOf(route) && isSameRoute(other, route);
    });
    return adopted ? std::vector<json::Value>() : wanted;
}

plan::Inspection RouteStep::inspect(const plan::Step& step, const plan::ReadContext& context) const
{
    const Result<std::vector<json::Value>> wanted = objects(step, context);
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    const json::Value rule = wanted ? ofKind(*wanted, "DestinationRule") : json::Value();
    if (!rule.isNull() && port != nullptr) {
        const std::array keys { kube::keyOf(rule) };
        const Result<json::Value> live = std::move(port->getAll(keys, context.stop).front());
        const std::vector<std::string> missing =
            live && !plan::isOurs(*live) ? missingSubsets(*live, rule) : std::vector<std::string>();
        if (!missing.empty()) {
            plan::Inspection out;
            out.state = plan::Inspection::State::Blocked;
            out.problems.push_back({ .summary = msg("operations.foreign-subsets",
                                                    { { "object", text(keys.front()) } }),
                                     .detail = "it lacks the subsets " + join(missing, ", "),
                                     .subject = step.cluster.str(),
                                     .remedy = msg("operations.add-subsets") });
            return out;
        }
    }
    return ObjectsBehaviour::inspect(step, context);
}

} // namespace isthmus::operations
