// SPDX-License-Identifier: GPL-3.0-or-later
// Internal: from entries to a connection. Reads the credential files that the entries name; any
// thread.
#pragma once

#include "core/kubeconfig/config_file.h"

namespace isthmus::kubeconfig {

struct Resolution
{
    Connection connection;
    Diagnostics problems = {}; ///< all of them; with an error among them `connection` is not usable
};

/// `files` merged: the first definition of a name counts.
[[nodiscard]] Resolution resolveContext(const ConfigFile& files, const ContextEntry& context);
/// "client certificate", "token file", "token", "basic", "exec gke-gcloud-auth-plugin",
/// "auth-provider oidc", "none".
[[nodiscard]] std::string credentialText(const UserEntry* user);

} // namespace isthmus::kubeconfig
