// SPDX-License-Identifier: GPL-3.0-or-later
// The controllers of a simulated cluster. Each looks at what changed and brings about what follows
// from it; all of them work on the model and keep nothing themselves.
#pragma once

#include "core/sim/model.h"

#include <span>
#include <vector>

namespace isthmus::sim {

/// All of them, in the order in which they see changes.
[[nodiscard]] std::vector<Reactor> reactors();

/// CRDs become Established; the objects of one that was deleted go.
void reactToDefinitions(Model& model, std::span<const Change> changes);
/// A namespace gets its ServiceAccount and CA; one that is deleted is emptied, then removed.
void reactToNamespaces(Model& model, std::span<const Change> changes);
/// What a deleted object owned goes with it.
void collectGarbage(Model& model, std::span<const Change> changes);
/// Secrets of type service-account-token get their token.
void reactToTokenSecrets(Model& model, std::span<const Change> changes);
/// Deployments, ReplicaSets, StatefulSets: pods, and the status that they add up to.
void reactToWorkloads(Model& model, std::span<const Change> changes);
/// Jobs complete as soon as their pods run.
void reactToJobs(Model& model, std::span<const Change> changes);
/// Pods run and are ready.
void reactToPods(Model& model, std::span<const Change> changes);
/// LoadBalancer Services get an address.
void reactToBalancers(Model& model, std::span<const Change> changes);
/// Services with a selector get Endpoints and an EndpointSlice.
void reactToEndpoints(Model& model, std::span<const Change> changes);
/// istiod spreads its root: istio-ca-root-cert, and the caBundle of its webhooks.
void reactToIstiod(Model& model, std::span<const Change> changes);

} // namespace isthmus::sim
