// SPDX-License-Identifier: GPL-3.0-or-later
// Objects as the API serves them, read into the facts of the checks. Pure; fields that are missing
// or of another type read as absent.
#pragma once

#include "core/checks/facts.h"
#include "core/json/value.h"

#include <optional>
#include <string>
#include <vector>

namespace isthmus::checks {

/// Of a CustomResourceDefinition, a webhook configuration or a Deployment; nothing where it is not
/// Istio's.
[[nodiscard]] std::optional<IstioObject> readIstioObject(const json::Value& object);

/// Of a Service; nothing where it is no LoadBalancer, or is going.
[[nodiscard]] std::optional<BalancerService> readBalancer(const json::Value& service, UtcTime now);

/// Fills in what the Secret `cacerts` says, and wipes it: it carries a private key. Null: there is
/// none.
void readPluggedAuthority(json::Value& secret, AuthorityFacts& facts);
/// ca-cert.pem of the Secret `istio-ca-secret`, which is wiped for the same reason; "" for null.
[[nodiscard]] std::string readSelfSigned(json::Value& secret);

[[nodiscard]] NodeFacts readNode(const json::Value& node);
/// Nothing where the pod holds no node's resources: not placed yet, or finished.
[[nodiscard]] std::optional<PodFacts> readPod(const json::Value& pod);
/// What a pod of this spec asks for: its containers together, or one init container where that is
/// more.
[[nodiscard]] Resources requestsOf(const json::Value& podSpec);

/// `object` is null where the namespace does not exist.
[[nodiscard]] NamespaceFacts
readNamespace(const ClusterId& cluster, const std::string& ns, const json::Value& object);

} // namespace isthmus::checks
