// SPDX-License-Identifier: GPL-3.0-or-later
// Several simulated clusters with one certificate authority, and the kubeconfig that leads to them.
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/sim/cluster.h"
#include "core/sim/https_server.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace isthmus::sim {

struct FleetOptions
{
    std::vector<std::string> names = { "sim-1", "sim-2" }; ///< of the clusters and contexts
    std::uint64_t seed = 1;
    std::function<void(const Received&)> onReceived = {}; ///< per request, from any thread
    Milliseconds bookmarkEvery { 30'000 };
};

/// Serves from start() until it dies.
class Fleet
{
public:
    struct Member
    {
        std::string name;
        std::string server; ///< "https://127.0.0.1:40001"
        std::shared_ptr<Cluster> cluster;
    };

    /// The clock outlives the fleet. Errors: Unreachable, Tls, Invalid.
    [[nodiscard]] static Result<Fleet> start(const Clock& clock, FleetOptions options = {});

    [[nodiscard]] const std::vector<Member>& members() const { return m_members; }

    /// With a context per cluster and an administrator's key in it.
    [[nodiscard]] const Secret& kubeconfig() const { return m_kubeconfig; }

private:
    Fleet() = default;

    std::vector<Member> m_members;
    std::vector<std::unique_ptr<HttpsServer>> m_servers;
    Secret m_kubeconfig;
};

} // namespace isthmus::sim
