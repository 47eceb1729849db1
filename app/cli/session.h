// SPDX-License-Identifier: GPL-3.0-or-later
// A command's way to the clusters: mesh.yaml read, the engine opened over it, with the options that
// every command has in common.
#pragma once

#include "app/cli/audit.h"
#include "app/cli/context.h"
#include "app/cli/passphrases.h"
#include "core/fleet/engine.h"

#include <filesystem>
#include <memory>

namespace isthmus::cli {

/// Lives as long as the command. The engine refers to its passphrases.
struct Session
{
    std::shared_ptr<AuditLog> audit;
    std::unique_ptr<Passphrases> passphrases;
    std::unique_ptr<fleet::Engine> engine;
};

/// --file, else ./mesh.yaml. Errors: Usage where neither is there.
[[nodiscard]] Result<std::filesystem::path> meshFile(const Context& context);
/// Reads it. Its warnings are shown; errors are kept in `context.problems`. Errors: Usage.
[[nodiscard]] Result<mesh::MeshSpec> loadSpec(Context& context);

/// Opens the engine; contacts nothing. Errors: Usage.
[[nodiscard]] Result<Session> openSession(Context& context, mesh::MeshSpec spec);
/// For a stored run, over the clusters that its plan names.
[[nodiscard]] Result<Session> openSessionFor(Context& context, const plan::Plan& plan);
/// loadSpec() and openSession().
[[nodiscard]] Result<Session> openSession(Context& context);

/// --audit and warnings of the servers, for who connects without an engine. Errors: Usage.
[[nodiscard]] Result<fleet::ConnectOptions> connectOptions(Context& context,
                                                           std::shared_ptr<AuditLog>& audit);

/// --cluster, which must be one of the mesh. Errors: Usage.
[[nodiscard]] Result<std::optional<ClusterId>> onlyCluster(const Context& context,
                                                           const mesh::MeshSpec& spec);

} // namespace isthmus::cli
