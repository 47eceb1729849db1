// SPDX-License-Identifier: GPL-3.0-or-later
// How helm is called: nothing of the user's helm configuration takes part, so that two machines
// render the same. Any thread. Internal to charts.
#pragma once

#include "core/base/result.h"
#include "core/charts/helm.h"
#include "core/exec/child_process.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::charts {

/// $XDG_CACHE_HOME/isthmus, else ~/.cache/isthmus. Not made here.
[[nodiscard]] std::filesystem::path cacheFolder();

/// A call of `program` without plugins, without a cluster and with helm's folders inside our cache.
[[nodiscard]] exec::Command helmCommand(const std::filesystem::path& program,
                                        std::vector<std::string> arguments);

/// Runs it. Errors: Preflight where the program has gone; Timeout, Cancelled. A bad exit is the
/// caller's.
[[nodiscard]] Result<exec::Outcome> runHelm(const exec::Command& command,
                                            const std::stop_token& stop);

/// What helm said on standard error, without its "Error: " and bounded; never empty.
[[nodiscard]] std::string helmWords(const exec::Outcome& outcome);

/// The major number of "v3.14.0+gabc" or "4.2.0"; 0 where the text is no version.
[[nodiscard]] int majorVersion(std::string_view text);

} // namespace isthmus::charts
