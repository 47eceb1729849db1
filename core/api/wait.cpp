// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/wait.h"

#include "core/api/answer.h"
#include "core/kube/event.h"
#include "core/kube/readiness.h"
#include "core/kube/requests.h"

#include <algorithm>
#include <condition_variable>

namespace isthmus::api {

namespace {

constexpr int watchSeconds = 290;
/// A stream that ended sooner than this gives no new information: the next one waits a little.
constexpr std::chrono::seconds shortStream { 1 };
constexpr Milliseconds longestPause { 5'000 };

/// What the net thread hands to the waiting one.
class Events
{
public:
    bool put(std::string_view line)
    {
        auto event = kube::parseEvent(line);
        if (!event) {
            return event.error().code == ErrorCode::NotFound; // of a type that we may pass over
        }
        const std::lock_guard lock(m_mutex);
        m_events.push_back(std::move(*event));
        m_filled.notify_one();
        return true;
    }

    void end()
    {
        const std::lock_guard lock(m_mutex);
        m_ended = true;
        m_filled.notify_one();
    }

    /// What has come, after waiting for it until `limit` has passed; `ended` once nothing more
    /// will.
    std::vector<kube::Event> take(Milliseconds limit, bool& ended)
    {
        std::unique_lock lock(m_mutex);
        m_filled.wait_for(lock, limit, [this] { return m_ended || !m_events.empty(); });
        ended = m_ended;
        return std::exchange(m_events, {});
    }

    void awaitEnd()
    {
        std::unique_lock lock(m_mutex);
        m_filled.wait(lock, [this] { return m_ended; });
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_filled;
    std::vector<kube::Event> m_events;
    bool m_ended = false;
};

bool passes(const Error& error)
{
    switch (error.code) {
    case ErrorCode::Unreachable:
    case ErrorCode::Timeout:
    case ErrorCode::Throttled:
    case ErrorCode::Gone:
    case ErrorCode::Internal:
        return true;
    case ErrorCode::NotFound: // the kind is not served yet: its definition is young
        return true;
    default:
        return false;
    }
}

class Wait
{
public:
    Wait(Sender& sender,
         const kube::Resource& resource,
         const kube::ObjectKey& key,
         const std::function<bool(const json::Value&)>& done,
         Milliseconds deadline,
         const std::stop_token& stop)
        : m_sender(sender)
        , m_resource(resource)
        , m_key(key)
        , m_selection { .fieldSelector = "metadata.name=" + key.name }
        , m_done(done)
        , m_until(sender.clock().steady() + deadline)
        , m_stop(stop)
    { }

    Result<json::Value> run()
    {
        for (int failures = 0;; ++failures) {
            const SteadyTime began = m_sender.clock().steady();
            const Result<bool> reached = listAndWatch();
            if (reached && *reached) {
                return std::move(m_object);
            }
            if (m_stop.stop_requested()) {
                return cancelled();
            }
            if (!reached && !passes(reached.error())) {
                return reached.error();
            }
            if (!reached) {
                m_lastError = reached.error();
            }
            if (m_sender.clock().steady() - began > shortStream) {
                failures = 0;
            }
            const SteadyTime next =
                m_sender.clock().steady() + backoff(failures + 1, m_sender.random(), longestPause);
            m_sender.clock().sleepUntil(std::min(next, m_until), m_stop);
            if (m_sender.clock().steady() >= m_until) {
                return timedOut();
            }
        }
    }

private:
    /// Whether the state was reached; false where a stream ended first.
    Result<bool> listAndWatch()
    {
        http::Request request = kube::listRequest(m_resource, m_key.ns, m_selection, 0, {});
        limit(request.deadlines.total);
        const auto list = decoded(m_sender.run({ .request = std::move(request) }, m_stop));
        if (!list) {
            return list.error();
        }
        m_lastError.reset();
        m_object = (*list)["items"][0];
        if (m_object.asObject() != nullptr) {
            m_object.member("apiVersion") = m_resource.apiVersion;
            m_object.member("kind") = m_resource.kind;
        }
        if (m_done(m_object)) {
            return true;
        }
        return watch((*list)["metadata"]["resourceVersion"].string());
    }

    Result<bool> watch(const std::string& resourceVersion)
    {
        http::Request request =
            kube::watchRequest(m_resource, m_key.ns, m_selection, resourceVersion, watchSeconds);
        limit(request.deadlines.total);
        std::stop_source ours;
        const std::stop_callback linked(m_stop, [&ours] { ours.request_stop(); });
        auto events = std::make_shared<Events>();
        auto failure = std::make_shared<std::optional<Error>>();
        m_sender.stream(std::move(request), handlerFor(events, failure), ours.get_token());
        const bool reached = follow(*events);
        ours.request_stop();
        events->awaitEnd();
        if (!reached && *failure && (*failure)->code != ErrorCode::Cancelled) {
            return **failure;
        }
        return reached;
    }

    static StreamHandler handlerFor(const std::shared_ptr<Events>& events,
                                    const std::shared_ptr<std::optional<Error>>& failure)
    {
        auto lines = std::make_shared<kube::LineSplitter>();
        return { .onBytes =
                     [events, lines](std::string_view bytes) {
                         return lines->feed(
                             bytes, [&](std::string_view line) { return events->put(line); });
                     },
                 .onEnd =
                     [events, failure](StreamEnd end) {
                         *failure = std::move(end.error);
                         events->end();
                     } };
    }

    /// Takes events until the state is reached (true), the stream or the time is over (false).
    bool follow(Events& events)
    {
        for (bool ended = false; !ended;) {
            const auto left = std::chrono::ceil<Milliseconds>(m_until - m_sender.clock().steady());
            if (left <= Milliseconds { 0 }) {
                return false;
            }
            for (kube::Event& event : events.take(left, ended)) {
                if (event.type == kube::EventType::Error) {
                    return false;
                }
                if (event.type == kube::EventType::Bookmark) {
                    continue;
                }
                m_object = event.type == kube::EventType::Deleted ? json::Value()
                                                                  : std::move(event.object);
                if (m_done(m_object)) {
                    return true;
                }
            }
        }
        return false;
    }

    void limit(Milliseconds& total) const
    {
        const auto left = std::chrono::ceil<Milliseconds>(m_until - m_sender.clock().steady());
        total = std::clamp(left, Milliseconds { 1 }, total);
    }

    [[nodiscard]] Error timedOut() const
    {
        Error error { .code = ErrorCode::Timeout,
                      .message = msg("api.wait-over"),
                      .remedy = msg("api.wait-over.do"),
                      .retry = Retry::After };
        if (m_lastError) {
            error.detail = isthmus::describe(*m_lastError);
            error.cause = std::make_shared<Error>(*m_lastError);
        } else {
            const Message reason = kube::stateOf(m_object, m_sender.clock().now()).reason;
            error.detail = reason.empty() ? std::string() : isthmus::text(reason);
        }
        return error;
    }

    Sender& m_sender;
    const kube::Resource& m_resource;
    const kube::ObjectKey& m_key;
    kube::Selection m_selection;
    const std::function<bool(const json::Value&)>& m_done;
    SteadyTime m_until;
    const std::stop_token& m_stop;
    json::Value m_object;
    std::optional<Error> m_lastError;
};

} // namespace

Result<json::Value> waitForObject(Sender& sender,
                                  const kube::Resource& resource,
                                  const kube::ObjectKey& key,
                                  const std::function<bool(const json::Value&)>& done,
                                  Milliseconds deadline,
                                  const std::stop_token& stop)
{
    return Wait(sender, resource, key, done, deadline, stop).run();
}

} // namespace isthmus::api
