// SPDX-License-Identifier: GPL-3.0-or-later
// Charts out of a Helm repository or an OCI registry, fetched by helm. Any thread. Internal to
// charts.
#pragma once

#include "core/base/result.h"
#include "core/charts/helm.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

namespace isthmus::charts {

/// Fetches the three charts, once per address and version; returns the folder. An empty version
/// asks for the newest every time. Errors: Preflight (address refused, helm's words), Storage,
/// Timeout, Cancelled.
[[nodiscard]] Result<std::filesystem::path> fetchCharts(const Helm& helm,
                                                        const std::string& repository,
                                                        const std::string& version,
                                                        const std::stop_token& stop);

/// Refuses what helm must not be sent to: plain http outside this machine, other schemes, and
/// addresses with a password, which would show in the list of processes. Pure. Errors: Preflight.
[[nodiscard]] Result<void> checkRepository(std::string_view url);

} // namespace isthmus::charts
