// SPDX-License-Identifier: GPL-3.0-or-later
// What the checks need to know, already read: plain structs, one or two per check. Whoever fills
// them leaves out nothing; what could not be read is not judged at all.
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/secret.h"
#include "core/checks/supply_facts.h"
#include "core/kube/object.h"
#include "core/kube/requests.h"
#include "core/mesh/owner.h"

#include <optional>
#include <string>
#include <vector>

namespace isthmus::checks {

/// P1: GET /version.
struct VersionFacts
{
    ClusterId cluster;
    int major = 0; ///< 0.0 where the server did not say
    int minor = 0;
    std::string gitVersion = {};
    std::string istio = {}; ///< what mesh.yaml asks for, "1.31.0"; may be empty
};

/// P2: what was asked of SelfSubjectAccessReview, and the answers in the same order.
struct RightsFacts
{
    ClusterId cluster;
    std::vector<kube::AccessReview> asked = {};
    std::vector<bool> allowed = {};
};

/// P3.
struct IdentityFacts
{
    ClusterId cluster;
    ClusterUid uid = {};
    std::string server = {}; ///< its URL, for the evidence
};

/// An object of a control plane that is there already.
struct IstioObject
{
    kube::ObjectKey key;
    mesh::Owner owner = mesh::Owner::Unknown;
    std::string revision = {}; ///< label istio.io/rev
    std::string version = {}; ///< of istiod, from its image; else empty
};

/// P5.
struct LeftoverFacts
{
    ClusterId cluster;
    std::string revision = "default"; ///< what mesh.yaml asks for
    std::string version = {}; ///< the same; may be empty
    std::string network = {}; ///< the same; may be empty
    bool installs = false; ///< mesh.yaml asks for an Istio at all
    std::string labelledNetwork = {}; ///< of the namespace istio-system; empty where it has none
    std::vector<IstioObject> objects = {};
};

/// P8, P9: the certificate authorities of one cluster. PEM texts; empty means absent.
struct AuthorityFacts
{
    ClusterId cluster;
    bool remote = false; ///< its workloads are signed for by another cluster's istiod
    bool makesRoot = false; ///< mesh.yaml asks for a root of our own in this cluster
    bool plugged = false; ///< the Secret cacerts is there
    std::vector<std::string> missingKeys = {}; ///< of cacerts
    std::string certificatePem = {}; ///< ca-cert.pem
    std::string chainPem = {}; ///< cert-chain.pem
    std::string rootPem = {}; ///< root-cert.pem
    std::optional<Secret> keyPem = {}; ///< ca-key.pem
    std::string selfSignedPem = {}; ///< of istiod's own Secret istio-ca-secret
    std::string trustedPem = {}; ///< ConfigMap istio-ca-root-cert: what workloads trust
};

/// P12.
struct ClockFacts
{
    ClusterId cluster;
    std::optional<Milliseconds> skew = {}; ///< server minus ours; absent where it sends no Date
};

/// P13: one namespace in one cluster.
struct NamespaceFacts
{
    ClusterId cluster;
    std::string ns;
    bool exists = false;
    std::string injection = {}; ///< label istio-injection
    std::string revision = {}; ///< label istio.io/rev
};

/// helm.
struct HelmFacts
{
    bool asked = false; ///< mesh.yaml names charts
    bool simulated = false; ///< every cluster is simulated, and those need none
    std::string wanted = {}; ///< spec.istio.version; may be empty
    std::string program = {}; ///< "/usr/bin/helm"
    std::string version = {}; ///< "v4.2.0"
    std::string charts = {}; ///< the version that all charts carry
    std::optional<Error> error = {}; ///< why helm or the charts cannot be used
};

} // namespace isthmus::checks
