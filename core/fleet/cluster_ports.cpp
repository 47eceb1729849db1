// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/cluster_ports.h"

#include "core/kube/status.h"

namespace isthmus::fleet {

Result<ClusterUid> ApiClusterPort::uid(std::stop_token stop)
{
    return m_client.clusterUid(std::move(stop));
}

void ApiClusterPort::learnCrds(std::span<const json::Value> crds)
{
    kube::ResourceMap resources;
    for (const json::Value& crd : crds) {
        resources.addFromCrd(crd);
    }
    m_client.learn(resources);
}

std::vector<Result<json::Value>> ApiClusterPort::getAll(std::span<const kube::ObjectKey> keys,
                                                        std::stop_token stop)
{
    return m_client.getAll(keys, std::move(stop));
}

Result<std::vector<json::Value>> ApiClusterPort::list(const std::string& apiVersion,
                                                      const std::string& kind,
                                                      const std::string& ns,
                                                      const std::string& labelSelector,
                                                      std::stop_token stop)
{
    return m_client.list(apiVersion, kind, ns, { .labelSelector = labelSelector }, std::move(stop));
}

std::vector<Result<json::Value>>
ApiClusterPort::writeAll(std::span<const kube::Write> writes,
                         const std::function<void(std::size_t, const Result<json::Value>&)>& onDone,
                         std::stop_token stop)
{
    return m_client.writeAll(writes, onDone, std::move(stop));
}

Result<json::Value> ApiClusterPort::waitFor(const kube::ObjectKey& key,
                                            const std::function<bool(const json::Value&)>& done,
                                            Milliseconds deadline,
                                            std::stop_token stop)
{
    return m_client.waitFor(key, done, deadline, std::move(stop));
}

Result<std::string> ApiClusterPort::raw(const std::string& path, std::stop_token stop)
{
    Result<http::Response> response = m_client.raw(path, std::move(stop));
    if (!response) {
        return std::move(response).error();
    }
    if (response->status >= 400) {
        return kube::errorOf(*response).withSubject(m_client.cluster().str());
    }
    return std::move(response->body);
}

void ApiClusterPorts::add(const ClusterId& id, api::Client& client)
{
    m_ports.insert_or_assign(id, std::make_unique<ApiClusterPort>(client));
}

plan::ClusterPort* ApiClusterPorts::find(const ClusterId& id)
{
    const auto found = m_ports.find(id);
    return found != m_ports.end() ? found->second.get() : nullptr;
}

} // namespace isthmus::fleet
