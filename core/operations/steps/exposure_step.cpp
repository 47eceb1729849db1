// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/exposure_step.h"

#include <algorithm>

namespace isthmus::operations {

bool isCrossNetworkGateway(const json::Value& gateway)
{
    return std::ranges::any_of(gateway["spec"]["servers"].array(), [](const json::Value& server) {
        return server["tls"]["mode"].string() == "AUTO_PASSTHROUGH"
            && server["port"]["number"].integer() == 15443;
    });
}

Result<std::vector<json::Value>> ExposureStep::objects(const plan::Step& step,
                                                       const plan::ReadContext& context) const
{
    Result<std::vector<json::Value>> wanted = ObjectsBehaviour::objects(step, context);
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    if (!wanted || port == nullptr) {
        return wanted;
    }
    const auto gateways = port->list("networking.istio.io/v1", "Gateway", {}, {}, context.stop);
    if (!gateways) {
        return wanted; // the kind is not there yet, so neither is a Gateway
    }
    const auto isDoubled = [&gateways](const json::Value& object) {
        return isCrossNetworkGateway(object)
            && std::ranges::any_of(*gateways, [&object](const json::Value& other) {
                   return isCrossNetworkGateway(other) && kube::keyOf(other) != kube::keyOf(object);
               });
    };
    std::erase_if(*wanted, isDoubled);
    return wanted;
}

} // namespace isthmus::operations
