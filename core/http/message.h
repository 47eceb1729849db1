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

enum class Method { Get, Head, Post, Put, Patch, Delete };

[[nodiscard]] std::string_view name(Method method);

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Zero means "no such limit". Each starts when the request starts.
struct Deadlines
{
    Milliseconds connect { 5'000 }; ///< TCP and TLS together
    Milliseconds firstByte { 30'000 }; ///< until the status line
    Milliseconds total { 0 }; ///< until the last byte
    Milliseconds silence { 0 }; ///< longest pause between two bytes of the body; for watches
};

struct Request
{
    Method method = Method::Get;
    std::string target; ///< path and query below the endpoint's base path: "/api/v1/namespaces?limit=5"
    Headers headers = {};
    std::string body = {};
    Deadlines deadlines = {};
    /// A write that must not reach the server twice: libcurl re-sends on a re-used connection that broke
    /// (measured; reference reliability-security §0 item 1), so it gets a connection of its own.
    bool freshConnection = false;
    bool sensitive = false; ///< the body is wiped after it was sent
    bool compressed = false; ///< ask for gzip; for lists, never for streams
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
