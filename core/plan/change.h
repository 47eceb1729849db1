// SPDX-License-Identifier: GPL-3.0-or-later
// What one step would do to one object, as a person reviews it before anything is written.
#pragma once

#include "core/base/ids.h"
#include "core/json/value.h"
#include "core/kube/object.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::plan {

enum class Action
{
    None,
    Create,
    Update,
    Delete
};

/// Where a diff comes from: computed here, answered by the server's dry run, or not to be had
/// before an earlier step has run (its namespace or CRD does not exist yet).
enum class DiffFrom
{
    Planned,
    DryRun,
    Deferred
};

[[nodiscard]] std::string_view name(Action action);
[[nodiscard]] std::string_view name(DiffFrom from);

struct Change
{
    Action action = Action::None;
    ClusterId cluster;
    kube::ObjectKey key;
    std::string diff = {}; ///< unified text; secret values are never in it
    DiffFrom diffFrom = DiffFrom::Planned;
    std::string deferredUntil = {}; ///< the step after which the server can be asked
    std::string note = {}; ///< "kept as it is: owned by kubectl"
};

/// "onprem  create  Secret istio-system/cacerts\n" per change that does something.
[[nodiscard]] std::string dump(const std::vector<Change>& changes);

} // namespace isthmus::plan
