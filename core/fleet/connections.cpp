// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/connections.h"

#include "core/kubeconfig/kubeconfig.h"

namespace isthmus::fleet {

namespace {

std::optional<std::string> fileOf(const mesh::Cluster& cluster, const ConnectOptions& options)
{
    return cluster.kubeconfig ? std::optional(cluster.kubeconfig->string()) : options.kubeconfig;
}

} // namespace

Result<Connections> Connections::open(const mesh::MeshSpec& spec,
                                      http::Transport& transport,
                                      const Clock& clock,
                                      const ConnectOptions& options)
{
    Connections out;
    for (const mesh::Cluster& cluster : spec.clusters) {
        Result<kubeconfig::Kubeconfig> config =
            kubeconfig::Kubeconfig::load(kubeconfig::searchPath(fileOf(cluster, options)));
        if (!config) {
            return std::move(config).error().withSubject(cluster.name.str());
        }
        Result<kubeconfig::Connection> connection = config->resolve(cluster.context);
        if (!connection) {
            return std::move(connection).error().withSubject(cluster.name.str());
        }
        api::Client::Options clientOptions { .cluster = cluster.name, .clock = clock };
        clientOptions.audit = options.audit;
        if (options.warning) {
            clientOptions.warning = [warn = options.warning, id = cluster.name](
                                        const std::string& text) { warn(id, text); };
        }
        out.m_clients.emplace(cluster.name,
                              std::make_unique<api::Client>(
                                  transport, std::move(*connection), std::move(clientOptions)));
    }
    return out;
}

void Connections::add(std::unique_ptr<api::Client> client)
{
    ClusterId id = client->cluster();
    m_clients.insert_or_assign(std::move(id), std::move(client));
}

api::Client* Connections::find(const ClusterId& id) const
{
    const auto found = m_clients.find(id);
    return found != m_clients.end() ? found->second.get() : nullptr;
}

} // namespace isthmus::fleet
