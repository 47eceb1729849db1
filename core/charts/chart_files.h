// SPDX-License-Identifier: GPL-3.0-or-later
// A folder with Istio's charts: where each one is, which version it says, what its files hash to.
// Reads files, runs nothing. Any thread. Internal to charts.
#pragma once

#include "core/base/result.h"
#include "core/charts/helm.h"

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace isthmus::charts {

inline constexpr std::array allCharts { Chart::Base, Chart::Istiod, Chart::Gateway };

/// The chart's name in a repository: "base", "istiod", "gateway".
[[nodiscard]] std::string_view chartName(Chart chart);

/// Absolute folders of the three charts, by Chart, in either layout. Errors: Preflight.
[[nodiscard]] Result<std::array<std::filesystem::path, 3>>
locateCharts(const std::filesystem::path& directory);

/// `version` of a chart's Chart.yaml. Errors: Preflight.
[[nodiscard]] Result<std::string> chartVersion(const std::filesystem::path& chart);

/// SHA-256 over names and contents of all files below, lower-case hex. Errors: Preflight.
[[nodiscard]] Result<std::string> chartDigest(const std::filesystem::path& chart);

} // namespace isthmus::charts
