// SPDX-License-Identifier: GPL-3.0-or-later
// "Did you mean …?" Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::mesh {

/// The candidate that `word` is most likely a slip of: other capitals or separators, or few letters
/// inserted, left out, replaced or swapped (one in short words, two in longer ones). Nothing where
/// none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 const std::vector<std::string>& candidates);

} // namespace isthmus::mesh
