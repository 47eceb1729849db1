// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/watch/reflector.h"

#include "core/kube/event.h"

#include <mutex>
#include <utility>
#include <vector>

namespace isthmus::watch {

namespace {

constexpr std::size_t mostLines = 100'000;
constexpr std::size_t mostBytes = std::size_t { 64 } << 20;
constexpr std::size_t mostPageBytes = std::size_t { 256 } << 20;

Error overflow()
{
    return { .code = ErrorCode::Internal, .message = msg("watch.overflow"), .retry = Retry::After };
}

} // namespace

/// What one request brings. The net thread fills it, the executor takes from it.
struct Reflector::Inflow
{
    using Link = std::stop_callback<std::function<void()>>;

    Inflow(bool list, SteadyTime now, const std::stop_token& outer)
        : isList(list)
        , openedAt(now)
        , link(outer, [this] { stop.request_stop(); })
    { }

    /// Net thread. False ends the request.
    bool take(std::string_view bytes)
    {
        if (isList) {
            overflowed = body.size() + bytes.size() > mostPageBytes;
            if (!overflowed) {
                body += bytes;
            }
            return !overflowed;
        }
        const std::lock_guard lock(mutex);
        const bool goOn = splitter.feed(bytes, [this](std::string_view line) {
            lines.emplace_back(line);
            lineBytes += line.size();
            return lines.size() <= mostLines && lineBytes <= mostBytes;
        });
        overflowed = !goOn;
        return goOn;
    }

    /// Executor.
    std::vector<std::string> takeLines()
    {
        const std::lock_guard lock(mutex);
        lineBytes = 0;
        drainPosted = false;
        return std::exchange(lines, {});
    }

    /// Net thread: whether a task has to be posted for the lines that are there.
    bool wantsDrain()
    {
        const std::lock_guard lock(mutex);
        return !isList && !lines.empty() && !std::exchange(drainPosted, true);
    }

