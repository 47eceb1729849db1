// SPDX-License-Identifier: GPL-3.0-or-later
// Where reflectors run: tasks one after another, so that what they touch needs no lock.
#pragma once

#include "core/base/clock.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace isthmus::watch {

/// Tasks never overlap and those posted keep their order. Thread-safe.
class Executor
{
public:
    virtual ~Executor() = default;
    virtual void post(std::function<void()> task) = 0;
    /// Not before `at`; there is no way to take it back, so tasks look whether they are still
    /// wanted.
    virtual void postAt(SteadyTime at, std::function<void()> task) = 0;
    [[nodiscard]] virtual const Clock& clock() const = 0;
};

/// One thread of its own; one for each cluster is enough, as nothing waits on it.
class ThreadExecutor final : public Executor
{
public:
    explicit ThreadExecutor(const Clock& clock);
    /// Ends after the running task; the others are dropped. Never call it from a task.
    ~ThreadExecutor() override;
    ThreadExecutor(const ThreadExecutor&) = delete;
    ThreadExecutor& operator=(const ThreadExecutor&) = delete;

    void post(std::function<void()> task) override;
    void postAt(SteadyTime at, std::function<void()> task) override;

    [[nodiscard]] const Clock& clock() const override { return m_clock; }

private:
    void run();
    /// The next task that is due, or nothing after waiting for one; holds the lock on entry and
    /// return.
    std::function<void()> next(std::unique_lock<std::mutex>& lock);

    const Clock& m_clock;
    std::mutex m_mutex; ///< guards what follows
    std::condition_variable m_changed;
    std::deque<std::function<void()>> m_ready;
    std::multimap<SteadyTime, std::function<void()>> m_later;
    bool m_ending = false;
    std::thread m_thread;
};

} // namespace isthmus::watch
