// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps a Store equal to one collection of one cluster: does what a Watcher says over an
// api::Client. Everything happens on its executor; bytes arrive on the net thread and only queue
// there.
#pragma once

#include "core/api/client.h"
#include "core/watch/executor.h"
#include "core/watch/watcher.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace isthmus::watch {

/// How well the copy stands for the collection.
struct Status
{
    WatchState state = WatchState::Idle;
    bool synced = false; ///< a list has been complete once
    std::optional<Error> error = {}; ///< why it is stale, in Backoff, Denied and Unsupported
    std::optional<SteadyTime> heardAt = {}; ///< last sign of life: an answer, an event, a bookmark
    std::optional<std::int64_t> remaining = {}; ///< while listing: how many more are to come
};

/// What is the same for all kinds. Made by std::make_shared; must outlive nothing but its
/// executor's tasks, which hold no ownership of it.
class Reflector : public std::enable_shared_from_this<Reflector>
{
public:
    struct Options
    {
        api::Client& client;
        Executor& executor;
        api::Collection collection;
        std::function<double()> random; ///< uniform in [0, 1)
        std::function<void(const Status&)> onStatus = {}; ///< on the executor
    };

    explicit Reflector(Options options);
    virtual ~Reflector();
    Reflector(const Reflector&) = delete;
    Reflector& operator=(const Reflector&) = delete;

    /// Any thread, once.
    void start();
    /// Any thread. Ends streams and timers; no callback begins after the executor has taken it in.
    void stop();
    /// Any thread: what it waits for may be over (new credentials, a new CRD, the machine woke up),
    /// so the next try is due now.
    void wake();

protected:
    struct Taken
    {
        std::string resourceVersion;
        std::string continueToken;
        std::optional<std::int64_t> remaining;
    };

    // On the executor.
    virtual void beginList() = 0;
    [[nodiscard]] virtual Result<Taken> takePage(const std::string& body) = 0;
    virtual void finishList() = 0;
    /// Answers the version that the event stands for, empty for one to pass over. Errors: Invalid;
    /// what an ERROR event says.
    [[nodiscard]] virtual Result<std::string> takeLine(const std::string& line) = 0;
    /// Delivers what has changed since the last time.
    virtual void deliver() = 0;

private:
    struct Inflow;

    void perform(Action action);
    void request(const Action& action);
    [[nodiscard]] api::StreamHandler handlerFor(const std::shared_ptr<Inflow>& inflow);
    void opened();
    void drain(Inflow& inflow);
    void finished(Inflow& inflow, api::StreamEnd end);
    [[nodiscard]] Action pageFinished(const Inflow& inflow, const api::StreamEnd& end);
    [[nodiscard]] Action streamFinished(const Inflow& inflow, const api::StreamEnd& end);
    void report();
    /// Posts a task that is dropped where this object is gone or stopped by then.
    void post(std::function<void(Reflector&)> task, std::optional<SteadyTime> at = {});

    Options m_options;
    std::stop_source m_stop;
    // On the executor only.
    Watcher m_watcher;
    Status m_status;
    std::shared_ptr<Inflow> m_inflow; ///< of the present request; none while waiting
    std::optional<Action> m_waiting; ///< what a timer will do
    int m_turn = 0; ///< tells a timer whether it is still meant
};

} // namespace isthmus::watch
