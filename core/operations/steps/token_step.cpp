// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/token_step.h"

#include <array>

namespace isthmus::operations {

namespace {

bool isFilled(const json::Value& secret)
{
    return !secret["data"]["token"].string().empty() && !secret["data"]["ca.crt"].string().empty();
}

} // namespace

plan::Inspection TokenStep::inspect(const plan::Step& step, const plan::ReadContext& context) const
{
    plan::Inspection out = ObjectsBehaviour::inspect(step, context);
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    if (out.state == plan::Inspection::State::AlreadyRight && port != nullptr) {
        const std::array keys { kube::keyOf(step.inputs["objects"][0]) };
        Result<json::Value> live = std::move(port->getAll(keys, context.stop).front());
        if (!live || !isFilled(*live)) {
            out.state = plan::Inspection::State::Needed;
        }
        if (live) {
            json::wipe(*live);
        }
    }
    return out;
}

Result<void> TokenStep::verify(const plan::Step& step, plan::WriteContext& context) const
{
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    const kube::ObjectKey key = kube::keyOf(step.inputs["objects"][0]);
    Result<json::Value> filled = port->waitFor(key, isFilled, step.deadline, context.stop);
    if (filled) {
        json::wipe(*filled);
        return {};
    }
    if (filled.error().code != ErrorCode::Timeout) {
        return Error(filled.error());
    }
    return Error { ErrorCode::Timeout,
                   msg("operations.no-token", { { "object", text(key) } }),
                   "the cluster's token controller did not fill it",
                   step.cluster.str(),
                   msg("operations.check-account") };
}

} // namespace isthmus::operations
