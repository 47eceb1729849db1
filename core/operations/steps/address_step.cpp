// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/address_step.h"

#include "core/operations/names.h"

#include <array>

namespace isthmus::operations {

namespace {

kube::ObjectKey serviceKey(const plan::Step& step)
{
    return { "v1", "Service", std::string(istioNamespace), step.inputs["service"].string() };
}

} // namespace

std::string addressOf(const json::Value& service)
{
    const json::Array& ingress = service["status"]["loadBalancer"]["ingress"].array();
    for (const char* field : { "ip", "hostname" }) {
        for (const json::Value& entry : ingress) {
            const std::string& address = entry[field].string();
            if (!address.empty() && address != "0.0.0.0") {
                return address;
            }
        }
    }
    return service["spec"]["externalIPs"][0].string();
}

plan::Inspection AddressStep::inspect(const plan::Step& step,
                                      const plan::ReadContext& context) const
{
    plan::Inspection out;
    std::string address = step.inputs["address"].string();
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    if (address.empty() && port != nullptr) {
        const std::array keys { serviceKey(step) };
        const Result<json::Value> service = std::move(port->getAll(keys, context.stop).front());
        address = service ? addressOf(*service) : std::string();
    }
    if (!address.empty()) {
        out.state = plan::Inspection::State::AlreadyRight;
        out.values["address"] = address;
    }
    return out;
}

Result<void> AddressStep::apply(const plan::Step& /*step*/, plan::WriteContext& /*context*/) const
{
    return {};
}

Result<void> AddressStep::verify(const plan::Step& step, plan::WriteContext& context) const
{
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    const kube::ObjectKey key = serviceKey(step);
    std::string lastType;
    const auto hasAddress = [&](const json::Value& service) {
        const std::string& type = service["spec"]["type"].string();
        if (type != lastType && addressOf(service).empty()) {
            lastType = type;
            context.say(msg("operations.waits-for-address", { { "service", text(key) } }));
        }
        return !addressOf(service).empty();
    };
    const Result<json::Value> service = port->waitFor(key, hasAddress, step.deadline, context.stop);
    if (service) {
        return context.fill("address", addressOf(*service));
    }
    if (service.error().code != ErrorCode::Timeout) {
        return Error(service.error());
    }
    return Error { ErrorCode::Timeout,
                   msg("operations.no-address",
                       { { "service", text(key) }, { "time", formatDuration(step.deadline) } }),
                   lastType.empty() ? std::string("it is not there")
                                    : "a " + lastType
                           + " Service gets its address from the cluster's load balancer",
                   step.cluster.str(),
                   msg("operations.give-address") };
}

} // namespace isthmus::operations
