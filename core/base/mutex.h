// SPDX-License-Identifier: GPL-3.0-or-later
// std::mutex with annotations, so that clang's -Wthread-safety proves which data a lock guards.
#pragma once

#include <mutex>

#if defined(__clang__)
#define ISTHMUS_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define ISTHMUS_THREAD_ANNOTATION(x)
#endif

#define ISTHMUS_GUARDED_BY(mutex) ISTHMUS_THREAD_ANNOTATION(guarded_by(mutex))
#define ISTHMUS_REQUIRES(mutex) ISTHMUS_THREAD_ANNOTATION(requires_capability(mutex))

namespace isthmus {

class ISTHMUS_THREAD_ANNOTATION(capability("mutex")) Mutex
{
public:
    void lock() ISTHMUS_THREAD_ANNOTATION(acquire_capability()) { m_mutex.lock(); }

    void unlock() ISTHMUS_THREAD_ANNOTATION(release_capability()) { m_mutex.unlock(); }

private:
    std::mutex m_mutex;
};

class ISTHMUS_THREAD_ANNOTATION(scoped_lockable) MutexLock
{
public:
    explicit MutexLock(Mutex& mutex) ISTHMUS_THREAD_ANNOTATION(acquire_capability(mutex))
        : m_mutex(mutex)
    {
        m_mutex.lock();
    }

    ~MutexLock() ISTHMUS_THREAD_ANNOTATION(release_capability()) { m_mutex.unlock(); }

    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

private:
    Mutex& m_mutex;
};

} // namespace isthmus
