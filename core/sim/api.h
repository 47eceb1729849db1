// SPDX-License-Identifier: GPL-3.0-or-later
// The verbs of the Kubernetes API over a model. Not synchronised: Cluster locks.
#pragma once

#include "core/sim/request.h"

#include <string>
#include <vector>

namespace isthmus::sim {

/// Answers one request. A watch is answered with what to stream.
[[nodiscard]] Reply answer(Model& model, const Request& request);

/// What happened since the watch was last asked, as lines of JSON; moves it on. `ended`: the last
/// line is an error, and the stream is over.
[[nodiscard]] std::vector<std::string> watchLines(const Model& model, Watch& watch, bool& ended);
/// A bookmark at the watch's present place.
[[nodiscard]] std::string bookmarkLine(const Watch& watch);

} // namespace isthmus::sim
