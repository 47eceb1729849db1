// SPDX-License-Identifier: GPL-3.0-or-later
// What goes in and out of a Model: options of writes, who asks, and what can be plugged into it.
#pragma once

#include "core/sim/failure.h"
#include "core/sim/kind.h"
#include "core/sim/store.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace isthmus::sim {

class Model;

struct WriteOptions
{
    std::string manager = "unknown";
    std::string subresource = {}; ///< "status", "scale"
    bool dryRun = false;
    bool force = false; ///< server-side apply only
};

struct DeleteOptions
{
    std::string uid = {}; ///< precondition; empty: none
    std::string resourceVersion = {};
    bool orphan = false; ///< dependents live on
    bool dryRun = false;
};

/// Who asks.
struct Identity
{
    std::string user = "system:anonymous";
    std::vector<std::string> groups = { "system:unauthenticated" };
};

/// A controller: called with what changed since it was last called; may change more.
using Reactor = std::function<void(Model&, std::span<const Change>)>;
/// Admission: may change the object, or refuse it. `before` is null on creation.
using Admission = std::function<std::optional<Failure>(
    Model&, const Kind&, const json::Value& before, json::Value& object)>;

/// An answer of a pod or service through the API server's proxy.
struct ProxyAnswer
{
    int status = 200;
    std::string contentType = "text/plain";
    std::string body = {};
};

/// Answers what it knows; the name carries scheme and port: "istiod-x:15014".
using ProxyTarget = std::function<std::optional<ProxyAnswer>(
    const Model&, const std::string& ns, const std::string& name, const std::string& path)>;

} // namespace isthmus::sim
