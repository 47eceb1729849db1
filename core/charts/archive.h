// SPDX-License-Identifier: GPL-3.0-or-later
// Charts out of an Istio release as it is downloaded. Any thread. Internal to charts.
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

namespace isthmus::charts {

/// Unpacks manifests/charts of an Istio release and nothing else of it, once per content; returns
/// the folder. Errors: Preflight (unreadable, no gzip, no charts in it, unsafe names), Storage,
/// Timeout, Cancelled.
[[nodiscard]] Result<std::filesystem::path> unpackArchive(const std::filesystem::path& archive,
                                                          const std::stop_token& stop);

/// The folder "…/manifests/charts" within a release, from the verbose listing of GNU tar (numeric
/// owners, escaped names). Refuses names that leave the folder, links and devices among the charts,
/// and sizes no release has. Pure. Errors: Preflight.
[[nodiscard]] Result<std::string> chartsInListing(std::string_view listing);

} // namespace isthmus::charts
