// SPDX-License-Identifier: GPL-3.0-or-later
// How a user without DNS gets into the mesh: the ingress address and the certificate to trust.
#pragma once

#include "app/cli/render/operations.h"
#include "core/fleet/engine.h"

#include <optional>
#include <stop_token>
#include <string>

namespace isthmus::cli {

/// Reads the ingress gateway's address and the public part of its certificate, which it writes to
/// <state>/mesh/NAME/ingress-ca.pem. Nothing where the operation leads to no ingress, or it is not
/// there yet.
[[nodiscard]] std::optional<Entrance> findEntrance(const fleet::Engine& engine,
                                                   const std::string& operation,
                                                   const std::stop_token& stop);

} // namespace isthmus::cli
