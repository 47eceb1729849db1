// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exec/worker_pool.h"
#include "tests/support/test.h"

#include <atomic>
#include <future>
#include <latch>
#include <set>
#include <string>

using namespace isthmus;
using exec::WorkerPool;

class TestWorkerPool : public test::TestBase
{
    Q_OBJECT

private slots:

    void runsTasksOnAsManyThreadsAsAskedFor()
    {
        std::latch together(3);
        std::mutex mutex;
        std::set<std::thread::id> threads;
        {
            WorkerPool pool(3);
            for (int i = 0; i < 3; ++i) {
                pool.submit([&](const std::stop_token&) {
                    together.arrive_and_wait(); // only three threads at once get past here
                    const std::scoped_lock lock(mutex);
                    threads.insert(std::this_thread::get_id());
                });
            }
            together.wait();
        }
        QCOMPARE(threads.size(), std::size_t { 3 });
    }

    void beginsTasksInTheOrderSubmitted()
    {
        std::string order;
        {
            WorkerPool pool(1);
            for (const char letter : { 'a', 'b', 'c', 'd' }) {
                pool.submit([&order, letter](const std::stop_token&) { order += letter; });
            }
        }
        COMPARE_TEXT(order, "abcd");
    }

    void tellsRunningTasksToStop()
    {
        std::promise<void> running;
        bool stopped = false;
        {
            WorkerPool pool(1);
            pool.submit([&](const std::stop_token& stop) {
                std::mutex mutex;
                std::condition_variable_any changed;
                std::unique_lock lock(mutex);
                running.set_value();
                changed.wait(lock, stop, [] { return false; });
                stopped = stop.stop_requested();
            });
            running.get_future().wait();
        }
        QVERIFY(stopped);
    }

    void dropsNothingWhenItEnds()
    {
        std::atomic<int> heard = 0;
        const auto hear = [&heard](const std::stop_token& stop) {
            heard += stop.stop_requested() ? 1 : 0;
        };
        {
            WorkerPool pool(1);
            // Holds the only worker until the pool ends, so that all others are still queued then.
            pool.submit([&pool, &hear](const std::stop_token& stop) {
                std::mutex mutex;
                std::condition_variable_any changed;
                std::unique_lock lock(mutex);
                changed.wait(lock, stop, [] { return false; });
                hear(stop);
                pool.submit(hear);
            });
            for (int i = 0; i < 10; ++i) {
                pool.submit(hear);
            }
        }
        QCOMPARE(heard.load(), 12);
    }
};

ISTHMUS_TEST_MAIN(TestWorkerPool)
#include "tst_worker_pool.moc"
