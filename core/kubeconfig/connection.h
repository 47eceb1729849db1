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
    std::string command; ///< a bare name is looked up in PATH; anything with a '/' is absolute here
    std::vector<std::string> arguments = {};
    std::string apiVersion = {};
    std::vector<std::pair<std::string, Secret>> environment = {};
    std::string interactiveMode = "IfAvailable"; ///< or "Never", "Always"
    bool provideClusterInfo = false;
    std::string installHint = {}; ///< without control characters
};

struct Connection
{
    std::string context;
    std::string server; ///< "https://host[:port][/prefix]", no trailing slash
    std::string caPem = {}; ///< empty: the system's roots
    std::string tlsServerName = {};
    bool insecureSkipVerify = false;
    bool disableCompression = false;
    std::string proxyUrl = {};
    std::string clientCertificatePem = {};
    Secret clientKeyPem = {};
    Secret token = {}; ///< of `tokenFile` where that could be read, else the fixed one
    std::optional<std::filesystem::path>
        tokenFile = {}; ///< read again when older than a minute, or on 401
    std::string username = {};
    Secret password = {};
    Impersonation impersonation = {};
    std::optional<ExecPlugin>
        exec = {}; ///< only where there is no other credential, as in client-go
    std::string defaultNamespace = "default";
};

} // namespace isthmus::kubeconfig
