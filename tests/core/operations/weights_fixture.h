// SPDX-License-Identifier: GPL-3.0-or-later
// A split as it stands in a cluster, by our own hand or by somebody else's.
#pragma once

#include "core/json/parse.h"
#include "tests/core/operations/fake_run.h"

namespace isthmus::test {

inline json::Value parsed(std::string_view text)
{
    return json::parse(text).value_or(json::Value());
}

/// VirtualService hipster-store/frontend-ingress with these weights. `fields` are what the manager
/// owns.
inline json::Value splitBy(const std::string& manager,
                           const std::string& operation,
                           int onprem,
                           int gke,
                           const std::string& name = "frontend-ingress")
{
    const std::string host = R"("host":"frontend.hipster-store.svc.cluster.local",)";
    return parsed(
        R"({"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":")"
        + name
        + R"(","namespace":"hipster-store","labels":{"theirs":"1"},"managedFields":[{"manager":")"
        + manager + R"(","operation":")" + operation
        + R"(","fieldsV1":{"f:spec":{"f:http":{},"f:hosts":{}}}}]},"spec":{"hosts":["a.example.com"],)"
        + R"("http":[{"route":[{"destination":{)" + host + R"("subset":"onprem"},"weight":)"
        + std::to_string(onprem) + R"(},{"destination":{)" + host + R"("subset":"gke"},"weight":)"
        + std::to_string(gke) + R"(}]}]}})");
}

/// DestinationRule hipster-store/frontend; `labels` of the two subsets as JSON.
inline json::Value subsets(const std::string& onprem = R"({"topology.istio.io/cluster":"onprem"})",
                           const std::string& gke = R"({"topology.istio.io/cluster":"gke"})")
{
    return parsed(
        R"({"apiVersion":"networking.istio.io/v1","kind":"DestinationRule","metadata":{"name":)"
        R"("frontend","namespace":"hipster-store"},"spec":{"host":"frontend","subsets":[{"name":)"
        R"("onprem","labels":)"
        + onprem + R"(},{"name":"gke","labels":)" + gke + "}]}}");
}

/// "30 70" of the live object.
inline std::string weightsOf(const FakeCluster& cluster,
                             const std::string& name = "frontend-ingress")
{
    std::string out;
    const json::Value route = cluster.at("VirtualService", name)["spec"]["http"][0]["route"];
    for (const json::Value& one : route.array()) {
        out += (out.empty() ? "" : " ") + std::to_string(one["weight"].integer(-1));
    }
    return out;
}

} // namespace isthmus::test
