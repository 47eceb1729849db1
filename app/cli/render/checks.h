// SPDX-License-Identifier: GPL-3.0-or-later
// A report of checks, for people. Pure; its JSON is the report's own.
#pragma once

#include "app/cli/style.h"
#include "core/checks/check.h"

#include <string>

namespace isthmus::cli {

/// A line each: mark, cluster, what, evidence; below it cause and remedy. Then how many of each
/// outcome.
[[nodiscard]] std::string renderReport(const checks::Report& report, const Style& style);

} // namespace isthmus::cli
