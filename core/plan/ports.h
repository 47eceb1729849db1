// SPDX-License-Identifier: GPL-3.0-or-later
// What the plan engine needs from outside, declared by the one who needs it. fleet implements it
// over api::Client; tests implement it in a few lines over a map.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/json/value.h"
#include "core/kube/object.h"
#include "core/kube/write.h"

#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace isthmus::plan {

/// One cluster. Thread-safe; every call waits.
class ClusterPort
{
public:
    virtual ~ClusterPort() = default;

    [[nodiscard]] virtual Result<ClusterUid> uid(std::stop_token stop) = 0;
    /// Kinds that CRDs of the plan are about to define.
    virtual void learnCrds(std::span<const json::Value> crds) = 0;
    /// In the order of `keys`. An object or kind that is not there is the error NotFound.
    [[nodiscard]] virtual std::vector<Result<json::Value>>
    getAll(std::span<const kube::ObjectKey> keys, std::stop_token stop) = 0;
    [[nodiscard]] virtual Result<std::vector<json::Value>> list(const std::string& apiVersion,
                                                                const std::string& kind,
                                                                const std::string& ns,
                                                                const std::string& labelSelector,
                                                                std::stop_token stop) = 0;
    /// In the order of `writes`, several in flight; `onDone(index, result)` comes as each answer
    /// does, from any thread. An error that is not an answer of the server is an unknown outcome.
    [[nodiscard]] virtual std::vector<Result<json::Value>>
    writeAll(std::span<const kube::Write> writes,
             const std::function<void(std::size_t, const Result<json::Value>&)>& onDone,
             std::stop_token stop) = 0;
    /// Waits until `done(object)`; the object is null while it does not exist. Errors: Timeout,
    /// Cancelled, Forbidden, Unreachable at the deadline.
    [[nodiscard]] virtual Result<json::Value>
    waitFor(const kube::ObjectKey& key,
            const std::function<bool(const json::Value&)>& done,
            Milliseconds deadline,
            std::stop_token stop) = 0;
    /// Body of a GET that answered 2xx, of any path: "…/pods/istiod-x:15014/proxy/metrics".
    [[nodiscard]] virtual Result<std::string> raw(const std::string& path,
                                                  std::stop_token stop) = 0;
};

/// All clusters of a run. The references outlive the run.
class ClusterPorts
{
public:
    virtual ~ClusterPorts() = default;
    /// Null where the run has no such cluster.
    [[nodiscard]] virtual ClusterPort* find(const ClusterId& id) = 0;
};

} // namespace isthmus::plan
