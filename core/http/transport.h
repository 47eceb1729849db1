// SPDX-License-Identifier: GPL-3.0-or-later
// The seam between the engine and the network: CurlTransport in the program, scripts in tests.
#pragma once

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/http/message.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace isthmus::http {

/// Where requests go and who vouches for whom. Requests that share one Endpoint object share
/// connections; a new credential of the TLS kind is a new Endpoint.
struct Endpoint
{
    std::string url; ///< "https://host:port[/prefix]"; https only, no user info
    std::string caPem = {}; ///< empty: the system's roots; otherwise *only* these are trusted
    std::string clientCertificatePem = {};
    Secret clientKeyPem = {};
    std::string tlsServerName = {}; ///< SNI and name check; the Host header stays the real server
    std::string dialAddress = {}; ///< connect here; SNI, name check and Host header stay the URL's
    bool insecureSkipVerify = false;
    std::string proxyUrl = {}; ///< empty: none; the environment is never consulted here
};

/// Called on the net thread; must return soon and must not call into the transport's destructor.
struct Handler
{
    /// Set for a stream: gets body bytes as they come, also of an error status; false ends the
    /// transfer with Cancelled.
    std::function<bool(std::string_view)> onBody = {};
    /// Set for a stream that wants the status before the first byte.
    std::function<void(const Response&)> onHeaders = {};
    /// Exactly once. An HTTP error status is a Response; Error is for no answer at all:
    /// Unreachable, Tls, Timeout, Cancelled, Invalid (answer beyond maxBody, or a request that
    /// cannot be sent as it is), Internal. Its `retry`: Now = nothing was sent, so sending again is
    /// safe for writes, too; After = sending again can help, but the server may have acted already;
    /// Never = it cannot help.
    std::function<void(Result<Response>)> onDone;
};

class Transport
{
public:
    virtual ~Transport() = default;
    /// Any thread; returns at once.
    virtual void send(std::shared_ptr<const Endpoint> endpoint,
                      Request request,
                      Handler handler,
                      std::stop_token stop) = 0;
};

/// Whether the server may have seen, and acted on, the request that ended with this error. False
/// only where it surely has not: refused by our own checks, no connection, a handshake that failed,
/// cancelled or timed out before the first byte left. True is "unknown": a writer reads back before
/// it decides (errors of scripted transports count as unknown unless they say Retry::Now). Looks
/// through wrapped errors.
[[nodiscard]] bool mayHaveArrived(const Error& error);

/// Sends and waits. Never on the net thread or the GUI thread.
[[nodiscard]] Result<Response> exchange(Transport& transport,
                                        std::shared_ptr<const Endpoint> endpoint,
                                        Request request,
                                        std::stop_token stop);

} // namespace isthmus::http
