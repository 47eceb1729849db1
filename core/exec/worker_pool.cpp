// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exec/worker_pool.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace isthmus::exec {

WorkerPool::WorkerPool(std::size_t workers)
{
    const std::size_t count = std::max<std::size_t>(1, workers);
    m_workers.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        m_workers.emplace_back([this] { work(); });
    }
}

WorkerPool::~WorkerPool()
{
    m_stop.request_stop();
    {
        const MutexLock lock(m_mutex);
        m_ending = true;
    }
    m_changed.notify_all();
    m_workers.clear();
}

void WorkerPool::submit(Task task)
{
    {
        const MutexLock lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    m_changed.notify_one();
}

void WorkerPool::work()
{
    // Signals are for the main thread, which knows what an interrupt means.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    for (;;) {
        Task task;
        {
            const MutexLock lock(m_mutex);
            while (!m_ending && m_tasks.empty()) {
                m_changed.wait(m_mutex);
            }
            if (m_tasks.empty()) {
                return;
            }
            task = std::move(m_tasks.front());
            m_tasks.pop_front();
        }
        task(m_stop.get_token());
    }
}

} // namespace isthmus::exec
