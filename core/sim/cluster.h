// SPDX-License-Identifier: GPL-3.0-or-later
// One simulated cluster: the model behind a lock, with its controllers, as many threads use it.
#pragma once

#include "core/base/mutex.h"
#include "core/sim/model.h"
#include "core/sim/request.h"

#include <condition_variable>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace isthmus::sim {

/// Thread-safe.
class Cluster
{
public:
    /// With the namespaces, roles and the node that every new cluster has.
    explicit Cluster(Model::Options options);

    [[nodiscard]] const std::string& name() const { return m_name; }

    /// Answers one request, and lets the controllers react to it.
    [[nodiscard]] Reply handle(const Request& request);
    /// The identity of a bearer token.
    [[nodiscard]] std::optional<Identity> identityOf(std::string_view token);

    struct Lines
    {
        std::vector<std::string> lines = {};
        bool ended = false; ///< the last line is an error, the stream is over
    };

    /// What the watch has to tell; waits for it up to `patience`, and not longer than the stop.
    [[nodiscard]] Lines next(Watch& watch, Milliseconds patience, const std::stop_token& stop);
    /// Runs with the model under the lock, then the controllers: for scenarios and tests.
    void with(const std::function<void(Model&)>& action);

private:
    std::string m_name;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    Model m_model; ///< guarded by m_mutex
};

} // namespace isthmus::sim
