// SPDX-License-Identifier: GPL-3.0-or-later
// P1 and P12: the API server answers, in a version that Istio runs on, and knows what time it is.
// Pure.
#pragma once

#include "core/checks/check.h"
#include "core/checks/facts.h"

#include <optional>
#include <string_view>

namespace isthmus::checks {

/// The oldest minor version of Kubernetes 1.x for a version of Istio ("1.31.0"), as Istio's table
/// of supported releases has it. For releases newer than the table, what the newest in it wants;
/// nothing for text that is no version and for releases before the table.
[[nodiscard]] std::optional<int> oldestKubernetes(std::string_view istio);

/// P1 of a server that answered.
[[nodiscard]] CheckItem checkVersion(const VersionFacts& facts);
/// P1 of a server that did not answer, or not to us. Where the answer was only "not allowed",
/// unknown.
[[nodiscard]] CheckItem checkUnanswered(const ClusterId& cluster, const Error& error);

/// P12: warns above a minute, fails above five; tokens and certificates are judged by these clocks.
[[nodiscard]] CheckItem checkClock(const ClockFacts& facts);

} // namespace isthmus::checks
