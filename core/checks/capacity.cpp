// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/capacity.h"

#include "core/base/strings.h"
#include "core/checks/balancer.h"
#include "core/checks/quantity.h"

#include <algorithm>
#include <map>
#include <optional>

namespace isthmus::checks {

namespace {

/// Requests of the charts (Istio 1.30 and 1.31, values.yaml of istiod and gateway).
constexpr Resources istiodDefault { .milliCpu = 500, .bytes = std::int64_t { 2 } << 30 };
constexpr Resources gatewayDefault { .milliCpu = 100, .bytes = std::int64_t { 128 } << 20 };

/// Helm values may be strings or bare numbers.
std::optional<std::int64_t> quantityIn(const json::Value& value)
{
    if (const std::int64_t* number = value.asInteger()) {
        return *number * 1'000;
    }
    if (const double* number = value.asDouble()) {
        return static_cast<std::int64_t>(*number * 1'000);
    }
    return parseQuantity(value.string());
}

void applyRequests(Resources& resources, const json::Value& values)
{
    const json::Value& requests = values["resources"]["requests"];
    if (const auto cpu = quantityIn(requests["cpu"])) {
        resources.milliCpu = *cpu;
    }
    if (const auto memory = quantityIn(requests["memory"])) {
        resources.bytes = *memory / 1'000;
    }
}

/// A usable node with what is left of it.
struct Room
{
    std::string node;
    Resources free;
};

std::vector<Room> roomsOf(const CapacityFacts& facts)
{
    std::vector<Room> rooms;
    for (const NodeFacts& node : facts.nodes) {
        if (node.usable && node.allocatable) {
            rooms.push_back({ .node = node.name, .free = *node.allocatable });
        }
    }
    std::map<std::string, Resources*> byName;
    for (Room& room : rooms) {
        byName.emplace(room.node, &room.free);
    }
    for (const PodFacts& pod : facts.pods) {
        if (const auto found = byName.find(pod.node); found != byName.end()) {
            found->second->milliCpu -= pod.requests.milliCpu;
            found->second->bytes -= pod.requests.bytes;
        }
    }
    return rooms;
}

bool fits(const Resources& wanted, const Resources& free)
{
    return wanted.milliCpu <= free.milliCpu && wanted.bytes <= free.bytes;
}

std::string resourcesText(const Resources& resources)
{
    return cpuText(std::max<std::int64_t>(resources.milliCpu, 0)) + ", "
        + bytesText(std::max<std::int64_t>(resources.bytes, 0));
}

/// The first demand that finds no room; the others take theirs.
const Demand* homeless(std::vector<Demand>& demands, std::vector<Room> rooms)
{
    std::ranges::stable_sort(demands, std::ranges::greater {}, [](const Demand& demand) {
        return demand.requests.bytes;
    });
    for (const Demand& demand : demands) {
        const auto room = std::ranges::find_if(
            rooms, [&](const Room& each) { return fits(demand.requests, each.free); });
        if (room == rooms.end()) {
            return &demand;
        }
        room->free.milliCpu -= demand.requests.milliCpu;
        room->free.bytes -= demand.requests.bytes;
    }
    return nullptr;
}

/// "3 nodes take pods; most is free on n2: 1.5 CPU, 4.0 GiB".
Message roomText(const std::vector<Room>& rooms)
{
    const auto largest =
        std::ranges::max_element(rooms, {}, [](const Room& room) { return room.free.bytes; });
    return msg("checks.room",
               { { "nodes", std::to_string(rooms.size()) },
                 { "node", largest->node },
                 { "free", resourcesText(largest->free) } });
}

} // namespace

std::vector<Demand> demandsOf(const mesh::MeshSpec& spec,
                              const mesh::Cluster& cluster,
                              const std::set<std::string>& existing)
{
    std::vector<Demand> out;
    const auto add = [&](std::string pod, const Resources& requests) {
        if (!existing.contains(pod)) {
            out.push_back({ .pod = std::move(pod), .requests = requests });
        }
    };
    if (cluster.role == mesh::Role::Primary) {
        Resources istiod = istiodDefault;
        // The chart still folds the old prefix "pilot" in.
        for (const json::Value* values : { &spec.istio.istiodValues, &cluster.istiodValues }) {
            applyRequests(istiod, (*values)["pilot"]);
            applyRequests(istiod, *values);
        }
        add("istiod", istiod);
    }
    Resources gateway = gatewayDefault;
    applyRequests(gateway, spec.istio.gatewayValues);
    applyRequests(gateway, cluster.gatewayValues);
    for (const GatewayWish& wish : gatewaysOf(spec, cluster)) {
        add(wish.name, gateway);
    }
    return out;
}

CheckItem checkCapacity(const CapacityFacts& facts)
{
    CheckItem item { .id = "P10", .from = facts.cluster, .outcome = Outcome::Pass };
    std::vector<Demand> demands = facts.demands;
    if (demands.empty()) {
        item.evidence = msg("checks.placed-already");
        return item;
    }
    const std::vector<Room> rooms = roomsOf(facts);
    if (rooms.empty()) {
        const bool usable = std::ranges::any_of(facts.nodes, &NodeFacts::usable);
        item.evidence = msg("checks.nodes", { { "nodes", std::to_string(facts.nodes.size()) } });
        if (usable || facts.autoscaled || facts.nodes.empty()) {
            item.outcome = Outcome::Warn;
            item.cause = usable ? msg("checks.nodes-silent") : msg("checks.nodes-absent");
            item.remedy = msg("checks.nodes-silent.do");
        } else {
            item.outcome = Outcome::Fail;
            item.cause = msg("checks.nodes-unusable");
            item.remedy = msg("checks.nodes-unusable.do");
        }
        return item;
    }
    item.evidence = roomText(rooms);
    if (const Demand* demand = homeless(demands, rooms)) {
        item.outcome = facts.autoscaled ? Outcome::Warn : Outcome::Fail;
        item.cause = msg("checks.no-room",
                         { { "pod", demand->pod }, { "wants", resourcesText(demand->requests) } });
        item.remedy = facts.autoscaled ? msg("checks.no-room-autoscaled.do")
                                       : msg("checks.no-room.do", { { "pod", demand->pod } });
    }
    return item;
}

} // namespace isthmus::checks
