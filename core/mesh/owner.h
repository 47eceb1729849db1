// SPDX-License-Identifier: GPL-3.0-or-later
// Who owns an object, and its routes: what we may write, what only after a question, and what
// never. Pure functions over the object's labels, annotations, ownerReferences and managedFields;
// any thread.
#pragma once

#include "core/json/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::mesh {

/// The field manager of everything that we apply.
constexpr std::string_view fieldManager = "isthmus";
/// Written together with each real change of an object: the OperationId.
constexpr std::string_view operationAnnotation = "isthmus.io/operation";

enum class Owner
{
    Isthmus,
    ArgoCd,
    Flux,
    ArgoRollouts,
    Flagger,
    Helm,
    Person, ///< kubectl
    Unknown, ///< no sign of anybody, or a manager we do not know
};

/// "Argo CD", "Helm", "a person with kubectl": for people.
[[nodiscard]] std::string_view name(Owner owner);

/// What an owner leaves to us.
enum class Steering
{
    Apply, ///< ours: server-side apply
    Patch, ///< after a question: JSON Patch of the weights alone
    Export, ///< a controller would put it back: only a patch for its source
};

[[nodiscard]] Steering steering(Owner owner);

struct Ownership
{
    Owner owner = Owner::Unknown;
    std::string
        evidence = {}; ///< the sign: "annotation argocd.argoproj.io/tracking-id"; may be empty
    std::vector<std::string>
        managers = {}; ///< field managers that own the path, in the object's order
};

/// `path` as in "spec.http". Signs of a controller count before ours, ours before Helm's (on what
/// we rendered both stand), and the managers of the path before nothing. A person who took the path
/// over from us owns it. app.kubernetes.io/instance alone is no sign: Argo CD and every chart write
/// it.
[[nodiscard]] Ownership ownerOf(const json::Value& object, std::string_view path = "spec.http");

/// The managers that own a path, something below it, or something above it as a whole. Subresources
/// do not count.
[[nodiscard]] std::vector<std::string> managersOf(const json::Value& object, std::string_view path);

/// The object reduced to what `manager` applied, with identity and resourceVersion: the body of its
/// next server-side apply. Lists are taken whole, as Istio's CRDs own them.
[[nodiscard]] json::Value appliedBy(const json::Value& object, std::string_view manager);

/// Whether an Argo Rollout shifts traffic through a VirtualService of its namespace.
[[nodiscard]] bool
rolloutSteers(const json::Value& rollout, std::string_view ns, std::string_view name);

} // namespace isthmus::mesh
