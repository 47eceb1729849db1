// SPDX-License-Identifier: GPL-3.0-or-later
// istiod writes the mesh's root certificate into every namespace (ConfigMap istio-ca-root-cert) and
// leaves it there when it goes. Undo takes those of our root away again.
#pragma once

#include "core/plan/behaviour.h"

#include <string>

namespace isthmus::operations {

/// The root that the cluster's workloads trust: of `cacerts`, else of istio-system's ConfigMap.
/// Errors: NotFound where it has none; what reading failed with.
[[nodiscard]] Result<std::string> rootOf(const ClusterId& cluster,
                                         const plan::ReadContext& context);

/// Deletes what an istiod with exactly this root left in the namespaces, the root's ConfigMaps and
/// the revocation lists beside them, until none comes back: one that is just going may write once
/// more. Errors: what the API answers; Timeout where somebody keeps writing
/// them.
[[nodiscard]] Result<void>
removeRoots(const ClusterId& cluster, const std::string& rootPem, plan::WriteContext& context);

/// The same for the root of the cluster `owner`; nothing where that has none any more, as then no
/// copy is recognisable as its.
[[nodiscard]] Result<void>
removeRootsOf(const ClusterId& owner, const ClusterId& cluster, plan::WriteContext& context);

/// Waits until no istiod pod is left in the cluster.
[[nodiscard]] Result<void> awaitNoIstiod(const ClusterId& cluster, plan::WriteContext& context);

} // namespace isthmus::operations
