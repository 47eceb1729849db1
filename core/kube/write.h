// SPDX-License-Identifier: GPL-3.0-or-later
// One write to a cluster as a value: planned, journalled and only then sent.
#pragma once

#include "core/json/value.h"
#include "core/kube/object.h"

#include <string_view>

namespace isthmus::kube {

enum class Verb
{
    Apply,
    Create,
    Delete,
    JsonPatch
};

[[nodiscard]] std::string_view name(Verb verb);

struct Write
{
    Verb verb = Verb::Apply;
    ObjectKey key;
    /// The object; the list of patch operations for JsonPatch; {uid, resourceVersion} as
    /// preconditions for Delete.
    json::Value body = {};
    bool dryRun = false;
    bool force = false; ///< take fields from other managers; only for what a person confirmed
    bool sensitive = false; ///< the body holds a key or token: never logged, wiped after sending
};

} // namespace isthmus::kube
