// SPDX-License-Identifier: GPL-3.0-or-later
// A cluster on a port of 127.0.0.1: TLS, client certificates and bearer tokens, chunked watches.
// One thread per connection, as there are few; all of them end with the object.
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/crypto/certificate.h"
#include "core/sim/cluster.h"

#include <functional>
#include <memory>
#include <string>

namespace isthmus::sim {

/// One request that was received, for an audit.
struct Received
{
    UtcTime at;
    std::string cluster;
    std::string method;
    std::string target;
    std::string user;
    int status = 0;
};

class HttpsServer
{
public:
    struct Options
    {
        crypto::KeyPair identity;
        std::string clientCaPem; ///< whose certificates log in
        Milliseconds bookmarkEvery { 30'000 };
        /// Called for each request when it was answered, from any thread.
        std::function<void(const Received&)> onReceived = {};
        int port = 0; ///< 0: one that is free
    };

    /// Listens and serves. Errors: Unreachable (no port), Tls.
    [[nodiscard]] static Result<std::unique_ptr<HttpsServer>>
    start(std::shared_ptr<Cluster> cluster, const Clock& clock, Options options);
    HttpsServer(const HttpsServer&) = delete;
    HttpsServer& operator=(const HttpsServer&) = delete;
    ~HttpsServer();

    [[nodiscard]] int port() const;

private:
    class Listener;
    explicit HttpsServer(std::unique_ptr<Listener> listener);
    std::unique_ptr<Listener> m_listener;
};

} // namespace isthmus::sim
