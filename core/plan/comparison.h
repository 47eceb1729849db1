// SPDX-License-Identifier: GPL-3.0-or-later
// Holds objects that shall be there against those that are, asking the server's dry run for the
// truth.
#pragma once

#include "core/plan/behaviour.h"

#include <functional>

namespace isthmus::plan {

struct Comparison
{
    Change change;
    json::Value live = {}; ///< null where it does not exist
    json::Value desired = {}; ///< as it has to be sent
    Diagnostics problems = {};
    bool conflict = false; ///< another manager owns a field we would have to change
};

struct ComparisonOptions
{
    bool required = false; ///< see ObjectsInputs
    bool tryCreates = false; ///< ask the dry run about new objects, too; for reviews
    std::function<json::Value(json::Value, const json::Value&)> adjust = {};
};

/// One entry per object, in order. Reads and dry-runs only. Errors: what reading failed with.
[[nodiscard]] Result<std::vector<Comparison>> compare(const ClusterId& cluster,
                                                      const std::vector<json::Value>& desired,
                                                      const ComparisonOptions& options,
                                                      const ReadContext& context);

} // namespace isthmus::plan
