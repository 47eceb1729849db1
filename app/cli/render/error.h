// SPDX-License-Identifier: GPL-3.0-or-later
// Errors and problems as people and programs read them. Pure.
#pragma once

#include "app/cli/style.h"
#include "core/base/diagnostics.h"
#include "core/base/error.h"
#include "core/json/value.h"

#include <string>

namespace isthmus::cli {

/// A line what, a line why, a line what to do; the last two only where there is something to say.
[[nodiscard]] std::string renderError(const Error& error, const Style& style);
/// {kind: Error, code, summary, detail, subject, remedy, problems}
[[nodiscard]] json::Value errorDocument(const Error& error, const Diagnostics& problems);

/// Three lines each, as above, with file, line and column in front.
[[nodiscard]] std::string renderProblems(const Diagnostics& problems, const Style& style);
[[nodiscard]] json::Value problemsJson(const Diagnostics& problems);

} // namespace isthmus::cli
