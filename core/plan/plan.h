// SPDX-License-Identifier: GPL-3.0-or-later
// What would happen: an immutable graph of steps, complete in itself. A plan is data, so that it
// can be shown, hashed, stored beside the journal and carried out again after a crash, without the
// mesh.yaml it came from. What a step *does* is its Behaviour, found by the step's type.
#pragma once

#include "core/base/clock.h"
#include "core/base/diagnostics.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/json/value.h"
#include "core/kube/object.h"
#include "core/plan/hole.h"

#include <map>
#include <string>
#include <vector>

namespace isthmus::plan {

enum class StepKind
{
    Apply,
    Wait,
    Check
};

struct Step
{
    StepId id; ///< stable: "onprem/control-plane"
    ClusterId cluster; ///< where it acts first; shown with it
    Message title;
    std::vector<StepId> needs = {}; ///< steps that must have succeeded before this one starts
    StepKind kind = StepKind::Apply;
    std::string type; ///< which Behaviour carries it out
    json::Value inputs = json::Object(); ///< all that the behaviour needs; never a secret
    Message waitsFor = {}; ///< the condition it ends with, for people; empty: none
    Milliseconds deadline { 60'000 }; ///< for that condition
    bool reversible = true;
};

/// Which cluster a plan is for: checked before anything is written, whatever the address says
/// today.
struct ClusterIdentity
{
    ClusterUid uid; ///< of the namespace kube-system
    std::string server; ///< display and resume
    std::string
        caFingerprint = {}; ///< SHA-256 of the API server's CA as configured; empty: system roots
    std::string context = {}; ///< of the kubeconfig, to find the cluster again
    std::string kubeconfig = {}; ///< explicit file, or empty
};

/// An object as the plan saw it. Where it has changed before the first write, the plan is stale and
/// refused.
struct Expectation
{
    ClusterId cluster;
    kube::ObjectKey key;
    std::string digest; ///< SHA-256 over its uid and its normalised content
};

struct Plan
{
    std::string operation; ///< "apply", "join", …
    std::string mesh; ///< its name
    std::map<ClusterId, ClusterIdentity> clusters = {};
    std::vector<Step> steps = {}; ///< in an order that respects `needs`
    std::vector<Expectation> expects = {}; ///< of the objects it would change

    [[nodiscard]] const Step* find(const StepId& id) const;
};

/// SHA-256 over the plan's canonical JSON: intent, identities, chart digests, templates with their
/// holes.
[[nodiscard]] std::string planId(const Plan& plan);

[[nodiscard]] json::Value toJson(const Plan& plan);
/// Errors: Unsupported (not a plan that this version understands).
[[nodiscard]] Result<Plan> planFromJson(const json::Value& value);

/// Dependencies that are missing, circular or out of order; a plan with any is a bug in a planner.
[[nodiscard]] Diagnostics verifyShape(const Plan& plan);

/// A line per step: "onprem/control-plane  apply  needs onprem/trust", for tests.
[[nodiscard]] std::string dump(const Plan& plan);

/// What an Expectation holds about an object; null has a digest, too.
[[nodiscard]] std::string digestOf(const json::Value& object);

[[nodiscard]] json::Value toJson(const Message& message);
[[nodiscard]] Message messageFromJson(const json::Value& value);

} // namespace isthmus::plan
