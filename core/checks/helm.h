// SPDX-License-Identifier: GPL-3.0-or-later
// helm: the program that renders Istio's charts is there, and so are charts of the version asked
// for. Pure.
#pragma once

#include "core/checks/check.h"
#include "core/checks/facts.h"

#include <string_view>

namespace isthmus::checks {

[[nodiscard]] CheckItem checkHelm(const HelmFacts& facts);

/// Whether a server's version says that it is simulated: there the built-in charts stand in.
[[nodiscard]] bool isSimulated(std::string_view gitVersion);

} // namespace isthmus::checks
