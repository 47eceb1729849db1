// SPDX-License-Identifier: GPL-3.0-or-later
// Requests and responses as values: built and tested without any I/O.
#pragma once

#include "core/base/clock.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isthmus::http {

enum class Method
{
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete
};

[[nodiscard]] std::string_view name(Method method);

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Header names are compared without regard to case (RFC 9110 section 5.1).
[[nodiscard]] bool sameHeaderName(std::string_view a, std::string_view b);

/// Zero means "no such limit". `firstByte` and `total` start with send(), so they also bound the
/// wait for a free connection; `connect` starts when the transfer leaves that queue.
struct Deadlines
{
    Milliseconds connect { 5'000 }; ///< name, TCP, proxy and TLS together
    Milliseconds firstByte {
        30'000
    }; ///< until the end of the header; interim (1xx) answers do not count
    Milliseconds total { 0 }; ///< until the last byte
    Milliseconds silence { 0 }; ///< longest pause between two bytes of the body; for watches
};

struct Request
{
    Method method = Method::Get;
    /// Path and query below the endpoint's base path: "/api/v1/namespaces?limit=5". Starts with
    /// '/', is percent-encoded already and has no "." or ".." segment.
    std::string target;
    Headers headers = {}; ///< without Host, Content-Length and Transfer-Encoding, which are ours
    std::string body = {}; ///< not with GET and HEAD
    Deadlines deadlines = {};
    /// A write that must not reach the server twice: libcurl re-sends on a re-used connection that
    /// broke (measured; reference reliability-security §0 item 1), so it gets a connection of its
    /// own.
    bool freshConnection = false;
    /// The body is wiped when the request ends (not before: libcurl may still be reading it).
    /// Values of Authorization are wiped always.
    bool sensitive = false;
    bool compressed = false; ///< ask for gzip; for lists, never for streams
    /// Of a buffered answer, after decompression. A stream has no cap: whoever receives it bounds
    /// it.
    std::size_t maxBody = std::size_t { 64 } << 20;
};

struct Response
{
    int status = 0;
    Headers headers = {};
    std::string body = {}; ///< empty where the request was streamed

    /// First header of that name, case-insensitive.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view headerName) const;
};

} // namespace isthmus::http
