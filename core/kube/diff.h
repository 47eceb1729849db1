// SPDX-License-Identifier: GPL-3.0-or-later
// What changes between two states of an object, for previews, journals and verdicts. Secrets are
// masked: neither values nor digests of them leave this file. Pure.
#pragma once

#include "core/json/value.h"

#include <string>
#include <vector>

namespace isthmus::kube {

/// Without what servers write by themselves: managedFields, resourceVersion, uid, generation,
/// creationTimestamp, selfLink, status, and kubectl's copy of the last applied object.
[[nodiscard]] json::Value normalised(const json::Value& object);

/// Whether anything but what normalised() drops differs.
[[nodiscard]] bool changes(const json::Value& before, const json::Value& after);

/// What the object would be after `intent` was applied to it: maps are merged, lists of a built-in
/// kind whose items are named by name, other lists replaced (custom resources mostly have atomic
/// ones). Defaults of the server and fields it would remove are not known here; the dry run is the
/// truth, this is its first guess.
[[nodiscard]] json::Value merged(const json::Value& live, const json::Value& intent);

struct FieldChange
{
    std::string path; ///< "spec.http[0].route[remote].weight"; "" is the whole object
    json::Value before; ///< null where it is absent
    json::Value after;

    friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

/// The differences of the normalised objects, in the order of the paths. Lists whose items all have
/// a `name` of their own are matched by it, others by position.
[[nodiscard]] std::vector<FieldChange> diff(const json::Value& before, const json::Value& after);

/// The same as text: only changed fields and the way to them, one per line, "-" before and "+"
/// after. Empty where nothing changes.
[[nodiscard]] std::string dump(const json::Value& before, const json::Value& after);

} // namespace isthmus::kube
