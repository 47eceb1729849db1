// SPDX-License-Identifier: GPL-3.0-or-later
// The plan engine's view of connected clusters, over api::Client.
#pragma once

#include "core/api/client.h"
#include "core/plan/ports.h"

#include <map>
#include <memory>

namespace isthmus::fleet {

class ApiClusterPort final : public plan::ClusterPort
{
public:
    explicit ApiClusterPort(api::Client& client)
        : m_client(client)
    { }

    [[nodiscard]] Result<ClusterUid> uid(std::stop_token stop) override;
    void learnCrds(std::span<const json::Value> crds) override;
    [[nodiscard]] std::vector<Result<json::Value>> getAll(std::span<const kube::ObjectKey> keys,
                                                          std::stop_token stop) override;
    [[nodiscard]] Result<std::vector<json::Value>> list(const std::string& apiVersion,
                                                        const std::string& kind,
                                                        const std::string& ns,
                                                        const std::string& labelSelector,
                                                        std::stop_token stop) override;
    [[nodiscard]] std::vector<Result<json::Value>>
    writeAll(std::span<const kube::Write> writes,
             const std::function<void(std::size_t, const Result<json::Value>&)>& onDone,
             std::stop_token stop) override;
    [[nodiscard]] Result<json::Value> waitFor(const kube::ObjectKey& key,
                                              const std::function<bool(const json::Value&)>& done,
                                              Milliseconds deadline,
                                              std::stop_token stop) override;
    [[nodiscard]] Result<std::string> raw(const std::string& path, std::stop_token stop) override;

private:
    api::Client& m_client;
};

class ApiClusterPorts final : public plan::ClusterPorts
{
public:
    void add(const ClusterId& id, api::Client& client);
    [[nodiscard]] plan::ClusterPort* find(const ClusterId& id) override;

private:
    std::map<ClusterId, std::unique_ptr<ApiClusterPort>> m_ports;
};

} // namespace isthmus::fleet