    const bool isList;
    const SteadyTime openedAt;
    std::stop_source stop;
    Link link;
    std::string body; ///< net thread until the end, then the executor
    bool overflowed = false; ///< likewise
    std::mutex mutex; ///< guards what follows
    kube::LineSplitter splitter;
    std::vector<std::string> lines;
    std::size_t lineBytes = 0;
    bool drainPosted = false;
    // Executor only.
    std::optional<Error> error; ///< what a line said or lacked
    bool woken = false;
};

Reflector::Reflector(Options options)
    : m_options(std::move(options))
    , m_watcher(m_options.random)
{ }

Reflector::~Reflector()
{
    m_stop.request_stop();
}

void Reflector::start()
{
    post([](Reflector& self) { self.perform(self.m_watcher.begin()); });
}

void Reflector::stop()
{
    m_stop.request_stop();
}

void Reflector::wake()
{
    post([](Reflector& self) {
        if (self.m_waiting) {
            const Action action = *std::exchange(self.m_waiting, {});
            self.request(action);
        } else if (self.m_inflow && !self.m_inflow->isList) {
            // The stream may be a dead one that nobody has noticed yet.
            self.m_inflow->woken = true;
            self.m_inflow->stop.request_stop();
        }
    });
}

void Reflector::post(std::function<void(Reflector&)> task, std::optional<SteadyTime> at)
{
    auto guarded = [weak = weak_from_this(), task = std::move(task)] {
        if (const auto self = weak.lock(); self && !self->m_stop.stop_requested()) {
            task(*self);
        }
    };
    if (at) {
        m_options.executor.postAt(*at, std::move(guarded));
    } else {
        m_options.executor.post(std::move(guarded));
    }
}

void Reflector::perform(Action action)
{
    ++m_turn;
    report();
    if (action.delay <= Milliseconds { 0 }) {
        request(action);
        return;
    }
    const SteadyTime at = m_options.executor.clock().steady() + action.delay;
    m_waiting = std::move(action);
    post(
        [turn = m_turn](Reflector& self) {
            if (turn == self.m_turn && self.m_waiting) {
                const Action due = *std::exchange(self.m_waiting, {});
                self.request(due);
            }
        },
        at);
}

void Reflector::request(const Action& action)
{
    const bool isList = action.kind == Action::Kind::List;
    m_inflow =
        std::make_shared<Inflow>(isList, m_options.executor.clock().steady(), m_stop.get_token());
    const std::shared_ptr<Inflow> inflow = m_inflow;
    if (isList) {
        if (action.continueToken.empty()) {
            beginList();
        }
        m_options.client.fetch(m_options.collection,
                               { .limit = action.limit, .continueToken = action.continueToken },
                               handlerFor(inflow),
                               inflow->stop.get_token());
    } else {
        m_options.client.watch(
            m_options.collection,
            { .resourceVersion = action.resourceVersion, .seconds = action.seconds },
            handlerFor(inflow),
            inflow->stop.get_token());
    }
}

api::StreamHandler Reflector::handlerFor(const std::shared_ptr<Inflow>& inflow)
{
    const auto whilePresent = [inflow](auto task) {
        return [inflow, task = std::move(task)](Reflector& self) mutable {
            if (self.m_inflow == inflow) {
                task(self, *inflow);
            }
        };
    };
    const std::weak_ptr<Reflector> weak = weak_from_this();
    api::StreamHandler handler;
    handler.onBytes = [weak, inflow, whilePresent](std::string_view bytes) {
        const bool goOn = inflow->take(bytes);
        if (const auto self = weak.lock(); self && inflow->wantsDrain()) {
            self->post(whilePresent([](Reflector& reflector, Inflow& flow) {
                reflector.drain(flow);
                reflector.report();
            }));
        }
        return goOn;
    };
    if (!inflow->isList) {
        handler.onOpen = [weak, whilePresent] {
            if (const auto self = weak.lock()) {
                self->post(whilePresent([](Reflector& reflector, Inflow&) { reflector.opened(); }));
            }
        };
    }
    handler.onEnd = [weak, whilePresent](api::StreamEnd end) {
        if (const auto self = weak.lock()) {
            self->post(whilePresent([end = std::move(end)](Reflector& reflector, Inflow& flow) {
                reflector.finished(flow, end);
            }));
        }
    };
    return handler;
}

/// A watch may stay silent for a minute; that it is open again ends what was wrong.
void Reflector::opened()
{
    m_watcher.opened();
    m_status.heardAt = m_options.executor.clock().steady();
    m_status.error.reset();
    report();
}

void Reflector::drain(Inflow& inflow)
{
    for (const std::string& line : inflow.takeLines()) {
        if (inflow.error) {
            return; // nothing after it counts
        }
        auto version = takeLine(line);
        if (!version) {
            inflow.error = std::move(version).error();
            inflow.stop.request_stop();
        } else if (!version->empty()) {
            m_watcher.heard(std::move(*version));
            m_status.heardAt = m_options.executor.clock().steady();
            m_status.error.reset();
        }
    }
    deliver();
}

void Reflector::finished(Inflow& inflow, api::StreamEnd end)
{
    if (!inflow.isList) {
        drain(inflow);
    }
    if (inflow.error) {
        end = { .error = std::move(inflow.error) };
    } else if (inflow.overflowed) {
        end = { .error = overflow() };
    } else if (inflow.woken) {
        end = {};
    }
    const std::shared_ptr<Inflow> keep = std::exchange(m_inflow, {});
    m_status.error = end.error;
    perform(inflow.isList ? pageFinished(inflow, end) : streamFinished(inflow, end));
}

Action Reflector::pageFinished(const Inflow& inflow, const api::StreamEnd& end)
{
    const SteadyTime now = m_options.executor.clock().steady();
    m_status.remaining.reset();
    if (end.error) {
        return m_watcher.listFailed(failureOf(*end.error, end.retryAfter), now);
    }
    auto page = takePage(inflow.body);
    if (!page) {
        m_status.error = page.error();
        return m_watcher.listFailed({ .kind = FailureKind::BadData }, now);
    }
    m_status.heardAt = now;
    m_status.remaining = page->remaining;
    const bool last = page->continueToken.empty();
    Action action = m_watcher.listed(page->resourceVersion, page->continueToken, now);
    if (last) {
        m_status.remaining.reset();
        finishList();
    }
    return action;
}

Action Reflector::streamFinished(const Inflow& inflow, const api::StreamEnd& end)
{
    const SteadyTime now = m_options.executor.clock().steady();
    const auto lasted = inflow.woken
        ? Milliseconds::max()
        : std::chrono::duration_cast<Milliseconds>(now - inflow.openedAt);
    std::optional<Failure> failure;
    if (inflow.overflowed) {
        failure = Failure { .kind = FailureKind::Overflow };
    } else if (end.error) {
        failure = failureOf(*end.error, end.retryAfter);
    }
    return m_watcher.ended(failure, lasted, now);
}

void Reflector::report()
{
    m_status.state = m_watcher.state();
    m_status.synced = m_watcher.isSynced();
    if (m_options.onStatus) {
        m_options.onStatus(m_status);
    }
}

} // namespace isthmus::watch
