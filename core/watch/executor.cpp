// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/watch/executor.h"

namespace isthmus::watch {

ThreadExecutor::ThreadExecutor(const Clock& clock)
    : m_clock(clock)
    , m_thread([this] { run(); })
{ }

ThreadExecutor::~ThreadExecutor()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        m_changed.notify_all();
    }
    m_thread.join();
}

void ThreadExecutor::post(std::function<void()> task)
{
    const std::lock_guard lock(m_mutex);
    m_ready.push_back(std::move(task));
    m_changed.notify_all();
}

void ThreadExecutor::postAt(SteadyTime at, std::function<void()> task)
{
    const std::lock_guard lock(m_mutex);
    m_later.emplace(at, std::move(task));
    m_changed.notify_all();
}

std::function<void()> ThreadExecutor::next(std::unique_lock<std::mutex>& lock)
{
    const SteadyTime now = m_clock.steady();
    while (!m_later.empty() && m_later.begin()->first <= now) {
        m_ready.push_back(std::move(m_later.begin()->second));
        m_later.erase(m_later.begin());
    }
    if (!m_ready.empty()) {
        std::function<void()> task = std::move(m_ready.front());
        m_ready.pop_front();
        return task;
    }
    if (m_later.empty()) {
        m_changed.wait(lock);
    } else {
        m_changed.wait_for(lock, m_later.begin()->first - now);
    }
    return {};
}

void ThreadExecutor::run()
{
    std::unique_lock lock(m_mutex);
    while (!m_ending) {
        if (const std::function<void()> task = next(lock)) {
            lock.unlock();
            task();
            lock.lock();
        }
    }
}

} // namespace isthmus::watch
