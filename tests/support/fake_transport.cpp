// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake_transport.h"

#include <algorithm>

namespace isthmus::test {

struct FakeTransport::Exchange
{
    http::Handler handler;
    Reply reply;
    std::atomic<bool> ended { false };
    std::optional<std::stop_callback<std::function<void()>>> onStop;
};

Reply json(std::string body, int status)
{
    return { .status = status, .body = std::move(body) };
}

Reply status(int code, const std::string& reason, const std::string& message)
{
    return json(R"({"kind":"Status","apiVersion":"v1","status":"Failure","code":)"
                    + std::to_string(code) + R"(,"reason":")" + reason + R"(","message":")"
                    + message + R"(","details":{"name":"it"}})",
                code);
}

Reply plainText(int code, std::string body)
{
    return { .status = code,
             .body = std::move(body),
             .headers = { { "Content-Type", "text/plain" } } };
}

Reply broken(bool sent)
{
    return { .failure = Error { .code = ErrorCode::Unreachable,
                                .message = msg("test.broken"),
                                .retry = sent ? Retry::After : Retry::Now } };
}

Reply events(std::vector<std::string> lines, bool open)
{
    for (std::string& line : lines) {
        line += '\n';
    }
    return { .chunks = std::move(lines), .held = open };
}

FakeTransport& FakeTransport::on(const std::string& methodAndPath, Reply reply)
{
    const std::lock_guard lock(m_mutex);
    m_once[methodAndPath].push_back(std::move(reply));
    return *this;
}

FakeTransport& FakeTransport::always(const std::string& methodAndPath, Reply reply)
{
    const std::lock_guard lock(m_mutex);
    m_always[methodAndPath] = std::move(reply);
    return *this;
}

Reply FakeTransport::take(const http::Request& request)
{
    const std::string key = std::string(http::name(request.method)) + ' '
        + request.target.substr(0, request.target.find('?'));
    const std::lock_guard lock(m_mutex);
    m_requests.push_back(request);
    m_mostInFlight = std::max(m_mostInFlight, ++m_inFlight);
    if (auto found = m_once.find(key); found != m_once.end() && !found->second.empty()) {
        Reply reply = std::move(found->second.front());
        found->second.pop_front();
        return reply;
    }
    if (const auto found = m_always.find(key); found != m_always.end()) {
        return found->second;
    }
    return plainText(404, "404 page not found");
}

void FakeTransport::send(std::shared_ptr<const http::Endpoint> /*endpoint*/,
                         http::Request request,
                         http::Handler handler,
                         std::stop_token stop)
{
    answer(std::move(request), std::move(handler), std::move(stop));
    const std::lock_guard lock(m_mutex);
    ++m_sent;
    m_arrived.notify_all();
}

void FakeTransport::answer(http::Request request, http::Handler handler, std::stop_token stop)
{
    auto exchange = std::make_shared<Exchange>();
    exchange->reply = take(request);
    exchange->handler = std::move(handler);
    const Reply& reply = exchange->reply;
    const bool answers = !reply.failure || !reply.chunks.empty();
    if (answers && exchange->handler.onHeaders) {
        exchange->handler.onHeaders({ .status = reply.status, .headers = reply.headers });
    }
    if (exchange->handler.onBody) {
        std::vector<std::string> chunks = reply.chunks;
        if (chunks.empty() && !reply.body.empty()) {
            chunks.push_back(reply.body);
        }
        for (const std::string& chunk : chunks) {
            if (!exchange->handler.onBody(chunk)) {
                finish(exchange, Error { ErrorCode::Cancelled, msg("test.cancelled") });
                return;
            }
        }
    }
    if (reply.held) {
        {
            const std::lock_guard lock(m_mutex);
            m_held.push_back(exchange);
            m_all.push_back(exchange);
        }
        exchange->onStop.emplace(stop, [this, weak = std::weak_ptr(exchange)] {
            if (const auto strong = weak.lock()) {
                finish(strong, Error { ErrorCode::Cancelled, msg("test.cancelled") });
            }
        });
        return;
    }
    if (reply.failure) {
        finish(exchange, *reply.failure);
        return;
    }
    finish(exchange,
           http::Response { .status = reply.status,
                            .headers = reply.headers,
                            .body = exchange->handler.onBody ? "" : reply.body });
}

void FakeTransport::finish(const std::shared_ptr<Exchange>& exchange,
                           Result<http::Response> outcome)
{
    if (exchange->ended.exchange(true)) {
        return;
    }
    {
        const std::lock_guard lock(m_mutex);
        --m_inFlight;
    }
    exchange->handler.onDone(std::move(outcome));
}

bool FakeTransport::release()
{
    std::shared_ptr<Exchange> exchange;
    {
        const std::lock_guard lock(m_mutex);
        while (!m_held.empty() && m_held.front()->ended) {
            m_held.pop_front();
        }
        if (m_held.empty()) {
            return false;
        }
        exchange = m_held.front();
        m_held.pop_front();
    }
    const Reply& reply = exchange->reply;
    if (reply.failure) {
        finish(exchange, *reply.failure);
    } else {
        finish(exchange,
               http::Response {
                   .status = reply.status, .headers = reply.headers, .body = reply.body });
    }
    return true;
}

void FakeTransport::awaitRequests(std::size_t count)
{
    std::unique_lock lock(m_mutex);
    m_arrived.wait(lock, [&] { return m_sent >= count; });
}

std::vector<http::Request> FakeTransport::requests() const
{
    const std::lock_guard lock(m_mutex);
    return m_requests;
}

std::string FakeTransport::log() const
{
    std::string out;
    for (const http::Request& request : requests()) {
        out += std::string(http::name(request.method)) + ' ' + request.target + '\n';
    }
    return out;
}

std::string FakeTransport::header(std::size_t request, std::string_view name) const
{
    const auto all = requests();
    if (request >= all.size()) {
        return {};
    }
    const auto& headers = all[request].headers;
    const auto found =
        std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
    return found != headers.end() ? found->second : std::string();
}

int FakeTransport::mostInFlight() const
{
    const std::lock_guard lock(m_mutex);
    return m_mostInFlight;
}

} // namespace isthmus::test
