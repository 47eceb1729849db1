// SPDX-License-Identifier: GPL-3.0-or-later
// Text to Value, with the limits an untrusted server needs.
#pragma once

#include "core/base/result.h"
#include "core/json/value.h"

#include <cstddef>
#include <string_view>

namespace isthmus::json {

struct ParseLimits
{
    std::size_t bytes = std::size_t { 64 } << 20;
    int depth = 256;
};

/// Parses one document. Errors: Invalid (not JSON, not UTF-8, beyond a limit, a key twice in one
/// object; the reading side and ours must not see two different values). Any thread.
[[nodiscard]] Result<Value> parse(std::string_view text, ParseLimits limits = {});

} // namespace isthmus::json
