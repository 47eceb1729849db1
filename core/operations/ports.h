// SPDX-License-Identifier: GPL-3.0-or-later
// What steps need beside the clusters' APIs, declared by the ones who need it; fleet implements it.
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/json/value.h"

#include <stop_token>
#include <string>
#include <vector>

namespace isthmus::operations {

/// One chart rendering, complete enough to be stored in a plan and asked for again.
struct ChartRequest
{
    std::string chart; ///< "base", "istiod", "gateway"
    std::string path; ///< the chart's folder
    std::string digest; ///< of its files when the plan was made; another one is refused
    std::string release;
    std::string ns;
    std::string kubeVersion = {}; ///< "1.36"
    json::Value values;
};

class ChartPort
{
public:
    virtual ~ChartPort() = default;
    /// Errors: Preflight (no helm, charts changed since), Invalid (helm's own words).
    [[nodiscard]] virtual Result<std::vector<json::Value>> render(const ChartRequest& request,
                                                                  std::stop_token stop) = 0;
};

/// An API server as istiod will see it: an address, a CA and a bearer token, nothing else.
struct TokenTrial
{
    std::string server;
    std::string caPem;
    std::string tlsServerName = {};
    Secret token;
};

/// One HTTPS request to the ingress, as a visitor makes it.
struct Visit
{
    std::string address; ///< where to connect
    int port = 443;
    std::string host; ///< SNI and Host header
    std::string caPem; ///< what the server's certificate must chain to
    std::string path = "/";
};

struct VisitAnswer
{
    int status = 0;
    std::string body = {};
    Milliseconds took { 0 };
};

class ProbePort
{
public:
    virtual ~ProbePort() = default;
    /// Asks with the token whether it may do what istiod needs. Errors: Unauthorized, Forbidden
    /// with the missing rights, Tls, Unreachable.
    [[nodiscard]] virtual Result<void> tryToken(const TokenTrial& trial, std::stop_token stop) = 0;
    [[nodiscard]] virtual Result<VisitAnswer> visit(const Visit& visit, std::stop_token stop) = 0;
};

/// Who holds the passphrase of a sealed root key: the terminal, an environment variable, later a
/// keyring.
class PassphrasePort
{
public:
    virtual ~PassphrasePort() = default;
    /// Errors: Refused where nobody can be asked.
    [[nodiscard]] virtual Result<Secret> passphrase(const std::string& what, bool isNew) = 0;
};

struct Ports
{
    ChartPort& charts;
    ProbePort& probes;
    PassphrasePort& passphrases;
};

} // namespace isthmus::operations
