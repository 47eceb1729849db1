// SPDX-License-Identifier: GPL-3.0-or-later
// What may be sent where: checks of endpoint, target and headers, and the URL made of them. Any
// thread.
#pragma once

#include "core/http/transport.h"

#include <string>
#include <string_view>

namespace isthmus::http {

/// An endpoint taken apart.
struct Address
{
    std::string host; ///< of the real server, an IPv6 address without brackets
    int port = 443;
    std::string
        prefix = {}; ///< path below which the API lives, without trailing '/'; usually empty

    /// "host:port" with IPv6 in brackets: for the Host header and for people.
    [[nodiscard]] std::string hostAndPort() const;
};

/// Errors: Invalid: not https, user info, a query or fragment, no host.
[[nodiscard]] Result<Address> parseAddress(std::string_view url);

/// How a proxy is to be used: libcurl's own URL, in which names are resolved by the proxy (as Go
/// does, and unlike libcurl's "socks5://"). Errors: Invalid where the scheme is not http, https or
/// socks5.
[[nodiscard]] Result<std::string> proxyAddress(std::string_view url);

/// What libcurl is given for one request.
struct Destination
{
    std::string url;
    std::string connectTo = {}; ///< CURLOPT_CONNECT_TO; empty without tlsServerName
    std::string host; ///< the Host header
};

/// With a tlsServerName the URL names that, so that SNI and the name check use it, while connection
/// and Host header stay with the real server. Errors: Invalid.
/// With a dialAddress the connection goes there instead, and all names stay the URL's.
[[nodiscard]] Result<Destination> destination(const Address& address,
                                              std::string_view tlsServerName,
                                              std::string_view target,
                                              std::string_view dialAddress = {});

/// Nothing in the request may change what is sent beside it: line breaks in headers, headers that
/// frame the message, a body where there is none. Errors: Invalid.
[[nodiscard]] Result<void> checkRequest(const Request& request, std::string_view hostAndPort);

} // namespace isthmus::http
