// SPDX-License-Identifier: GPL-3.0-or-later
// Objects that are only answered, never stored: access and token reviews, token requests.
#pragma once

#include "core/sim/request.h"

namespace isthmus::sim {

/// Nothing where the path is no review.
[[nodiscard]] std::optional<Reply>
answerReview(Model& model, const Request& request, const Route& route, const json::Value& body);
/// serviceaccounts/NAME/token.
[[nodiscard]] Reply answerTokenRequest(Model& model, const Subject& subject, json::Value body);

} // namespace isthmus::sim
