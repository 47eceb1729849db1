// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/transport.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace isthmus::http {

bool mayHaveArrived(const Error& error)
{
    if (error.cause) {
        return mayHaveArrived(*error.cause);
    }
    return error.retry != Retry::Now && error.code != ErrorCode::Tls
        && error.message.id != "http.request.invalid"
        && error.message.id != "http.endpoint.invalid";
}

namespace {

/// Where the net thread leaves the answer for the thread that waits for it.
class Slot
{
public:
    void put(Result<Response> answer)
    {
        const std::scoped_lock lock(m_mutex);
        m_answer.emplace(std::move(answer));
        m_filled.notify_one();
    }

    Result<Response> take()
    {
        std::unique_lock lock(m_mutex);
        m_filled.wait(lock, [this] { return m_answer.has_value(); });
        return std::move(*m_answer);
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_filled;
    std::optional<Result<Response>> m_answer;
};

} // namespace

Result<Response> exchange(Transport& transport,
                          std::shared_ptr<const Endpoint> endpoint,
                          Request request,
                          std::stop_token stop)
{
    // Shared: the net thread may still be inside put() when this thread has the answer and returns.
    const auto slot = std::make_shared<Slot>();
    Handler handler;
    handler.onDone = [slot](Result<Response> answer) { slot->put(std::move(answer)); };
    transport.send(std::move(endpoint), std::move(request), std::move(handler), std::move(stop));
    return slot->take();
}

} // namespace isthmus::http
