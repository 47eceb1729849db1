// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/balancer.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace isthmus::checks {

namespace {

constexpr std::string_view istioSystem = "istio-system";
constexpr std::string_view eastWestName = "istio-eastwestgateway";
constexpr std::string_view ingressName = "istio-ingressgateway";
/// Clouds take one to three minutes; after this nobody is at work.
constexpr Milliseconds longestWait { 300'000 };

/// Whether only a load balancer could give this gateway its address.
bool needsBalancer(const GatewayWish& wish)
{
    return wish.spec.type == mesh::ServiceType::LoadBalancer && wish.spec.externalIps.empty();
}

/// Not a LoadBalancer, and nothing says what to dial.
bool lacksAddress(const GatewayWish& wish)
{
    return wish.dialled && wish.spec.type != mesh::ServiceType::LoadBalancer
        && wish.spec.externalIps.empty() && wish.spec.address.empty();
}

bool isPending(const BalancerService& service)
{
    return service.address.empty() && service.age > longestWait;
}

bool isWished(const BalancerFacts& facts, const BalancerService& service)
{
    return service.ns == istioSystem && std::ranges::any_of(facts.wishes, [&](const auto& wish) {
               return wish.name == service.name && needsBalancer(wish);
           });
}

std::string nameOf(const BalancerService& service)
{
    return service.ns + "/" + service.name;
}

Message pendingText(const BalancerService& service)
{
    return msg("checks.balancer-pending",
               { { "service", nameOf(service) }, { "age", formatDuration(service.age) } });
}

/// How the gateways get their addresses without anybody's help, for the evidence.
Message ownWays(const BalancerFacts& facts)
{
    std::string names;
    for (const GatewayWish& wish : facts.wishes) {
        names += (names.empty() ? "" : ", ") + wish.name;
    }
    return msg("checks.no-balancer-needed", { { "gateways", names } });
}

void judgeServices(const BalancerFacts& facts, CheckItem& item)
{
    const auto& services = facts.services;
    const auto served = std::ranges::find_if(
        services, [](const BalancerService& service) { return !service.address.empty(); });
    const auto ours = std::ranges::find_if(services, [&](const BalancerService& service) {
        return isPending(service) && isWished(facts, service);
    });
    const auto pending = ours != services.end() ? ours : std::ranges::find_if(services, isPending);
    if (pending != services.end()) {
        const bool other = ours == services.end() && served != services.end();
        item.outcome = other ? Outcome::Warn : Outcome::Fail;
        item.evidence = pendingText(*pending);
        item.cause = other ? msg("checks.addresses-short") : msg("checks.balancer-dead");
        item.remedy = msg("checks.balancer-dead.do");
    } else if (served != services.end()) {
        item.evidence = msg("checks.balancer-works",
                            { { "service", nameOf(*served) }, { "address", served->address } });
    } else if (std::ranges::all_of(facts.wishes, [](const GatewayWish& wish) {
                   return !needsBalancer(wish) || !wish.spec.loadBalancerIp.empty();
               })) {
        item.evidence = msg("checks.balancer-asked");
    } else {
        item.outcome = Outcome::Warn;
        item.evidence = msg("checks.no-balancer-seen");
        item.cause = msg("checks.balancer-unproven");
        item.remedy = msg("checks.balancer-unproven.do");
    }
}

} // namespace

std::vector<GatewayWish> gatewaysOf(const mesh::MeshSpec& spec, const mesh::Cluster& cluster)
{
    std::vector<GatewayWish> out;
    out.push_back({ .name = std::string(eastWestName), .spec = cluster.eastWest, .dialled = true });
    if (cluster.role == mesh::Role::Primary
        || (spec.ingress && spec.ingress->cluster == cluster.name)) {
        out.push_back({ .name = std::string(ingressName), .spec = cluster.ingress });
    }
    return out;
}

CheckItem checkBalancer(const BalancerFacts& facts)
{
    CheckItem item { .id = "P7", .from = facts.cluster, .outcome = Outcome::Pass };
    const auto mute = std::ranges::find_if(facts.wishes, lacksAddress);
    if (mute != facts.wishes.end()) {
        item.outcome = Outcome::Fail;
        item.cause = msg("checks.no-address", { { "gateway", mute->name } });
        item.remedy = msg("checks.no-address.do");
    } else if (std::ranges::any_of(facts.wishes, needsBalancer)) {
        judgeServices(facts, item);
    } else {
        item.evidence = ownWays(facts);
    }
    return item;
}

} // namespace isthmus::checks
