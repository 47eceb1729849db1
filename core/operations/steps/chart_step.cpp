// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/chart_step.h"

#include <algorithm>

namespace isthmus::operations {

namespace {

/// Charts decide by the look of a value (an address or a host name?), so a hole is rendered as an
/// address from the range for documentation (RFC 5737) and put back as a hole afterwards.
std::string sentinel(std::size_t index)
{
    return "192.0.2." + std::to_string(index + 1);
}

plan::HoleValues sentinels(const std::vector<plan::Hole>& holes)
{
    plan::HoleValues values;
    for (std::size_t i = 0; i < holes.size(); ++i) {
        values[holes[i]] = sentinel(i);
    }
    return values;
}

void restoreHoles(json::Value& tree, const std::vector<plan::Hole>& holes)
{
    if (const std::string* text = tree.asString()) {
        for (std::size_t i = 0; i < holes.size(); ++i) {
            if (*text == sentinel(i)) {
                tree = plan::marker(holes[i]);
                return;
            }
        }
    } else if (json::Array* elements = tree.asArray()) {
        for (json::Value& element : *elements) {
            restoreHoles(element, holes);
        }
    } else if (json::Object* members = tree.asObject()) {
        for (auto& [key, member] : *members) {
            restoreHoles(member, holes);
        }
    }
}

bool belongsTo(const std::string& part, const json::Value& object)
{
    const bool definition = object["kind"].string() == "CustomResourceDefinition";
    return part.empty() || (part == "crds") == definition;
}

bool isWebhookConfiguration(const json::Value& object)
{
    const std::string& kind = object["kind"].string();
    return kind == "MutatingWebhookConfiguration" || kind == "ValidatingWebhookConfiguration";
}

} // namespace

json::Value withoutHandedOver(json::Value desired, const json::Value& live)
{
    json::Array* webhooks =
        isWebhookConfiguration(desired) ? desired.member("webhooks").asArray() : nullptr;
    if (webhooks == nullptr) {
        return desired;
    }
    for (json::Value& webhook : *webhooks) {
        const json::Array& present = live["webhooks"].array();
        const auto same = std::ranges::find_if(present, [&webhook](const json::Value& one) {
            return one["name"].string() == webhook["name"].string();
        });
        if (same != present.end()
            && (*same)["failurePolicy"].string() != webhook["failurePolicy"].string()) {
            webhook.erase("failurePolicy");
        }
    }
    return desired;
}

Result<std::vector<json::Value>> ChartStep::objects(const plan::Step& step,
                                                    const plan::ReadContext& context) const
{
    const json::Value values = plan::filled(step.inputs["values"], context.holes);
    const std::vector<plan::Hole> open = plan::holesIn(values);
    ChartRequest request {
        .chart = step.inputs["chart"].string(),
        .path = step.inputs["path"].string(),
        .digest = step.inputs["digest"].string(),
        .release = step.inputs["release"].string(),
        .ns = step.inputs["namespace"].string(),
        .kubeVersion = step.inputs["kubeVersion"].string(),
        .values = plan::filled(values, sentinels(open)),
    };
    Result<std::vector<json::Value>> rendered = m_charts.render(request, context.stop);
    if (!rendered) {
        return rendered;
    }
    std::vector<json::Value> out;
    for (json::Value& object : *rendered) {
        if (belongsTo(step.inputs["part"].string(), object)) {
            restoreHoles(object, open);
            out.push_back(std::move(object));
        }
    }
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    if (port != nullptr && step.inputs["part"].string() == "crds") {
        port->learnCrds(out);
    }
    return out;
}

json::Value ChartStep::adjusted(json::Value desired, const json::Value& live) const
{
    return withoutHandedOver(std::move(desired), live);
}

bool ChartStep::awaits(const kube::ObjectKey& key) const
{
    return key.kind != "Service";
}

} // namespace isthmus::operations
