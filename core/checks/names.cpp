// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/names.h"

#include "core/base/strings.h"

#include <algorithm>
#include <optional>

namespace isthmus::checks {

namespace {

constexpr std::size_t longestLabelValue = 63;

bool isAlphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// What may stand in the label topology.istio.io/network.
bool isLabelValue(std::string_view value)
{
    return !value.empty() && value.size() <= longestLabelValue && isAlphanumeric(value.front())
        && isAlphanumeric(value.back()) && std::ranges::all_of(value, [](char c) {
               return isAlphanumeric(c) || c == '-' || c == '_' || c == '.';
           });
}

const mesh::Cluster* otherOfNetwork(const mesh::MeshSpec& spec, const mesh::Cluster& cluster)
{
    const auto found = std::ranges::find_if(spec.clusters, [&](const mesh::Cluster& other) {
        return &other != &cluster && !cluster.network.empty() && other.network == cluster.network;
    });
    return found != spec.clusters.end() ? &*found : nullptr;
}

CheckItem checkName(const mesh::MeshSpec& spec, const mesh::Cluster& cluster)
{
    CheckItem item { .id = "P4", .from = cluster.name, .outcome = Outcome::Fail };
    item.evidence = cluster.network.empty()
        ? msg("checks.name", { { "name", cluster.name.str() } })
        : msg("checks.name-and-network",
              { { "name", cluster.name.str() }, { "network", cluster.network } });
    if (!isDns1123Label(cluster.name.str())) {
        item.cause = msg("checks.name-bad", { { "name", cluster.name.str() } });
        item.remedy = msg("checks.name-bad.do");
    } else if (cluster.network.empty() && installsIstio(spec)) {
        item.cause = msg("checks.network-missing");
        item.remedy = msg("checks.network-missing.do");
    } else if (!cluster.network.empty() && !isLabelValue(cluster.network)) {
        item.cause = msg("checks.network-bad", { { "network", cluster.network } });
        item.remedy = msg("checks.network-bad.do");
    } else if (const mesh::Cluster* other = otherOfNetwork(spec, cluster)) {
        item.to = other->name;
        item.cause = msg("checks.network-shared", { { "network", cluster.network } });
        item.remedy = msg("checks.network-shared.do");
    } else {
        item.outcome = Outcome::Pass;
    }
    return item;
}

/// How pods of the namespace get their sidecar: "istio-injection=enabled", or that nothing says so.
std::string injectionText(const NamespaceFacts& facts)
{
    if (!facts.exists) {
        return "absent";
    }
    std::vector<std::string> labels;
    if (!facts.injection.empty()) {
        labels.push_back("istio-injection=" + facts.injection);
    }
    if (!facts.revision.empty()) {
        labels.push_back("istio.io/rev=" + facts.revision);
    }
    return labels.empty() ? "not labelled" : join(labels, ", ");
}

bool isLabelled(const NamespaceFacts& facts)
{
    return !facts.injection.empty() || !facts.revision.empty();
}

} // namespace

CheckItem checkDistinct(const IdentityFacts& from, const IdentityFacts& to)
{
    CheckItem item { .id = "P3", .from = from.cluster, .to = to.cluster, .outcome = Outcome::Pass };
    if (from.uid.empty() || to.uid.empty()) {
        item.outcome = Outcome::Unknown;
        item.cause = msg("checks.no-uid");
        item.remedy = msg("checks.no-uid.do");
        return item;
    }
    item.evidence = msg("checks.uids",
                        { { "a", from.uid.str() + " (" + from.server + ")" },
                          { "b", to.uid.str() + " (" + to.server + ")" } });
    if (from.uid == to.uid) {
        item.outcome = Outcome::Fail;
        item.cause =
            msg("checks.one-cluster", { { "a", from.cluster.str() }, { "b", to.cluster.str() } });
        item.remedy = msg("checks.one-cluster.do");
    }
    return item;
}

std::vector<CheckItem> checkNames(const mesh::MeshSpec& spec)
{
    std::vector<CheckItem> items;
    items.reserve(spec.clusters.size());
    for (const mesh::Cluster& cluster : spec.clusters) {
        items.push_back(checkName(spec, cluster));
    }
    return items;
}

std::vector<std::string> namespacesOf(const mesh::MeshSpec& spec)
{
    std::vector<std::string> out;
    const auto add = [&out](const std::string& ns) {
        if (!ns.empty() && std::ranges::find(out, ns) == out.end()) {
            out.push_back(ns);
        }
    };
    if (spec.demo) {
        add(spec.demo->ns);
    }
    for (const mesh::RouteSpec& route : spec.routes) {
        add(route.ns);
    }
    return out;
}

bool installsIstio(const mesh::MeshSpec& spec)
{
    return spec.istio.charts.given() || !spec.istio.version.empty() || spec.trust.has_value();
}

CheckItem checkNamespace(const NamespaceFacts& from, const NamespaceFacts& to)
{
    CheckItem item {
        .id = "P13", .from = from.cluster, .to = to.cluster, .outcome = Outcome::Pass
    };
    item.evidence = msg("checks.namespace",
                        { { "namespace", from.ns },
                          { "a", from.cluster.str() },
                          { "aState", injectionText(from) },
                          { "b", to.cluster.str() },
                          { "bState", injectionText(to) } });
    const auto refuse = [&item](Outcome outcome, Message cause, Message remedy) {
        item.outcome = outcome;
        item.cause = std::move(cause);
        item.remedy = std::move(remedy);
    };
    const std::string& ns = from.ns;
    const bool both = from.exists && to.exists;
    if (both && isLabelled(from) != isLabelled(to)) {
        const NamespaceFacts& bare = isLabelled(from) ? to : from;
        refuse(Outcome::Warn,
               msg("checks.injection-one-side",
                   { { "namespace", ns }, { "cluster", bare.cluster.str() } }),
               msg("checks.injection-differs.do", { { "namespace", ns } }));
    } else if (both && (from.injection != to.injection || from.revision != to.revision)) {
        refuse(Outcome::Fail,
               msg("checks.injection-differs", { { "namespace", ns } }),
               msg("checks.injection-differs.do", { { "namespace", ns } }));
    } else if (from.injection == "disabled" || to.injection == "disabled") {
        refuse(Outcome::Warn,
               msg("checks.injection-off", { { "namespace", ns } }),
               msg("checks.injection-off.do", { { "namespace", ns } }));
    }
    return item;
}

} // namespace isthmus::checks
