// SPDX-License-Identifier: GPL-3.0-or-later
// http::Transport by script: each request takes the next reply that was written for its path.
// Replies come within send(), on the thread that sends; a held one waits for the test or for the
// stop token.
#pragma once

#include "core/http/transport.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace isthmus::test {

struct Reply
{
    int status = 200;
    std::string body = {};
    http::Headers headers = { { "Content-Type", "application/json" } };
    std::optional<Error> failure = {}; ///< then there is no answer; for a stream, after `body`
    std::vector<std::string> chunks = {}; ///< a stream's body instead of `body`
    bool held = false; ///< the end comes with release() or Cancelled with the stop token
};

[[nodiscard]] Reply json(std::string body, int status = 200);
/// A Status object with that code, reason and message.
[[nodiscard]] Reply status(int code, const std::string& reason, const std::string& message = {});
[[nodiscard]] Reply plainText(int code, std::string body);
/// No answer; `sent` says whether the request may have arrived.
[[nodiscard]] Reply broken(bool sent = true);
/// A watch that sends these lines and then ends in order, or stays open.
[[nodiscard]] Reply events(std::vector<std::string> lines, bool open = false);

class FakeTransport final : public http::Transport
{
public:
    /// The next request "METHOD path" (the query does not count) gets this reply, each reply once.
    FakeTransport& on(const std::string& methodAndPath, Reply reply);
    /// Requests for which nothing else is written get this one each time.
    FakeTransport& always(const std::string& methodAndPath, Reply reply);

    void send(std::shared_ptr<const http::Endpoint> endpoint,
              http::Request request,
              http::Handler handler,
              std::stop_token stop) override;

    /// Ends the oldest held reply that has not ended yet; false where there is none.
    bool release();
    /// Waits until that many requests have come and are answered or held.
    void awaitRequests(std::size_t count);

    [[nodiscard]] std::vector<http::Request> requests() const;
    /// "GET /path?query" per line, in the order of arrival.
    [[nodiscard]] std::string log() const;
    /// The header of the n-th request, or "".
    [[nodiscard]] std::string header(std::size_t request, std::string_view name) const;
    [[nodiscard]] int mostInFlight() const;

private:
    struct Exchange;

    void answer(http::Request request, http::Handler handler, std::stop_token stop);
    [[nodiscard]] Reply take(const http::Request& request);
    void finish(const std::shared_ptr<Exchange>& exchange, Result<http::Response> outcome);

    mutable std::mutex m_mutex;
    std::condition_variable m_arrived;
    std::map<std::string, std::deque<Reply>> m_once;
    std::map<std::string, Reply> m_always;
    std::vector<http::Request> m_requests;
    std::deque<std::shared_ptr<Exchange>> m_held;
    std::vector<std::shared_ptr<Exchange>> m_all;
    std::size_t m_sent = 0;
    int m_inFlight = 0;
    int m_mostInFlight = 0;
};

} // namespace isthmus::test
