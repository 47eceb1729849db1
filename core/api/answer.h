// SPDX-License-Identifier: GPL-3.0-or-later
// From what came back to what it means. Pure.
#pragma once

#include "core/base/result.h"
#include "core/http/message.h"
#include "core/json/value.h"

namespace isthmus::api {

/// The JSON of a good answer. Errors: the transport's; of kube::errorOf() for an error status;
/// Internal where a good status comes with something that is no JSON (a proxy's login page).
[[nodiscard]] Result<json::Value> decoded(const Result<http::Response>& outcome);
/// The same without reading the body.
[[nodiscard]] Result<void> accepted(const Result<http::Response>& outcome);

[[nodiscard]] Error cancelled();

} // namespace isthmus::api
