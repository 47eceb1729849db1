// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of the net thread share: a server with its authority, a transport, and calls to wait
// for.
#pragma once

#include "core/http/curl_transport.h"
#include "tests/support/tls_server.h"

#include <condition_variable>
#include <mutex>
#include <optional>

namespace isthmus::http {

/// One request under way. The test waits for its end, or for bytes of a stream.
class Call
{
public:
    Call(Transport& transport,
         std::shared_ptr<const Endpoint> endpoint,
         Request request,
         bool stream = false)
        : m_state(std::make_shared<State>())
    {
        Handler handler;
        handler.onDone = [state = m_state](Result<Response> answer) {
            const std::scoped_lock lock(state->mutex);
            ++state->endings;
            state->answer.emplace(std::move(answer));
            state->changed.notify_all();
        };
        if (stream) {
            handler.onHeaders = [state = m_state](const Response& response) {
                const std::scoped_lock lock(state->mutex);
                state->streamed += "[" + std::to_string(response.status) + "]";
            };
            handler.onBody = [state = m_state](std::string_view bytes) {
                const std::scoped_lock lock(state->mutex);
                state->streamed += bytes;
                state->changed.notify_all();
                return true;
            };
        }
        transport.send(
            std::move(endpoint), std::move(request), std::move(handler), m_stop.get_token());
    }

    void stop() { m_stop.request_stop(); }

    Result<Response> wait()
    {
        std::unique_lock lock(m_state->mutex);
        m_state->changed.wait(lock, [this] { return m_state->answer.has_value(); });
        return *m_state->answer;
    }

    /// Waits until the stream has brought `text`; false where it ended without.
    bool waitForText(std::string_view text)
    {
        const auto there = [this, text] {
            return m_state->streamed.find(text) != std::string::npos;
        };
        std::unique_lock lock(m_state->mutex);
        m_state->changed.wait(lock, [&] { return there() || m_state->answer.has_value(); });
        return there();
    }

    [[nodiscard]] std::string streamed() const
    {
        const std::scoped_lock lock(m_state->mutex);
        return m_state->streamed;
    }

    [[nodiscard]] int endings() const
    {
        const std::scoped_lock lock(m_state->mutex);
        return m_state->endings;
    }

private:
    struct State
    {
        std::mutex mutex;
        std::condition_variable changed;
        std::optional<Result<Response>> answer;
        std::string streamed;
        int endings = 0;
    };

    std::shared_ptr<State> m_state;
    std::stop_source m_stop;
};

/// A server that runs `script`, and a way to it that is in order.
struct Bed
{
    explicit Bed(test::TlsScript script,
                 test::TlsFault fault = test::TlsFault::None,
                 CurlOptions options = {})
        : server({ authority.issue(), {}, fault }, std::move(script))
        , transport(std::in_place, std::move(options))
        , endpoint(std::make_shared<Endpoint>(Endpoint { server.url(), authority.pem() }))
    { }

    Result<Response> get(const std::string& target) { return ask(request(target)); }

    Result<Response> ask(Request request)
    {
        return exchange(*transport, endpoint, std::move(request), {});
    }

    static Request request(std::string target, Method method = Method::Get, std::string body = {})
    {
        Request out;
        out.method = method;
        out.target = std::move(target);
        out.body = std::move(body);
        out.deadlines.connect = Milliseconds(60'000); // a busy machine is no failure
        return out;
    }

    test::TlsAuthority authority;
    test::TlsServer server;
    std::optional<CurlTransport> transport;
    std::shared_ptr<Endpoint> endpoint;
};

/// "ok", for requests whose answer does not matter.
inline void answerOk(test::TlsConnection& connection, const test::ReceivedRequest&)
{
    connection.respond(200, "ok");
}

inline void hang(test::TlsConnection& connection, const test::ReceivedRequest&)
{
    connection.hang();
}

/// "code id (in doubt|not sent)", or the status of an answer.
inline std::string verdict(const Result<Response>& result)
{
    if (result) {
        return std::to_string(result->status);
    }
    const Error& error = result.error();
    return std::string(name(error.code)) + " " + error.message.id
        + (mayHaveArrived(error) ? " (in doubt)" : " (not sent)");
}

} // namespace isthmus::http
