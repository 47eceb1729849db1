// SPDX-License-Identifier: GPL-3.0-or-later
// Finds, merges and validates kubeconfig files as client-go does (reference: kube-client §1.1–1.5).
// Reads files, contacts nothing, runs nothing.
#pragma once

#include "core/base/diagnostics.h"
#include "core/base/result.h"
#include "core/kubeconfig/connection.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isthmus::kubeconfig {

/// Which files, in order: the explicit one alone; else $KUBECONFIG split at ':'; else
/// ~/.kube/config.
struct SearchPath
{
    std::vector<std::filesystem::path> files;
    bool explicitFile = false; ///< then a missing file is an error
};

[[nodiscard]] SearchPath searchPath(const std::optional<std::string>& explicitFile);

/// What the list of contexts shows without contacting anything.
struct ContextInfo
{
    std::string name;
    std::string cluster;
    std::string user;
    std::string server; ///< empty where the cluster entry is missing
    std::string defaultNamespace;
    std::filesystem::path file; ///< where the context was defined
    std::string
        credential; ///< "client certificate", "token", "exec gke-gcloud-auth-plugin", "none", …
    bool current = false;
    Diagnostics problems = {}; ///< why it could not be used as it stands
};

/// The merged files. Immutable after load.
class Kubeconfig
{
public:
    /// Missing files are skipped (all missing: an empty config and a warning); an unreadable or
    /// broken one becomes a problem and the others still count. Errors: Usage where an explicit
    /// file is missing or bad.
    [[nodiscard]] static Result<Kubeconfig> load(const SearchPath& path);

    Kubeconfig(Kubeconfig&&) noexcept;
    Kubeconfig& operator=(Kubeconfig&&) noexcept;
    ~Kubeconfig();

    [[nodiscard]] const Diagnostics& problems() const;
    [[nodiscard]] std::vector<ContextInfo> contexts() const;
    [[nodiscard]] std::string currentContext() const;
    /// Everything needed to connect; files it names are read here. Errors: Usage (no such context,
    /// broken reference, two credentials that exclude each other), with the names that do exist in
    /// the detail.
    [[nodiscard]] Result<Connection> resolve(const std::string& context) const;

private:
    struct State;
    explicit Kubeconfig(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// The kubeconfig that istiod reads from a remote secret: one cluster, context and user, all named
/// `cluster`, with server, CA and token only. JSON, which is YAML, too.
[[nodiscard]] Secret remoteKubeconfig(const std::string& cluster,
                                      const std::string& server,
                                      const std::string& caPem,
                                      const std::string& tlsServerName,
                                      const Secret& token);

} // namespace isthmus::kubeconfig
