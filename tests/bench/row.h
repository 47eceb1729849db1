// SPDX-License-Identifier: GPL-3.0-or-later
// One measurement: ours, what it is measured against, their ratio and the aim it was made for.
#pragma once

#include "core/json/value.h"

#include <optional>
#include <string>
#include <vector>

namespace isthmus::bench {

enum class Aim
{
    AtLeast, ///< the ratio is how often ours goes into theirs: the more, the better
    AtMost ///< the ratio is ours in parts of theirs: the less, the better
};

struct Row
{
    std::string name;
    std::string unit = "ms";
    std::string against; ///< what the other value belongs to
    Aim aim = Aim::AtLeast;
    double bound = 1; ///< of the ratio
    std::optional<double> value = {}; ///< ours; nothing where it could not be measured
    std::optional<double> other = {};
    std::string note = {}; ///< how it was measured, or why not
};

[[nodiscard]] std::optional<double> ratio(const Row& row);
/// Whether the aim is reached; nothing where there is no ratio.
[[nodiscard]] std::optional<bool> isReached(const Row& row);

/// A table for people, with a note below each row.
[[nodiscard]] std::string table(const std::vector<Row>& rows);
/// {kind: Bench, rows: [{name, value, unit, against, againstValue, ratio, aim, reached, note}]}
[[nodiscard]] json::Value document(const std::vector<Row>& rows);

} // namespace isthmus::bench
