// SPDX-License-Identifier: GPL-3.0-or-later
// Names that several operations must agree on: step ids, objects, labels. Sources: Istio's charts
// and multicluster manifests (reference: istio-multicluster §2.2, §2.5).
#pragma once

#include "core/base/ids.h"
#include "core/plan/hole.h"

#include <string>
#include <string_view>

namespace isthmus::operations {

inline constexpr std::string_view istioNamespace = "istio-system";
inline constexpr std::string_view networkLabel = "topology.istio.io/network";
inline constexpr std::string_view clusterLabel = "topology.istio.io/cluster";
inline constexpr std::string_view controlPlaneAnnotation = "topology.istio.io/controlPlaneClusters";
inline constexpr std::string_view readerAccount = "istio-reader-service-account";
inline constexpr std::string_view readerTokenSecret =
    "istio-reader-service-account-istio-remote-secret-token";
inline constexpr std::string_view eastWestGateway = "istio-eastwestgateway";
inline constexpr std::string_view ingressGateway = "istio-ingressgateway";
inline constexpr std::string_view frontendGateway = "frontend-gateway";
inline constexpr std::string_view ingressCertificate = "isthmus-ingress-certificate";
inline constexpr std::string_view rootCertificate = "istio-ca-root-cert";
/// Written by istiod beside the root where PILOT_ENABLE_CA_CRL is on, as it is by default.
inline constexpr std::string_view revocationList = "istio-ca-crl";

[[nodiscard]] inline StepId stepId(const ClusterId& cluster, std::string_view what)
{
    return StepId(cluster.str() + "/" + std::string(what));
}

/// The address that the other cluster dials, found out by `<cluster>/east-west-address`.
[[nodiscard]] inline plan::Hole eastWestAddress(const ClusterId& cluster)
{
    return { stepId(cluster, "east-west-address"), "address" };
}

[[nodiscard]] inline plan::Hole ingressAddress(const ClusterId& cluster)
{
    return { stepId(cluster, "ingress-address"), "address" };
}

/// The public part of the ingress certificate, found out by `<cluster>/certificate`.
[[nodiscard]] inline plan::Hole ingressCertificatePem(const ClusterId& cluster)
{
    return { stepId(cluster, "certificate"), "certificate" };
}

[[nodiscard]] inline std::string remoteSecretName(const ClusterId& cluster)
{
    return "istio-remote-secret-" + cluster.str();
}

} // namespace isthmus::operations
