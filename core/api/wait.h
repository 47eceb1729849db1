// SPDX-License-Identifier: GPL-3.0-or-later
// Waits for one object to come to a state: list it, watch it, and start over whenever the watch
// ends.
#pragma once

#include "core/api/sender.h"
#include "core/base/result.h"
#include "core/kube/object.h"
#include "core/kube/resource.h"

#include <functional>
#include <stop_token>

namespace isthmus::api {

/// Blocks the calling thread, on which `done` is asked as well. Contract as Client::waitFor().
[[nodiscard]] Result<json::Value> waitForObject(Sender& sender,
                                                const kube::Resource& resource,
                                                const kube::ObjectKey& key,
                                                const std::function<bool(const json::Value&)>& done,
                                                Milliseconds deadline,
                                                const std::stop_token& stop);

} // namespace isthmus::api
