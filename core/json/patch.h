// SPDX-License-Identifier: GPL-3.0-or-later
// JSON Patch (RFC 6902) on our values: the operations test, add, replace and remove.
#pragma once

#include "core/base/result.h"
#include "core/json/value.h"

#include <string_view>

namespace isthmus::json {

/// The value at a JSON Pointer (RFC 6901); null where there is none. "" is the whole.
[[nodiscard]] const Value* at(const Value& root, std::string_view pointer);

/// The patched value. Errors: Invalid with the operation that failed; then nothing was changed.
[[nodiscard]] Result<Value> patched(Value root, const Value& operations);

/// Whether every operation, tests included, would succeed.
[[nodiscard]] bool patchApplies(const Value& root, const Value& operations);

} // namespace isthmus::json
