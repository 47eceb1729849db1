// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/watch/executor.h"
#include "tests/support/test.h"

#include <future>

using namespace isthmus;

class TestExecutor : public test::TestBase
{
    Q_OBJECT

private slots:

    void runsTasksInTheirOrderOnOneThread()
    {
        const SystemClock clock;
        watch::ThreadExecutor executor(clock);
        std::string seen;
        std::promise<void> done;
        for (const char c : { 'a', 'b', 'c' }) {
            executor.post([&seen, c] { seen += c; });
        }
        executor.post([&done] { done.set_value(); });
        done.get_future().wait();
        COMPARE_TEXT(seen, "abc");
    }

    void runsTimersInTheOrderOfTheirTime()
    {
        const SystemClock clock;
        watch::ThreadExecutor executor(clock);
        std::string seen;
        std::promise<void> done;
        const SteadyTime now = clock.steady();
        executor.postAt(now + Milliseconds(30), [&] { seen += 'b', done.set_value(); });
        executor.postAt(now + Milliseconds(10), [&] { seen += 'a'; });
        done.get_future().wait();
        COMPARE_TEXT(seen, "ab");
        QVERIFY(clock.steady() >= now + Milliseconds(30));
    }

    void dropsWhatIsLeftAtItsEnd()
    {
        const SystemClock clock;
        bool ran = false;
        {
            watch::ThreadExecutor executor(clock);
            executor.postAt(clock.steady() + std::chrono::hours(1), [&ran] { ran = true; });
        }
        QVERIFY(!ran);
    }
};

ISTHMUS_TEST_MAIN(TestExecutor)
#include "tst_executor.moc"
