// SPDX-License-Identifier: GPL-3.0-or-later
// What libcurl reports, as an Error for people and for callers: pure functions. Any thread.
#pragma once

#include "core/base/error.h"
#include "core/http/deadline.h"

#include <cstddef>
#include <string>

namespace isthmus::http {

/// How a transfer ended without an answer.
struct Failure
{
    int curlCode = 0; ///< CURLcode
    long verifyResult =
        0; ///< X509_V_ERR_…; 0 where the chain was fine, 1 where it was never looked at
    std::string text = {}; ///< libcurl's own words, OpenSSL's reason among them
    std::string host = {}; ///< host:port of the endpoint
    bool sent = false; ///< a byte of the request may have left
    bool answered = false; ///< a status line had come
};

[[nodiscard]] Error transferError(const Failure& failure);
[[nodiscard]] Error timeoutError(const Due& due, const std::string& host, bool sent);
[[nodiscard]] Error cancelledError(const std::string& host, bool sent);
[[nodiscard]] Error tooLargeError(const std::string& host, std::size_t limit);
/// libcurl refused to be set up, or is out of memory.
[[nodiscard]] Error setupError(const std::string& host, std::string why);

} // namespace isthmus::http
