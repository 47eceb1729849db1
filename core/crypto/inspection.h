// SPDX-License-Identifier: GPL-3.0-or-later
// Certificates as people bring them: everything that is wrong with a set of files at once, before
// any of it reaches a cluster. Pure functions; any thread.
#pragma once

#include "core/base/clock.h"
#include "core/base/diagnostics.h"
#include "core/base/secret.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::crypto {

/// What an ingress gateway would stumble over: key and certificate that do not belong together,
/// hosts that are not covered, wrong order, dates, keys that Envoy refuses, public sample keys.
/// `hosts` may hold wildcards, which the certificate must then carry itself. The subject names the
/// certificate or host.
[[nodiscard]] Diagnostics checkServerPair(std::string_view certificatePem,
                                          const Secret& keyPem,
                                          const std::vector<std::string>& hosts,
                                          UtcTime now);

/// What istiod and its proxies require of a plugged-in authority (reference: istio-multicluster
/// §6.1): `certificatePem` is ca-cert.pem, then cert-chain.pem, root-cert.pem and, where it is at
/// hand, ca-key.pem.
[[nodiscard]] Diagnostics checkAuthority(std::string_view certificatePem,
                                         std::string_view chainPem,
                                         std::string_view rootPem,
                                         const std::optional<Secret>& keyPem,
                                         UtcTime now);

} // namespace isthmus::crypto
