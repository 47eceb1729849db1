// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/deadline.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::http;

namespace {

constexpr SteadyTime start {};

SteadyTime at(long ms)
{
    return start + Milliseconds(ms);
}

std::string dump(const std::optional<Due>& due)
{
    if (!due) {
        return "never";
    }
    constexpr const char* names[] = { "queue", "connect", "first byte", "total", "silence" };
    return std::string(names[static_cast<int>(due->phase)]) + " at "
        + std::to_string(std::chrono::duration_cast<Milliseconds>(due->at - start).count());
}

Deadlines of(long connect, long firstByte, long total, long silence)
{
    return {
        Milliseconds(connect), Milliseconds(firstByte), Milliseconds(total), Milliseconds(silence)
    };
}

} // namespace

class TestDeadline : public test::TestBase
{
    Q_OBJECT

private slots:

    void takesForEverWithoutLimits()
    {
        const Deadlines none = of(0, 0, 0, 0);
        COMPARE_TEXT(dump(nextDue(none, { at(0) })), "never");
        COMPARE_TEXT(dump(nextDue(none, { at(0), at(1), true, at(2) })), "never");
    }

    void boundsTheWaitForAConnection()
    {
        COMPARE_TEXT(dump(nextDue(of(5, 30, 60, 9), { at(100) })), "queue at 130");
        COMPARE_TEXT(dump(nextDue(of(5, 30, 20, 9), { at(100) })), "queue at 120");
        COMPARE_TEXT(dump(nextDue(of(5, 0, 0, 9), { at(100) })), "never");
    }

    void countsConnectingFromTheStartAndTheAnswerFromTheSending()
    {
        COMPARE_TEXT(dump(nextDue(of(5, 30, 0, 9), { at(100), at(110) })), "connect at 115");
        COMPARE_TEXT(dump(nextDue(of(50, 30, 0, 9), { at(100), at(110) })), "first byte at 130");
        COMPARE_TEXT(dump(nextDue(of(5, 30, 0, 9), { at(100), at(110), true })),
                     "first byte at 130");
    }

    void watchesSilenceOnceTheAnswerHasBegun()
    {
        COMPARE_TEXT(dump(nextDue(of(5, 30, 0, 9), { at(0), at(1), true, at(500) })),
                     "silence at 509");
        COMPARE_TEXT(dump(nextDue(of(5, 30, 505, 9), { at(0), at(1), true, at(500) })),
                     "total at 505");
        COMPARE_TEXT(dump(nextDue(of(5, 30, 0, 0), { at(0), at(1), true, at(500) })), "never");
    }

    void survivesTheLongestDurations()
    {
        Deadlines longest;
        longest.connect = longest.firstByte = Milliseconds::max();
        QVERIFY(nextDue(longest, { std::chrono::steady_clock::now() })->at
                > std::chrono::steady_clock::now());
    }
};

ISTHMUS_TEST_MAIN(TestDeadline)
#include "tst_deadline.moc"
