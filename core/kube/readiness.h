// SPDX-License-Identifier: GPL-3.0-or-later
// Whether an object has come to what its spec asks for: kstatus' rules, stricter where a mesh needs
// it. Pure; the reason is a sentence for people.
#pragma once

#include "core/base/clock.h"
#include "core/base/message.h"
#include "core/json/value.h"

#include <span>

namespace isthmus::kube {

enum class Readiness
{
    Ready,
    InProgress,
    Failed
};

struct ObjectState
{
    Readiness readiness = Readiness::InProgress;
    Message reason = {}; ///< what it waits for or why it failed; empty where Ready

    friend bool operator==(const ObjectState&, const ObjectState&) = default;
};

/// Null means "not there yet". An object that is being deleted is InProgress. `now` is compared
/// with the times the server wrote: a pod is only called unschedulable after 15 seconds.
[[nodiscard]] ObjectState stateOf(const json::Value& object, UtcTime now);

/// Why pods do not get ready: of the newest pod that has a reason, the first waiting or crashed
/// container's reason and message, else why it cannot be scheduled. Empty where nothing is wrong or
/// there are no pods.
[[nodiscard]] Message blockingReason(std::span<const json::Value> pods);

} // namespace isthmus::kube
