// SPDX-License-Identifier: GPL-3.0-or-later
// The clusters of one mesh, connected: one api::Client each over one transport. Nothing is
// contacted before the first call.
#pragma once

#include "core/api/client.h"
#include "core/http/transport.h"
#include "core/mesh/mesh_spec.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace isthmus::fleet {

struct ConnectOptions
{
    std::optional<std::string>
        kubeconfig = {}; ///< `--kubeconfig`; a cluster's own file goes before it
    std::function<void(const api::AuditRecord&)> audit = {}; ///< one call at a time, any thread
    std::function<void(const ClusterId&, const std::string&)> warning = {}; ///< `Warning` headers
};

/// Not thread-safe to build; the clients are.
class Connections
{
public:
    /// Resolves every context. Errors: Usage (no such context, broken kubeconfig), with the cluster
    /// as subject.
    [[nodiscard]] static Result<Connections> open(const mesh::MeshSpec& spec,
                                                  http::Transport& transport,
                                                  const Clock& clock,
                                                  const ConnectOptions& options);

    /// One more, under its own cluster's name.
    void add(std::unique_ptr<api::Client> client);

    /// Null where the mesh has no such cluster.
    [[nodiscard]] api::Client* find(const ClusterId& id) const;

    [[nodiscard]] const std::map<ClusterId, std::unique_ptr<api::Client>>& all() const
    {
        return m_clients;
    }

private:
    std::map<ClusterId, std::unique_ptr<api::Client>> m_clients;
};

} // namespace isthmus::fleet
