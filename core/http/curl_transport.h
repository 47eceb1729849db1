// SPDX-License-Identifier: GPL-3.0-or-later
// The program's Transport: one net thread owns the only CURLM and carries every request, HTTP/1.1
// with keep-alive. Owned by the composition; outlives every Client that sends through it.
#pragma once

#include "core/http/transport.h"

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

namespace isthmus::http {

struct CurlOptions
{
    std::string version =
        "0"; ///< of the program, for the User-Agent "isthmus/<version> (linux/amd64)"
    /// How many requests of one Endpoint object are under way at once; more wait their turn.
    /// Streams never take the last eighth (at least one), so that watches cannot starve requests.
    std::size_t connectionsPerEndpoint = 64;
};

/// Requests that fit no connection wait, in the order sent. A read is sent again by libcurl itself
/// where a kept-alive connection turns out dead; so is a write unless it has freshConnection.
class CurlTransport final : public Transport
{
public:
    explicit CurlTransport(CurlOptions options = {});
    CurlTransport(const CurlTransport&) = delete;
    CurlTransport& operator=(const CurlTransport&) = delete;
    /// Completes every pending request with Cancelled, then joins. Not on the net thread.
    ~CurlTransport() override;

    void send(std::shared_ptr<const Endpoint> endpoint,
              Request request,
              Handler handler,
              std::stop_token stop) override;

private:
    class Loop;
    std::unique_ptr<Loop> m_loop;
};

} // namespace isthmus::http
