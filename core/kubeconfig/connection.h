// SPDX-License-Identifier: GPL-3.0-or-later
// What a kubeconfig context comes to: where the server is, whom to trust, how to prove who we are.
#pragma once

#include "core/base/secret.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace isthmus::kubeconfig {

/// Identity sent along with each request, beside a client certificate.
struct Impersonation
{
    std::string user = {};
    std::string uid = {};
    std::vector<std::string> groups = {};
    std::vector<std::pair<std::string, std::string>> extra = {};
};

/// An exec credential plugin; running it needs consent and comes with a later issue.
struct ExecPlugin
{
    std::string command;
    std::vector<std::string> arguments = {};
    std::string apiVersion = {};
};

struct Connection
{
    std::string context;
    std::string server; ///< "https://host:port[/prefix]", no trailing slash
    std::string caPem = {}; ///< empty: the system's roots
    std::string tlsServerName = {};
    bool insecureSkipVerify = false;
    bool disableCompression = false;
    std::string proxyUrl = {};
    std::string clientCertificatePem = {};
    Secret clientKeyPem = {};
    Secret token = {};
    std::optional<std::filesystem::path> tokenFile = {}; ///< read again when older than a minute, or on 401
    std::string username = {};
    Secret password = {};
    Impersonation impersonation = {};
    std::optional<ExecPlugin> exec = {};
    std::string defaultNamespace = "default";
};

} // namespace isthmus::kubeconfig
