// SPDX-License-Identifier: GPL-3.0-or-later
// A fixed number of threads for what takes time: decoding, snapshots, plan steps. Owned by the
// composition.
#pragma once

#include "core/base/mutex.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

namespace isthmus::exec {

class WorkerPool
{
public:
    /// Gets a token that is stopped when the pool ends. Must not throw.
    using Task = std::function<void(std::stop_token)>;

    explicit WorkerPool(std::size_t workers);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    /// Requests stop and joins. Nothing is dropped: tasks not yet begun run, too, with stop
    /// requested, so that whoever waits for them hears of it; so do tasks submitted by those. Not
    /// on a worker.
    ~WorkerPool();

    /// Any thread, workers included; returns at once. Tasks begin in the order submitted.
    void submit(Task task);

private:
    void work();

    std::stop_source m_stop;
    Mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Task> m_tasks ISTHMUS_GUARDED_BY(m_mutex);
    bool m_ending ISTHMUS_GUARDED_BY(m_mutex) = false;
    std::vector<std::jthread> m_workers; ///< last: joined before any of the above goes
};

} // namespace isthmus::exec
