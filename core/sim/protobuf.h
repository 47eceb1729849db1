// SPDX-License-Identifier: GPL-3.0-or-later
// Bodies that kubectl's typed commands send in Kubernetes' protobuf encoding (create configmap,
// create token, auth can-i …), for the few kinds that they make. Pure.
#pragma once

#include "core/json/value.h"

#include <optional>
#include <string_view>

namespace isthmus::sim {

/// The object as JSON; nothing for other kinds and for bytes that are no such message.
[[nodiscard]] std::optional<json::Value> fromProtobuf(std::string_view bytes);

} // namespace isthmus::sim
