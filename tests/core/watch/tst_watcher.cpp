// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/watch/watcher.h"
#include "tests/support/test.h"

using namespace isthmus;
using watch::Failure;
using watch::FailureKind;
using watch::Watcher;
using watch::WatchState;

namespace {

const SteadyTime start { std::chrono::hours(1) };

double half()
{
    return 0.5;
}

/// "list limit 500 after 0" or "watch 7 for 265 after 100", and the state.
std::string dump(const watch::Action& action, const Watcher& watcher)
{
    std::string out = action.kind == watch::Action::Kind::List
        ? "list limit " + std::to_string(action.limit)
            + (action.continueToken.empty() ? "" : " from " + action.continueToken)
        : "watch " + action.resourceVersion + " for " + std::to_string(action.seconds);
    return out + " after " + std::to_string(action.delay.count()) + ", "
        + std::string(name(watcher.state()));
}

/// A watcher on its first stream, from version 5.
Watcher watching()
{
    Watcher watcher(half);
    (void)watcher.begin();
    (void)watcher.listed("5", "", start);
    return watcher;
}

} // namespace

class TestWatcher : public test::TestBase
{
    Q_OBJECT

private slots:

    void listsPageByPageAndThenWatches()
    {
        Watcher watcher(half);
        QCOMPARE(watcher.state(), WatchState::Idle);
        COMPARE_TEXT(dump(watcher.begin(), watcher), "list limit 500 after 0, listing");
        COMPARE_TEXT(dump(watcher.listed("5", "t", start), watcher),
                     "list limit 500 from t after 0, listing");
        QVERIFY(!watcher.isSynced());
        COMPARE_TEXT(dump(watcher.listed("6", "", start), watcher),
                     "watch 6 for 265 after 0, watching");
        QVERIFY(watcher.isSynced());
    }

    void listsInOnePieceWhereTheTokenExpired()
    {
        Watcher watcher(half);
        (void)watcher.begin();
        (void)watcher.listed("5", "t", start);
        COMPARE_TEXT(dump(watcher.listFailed({ .kind = FailureKind::Expired }, start), watcher),
                     "list limit 0 after 0, listing");
        (void)watcher.listed("6", "", start);
        // Only that list: the next one is paged again.
        COMPARE_TEXT(dump(watcher.ended(
                              Failure { .kind = FailureKind::Expired }, Milliseconds(5'000), start),
                          watcher),
                     "list limit 500 after 0, listing");
    }

    void goesOnAtTheLastVersionHeard()
    {
        Watcher watcher = watching();
        watcher.heard("9");
        COMPARE_TEXT(dump(watcher.ended({}, Milliseconds(290'000), start), watcher),
                     "watch 9 for 265 after 100, watching");
    }

    void followsTheTableOfFailures_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("retryAfter");
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        const auto row = [](const char* title,
                            FailureKind kind,
                            int retryAfter,
                            const char* first,
                            const char* second) {
            QTest::newRow(title) << static_cast<int>(kind) << retryAfter << first << second;
        };
        row("trouble",
            FailureKind::Trouble,
            -1,
            "watch 5 for 265 after 400, backoff",
            "watch 5 for 265 after 800, backoff");
        row("expired",
            FailureKind::Expired,
            -1,
            "list limit 500 after 0, listing",
            "list limit 500 after 400, backoff");
        row("ahead",
            FailureKind::Ahead,
            -1,
            "list limit 500 after 1000, backoff",
            "list limit 500 after 1000, backoff");
        row("ahead, told when",
            FailureKind::Ahead,
            3'000,
            "list limit 500 after 3000, backoff",
            "list limit 500 after 3000, backoff");
        row("unauthorized",
            FailureKind::Unauthorized,
            -1,
            "watch 5 for 265 after 0, backoff",
            "watch 5 for 265 after 400, backoff");
        row("forbidden",
            FailureKind::Forbidden,
            -1,
            "watch 5 for 265 after 60000, denied",
            "watch 5 for 265 after 300000, denied");
        row("not served",
            FailureKind::NotServed,
            -1,
            "list limit 500 after 300000, unsupported",
            "list limit 500 after 300000, unsupported");
        row("throttled",
            FailureKind::Throttled,
            7'000,
            "watch 5 for 265 after 7000, backoff",
            "watch 5 for 265 after 7000, backoff");
        row("throttled, not told",
            FailureKind::Throttled,
            -1,
            "watch 5 for 265 after 400, backoff",
            "watch 5 for 265 after 800, backoff");
        row("untrusted",
            FailureKind::Untrusted,
            -1,
            "watch 5 for 265 after 60000, backoff",
            "watch 5 for 265 after 60000, backoff");
        row("bad data",
            FailureKind::BadData,
            -1,
            "list limit 500 after 400, backoff",
            "list limit 500 after 800, backoff");
        row("overflow",
            FailureKind::Overflow,
            -1,
            "list limit 500 after 1000, backoff",
            "list limit 500 after 1000, backoff");
    }

    void followsTheTableOfFailures()
    {
        QFETCH(int, kind);
        QFETCH(int, retryAfter);
        QFETCH(QString, first);
        QFETCH(QString, second);
        Failure failure { .kind = static_cast<FailureKind>(kind) };
        if (retryAfter >= 0) {
            failure.retryAfter = Milliseconds(retryAfter);
        }
        Watcher watcher = watching();
        COMPARE_TEXT(dump(watcher.ended(failure, Milliseconds(5'000), start), watcher),
                     first.toStdString());
        COMPARE_TEXT(dump(watcher.ended(failure, Milliseconds(5'000), start), watcher),
                     second.toStdString());
    }

    void doublesTheBackoffUpToHalfAMinute()
    {
        Watcher watcher = watching();
        watch::Action action;
        for (int i = 0; i < 20; ++i) {
            action = watcher.ended(Failure {}, Milliseconds(0), start);
        }
        QCOMPARE(action.delay.count(), 15'000);
    }

    void forgetsTheBackoffAfterTwoGoodMinutes()
    {
        Watcher watcher = watching();
        (void)watcher.ended(Failure {}, Milliseconds(0), start);
        (void)watcher.ended(Failure {}, Milliseconds(0), start);
        const auto later = start + std::chrono::seconds(121);
        QCOMPARE(watcher.ended(Failure {}, Milliseconds(0), later).delay.count(), 400);
        QCOMPARE(watcher.ended(Failure {}, Milliseconds(120'000), later).delay.count(), 400);
    }

    void listsAgainAfterThreeStreamsThatSaidNothing()
    {
        Watcher watcher = watching();
        COMPARE_TEXT(dump(watcher.ended({}, Milliseconds(10), start), watcher),
                     "watch 5 for 265 after 400, backoff");
        COMPARE_TEXT(dump(watcher.ended({}, Milliseconds(10), start), watcher),
                     "watch 5 for 265 after 800, backoff");
        COMPARE_TEXT(dump(watcher.ended({}, Milliseconds(10), start), watcher),
                     "list limit 500 after 1600, backoff");
    }

    void doesNotMindAShortStreamThatSaidSomething()
    {
        Watcher watcher = watching();
        for (int i = 0; i < 5; ++i) {
            watcher.heard("6");
            COMPARE_TEXT(dump(watcher.ended({}, Milliseconds(10), start), watcher),
                         "watch 6 for 265 after 100, watching");
        }
    }

    void listsOnceAnHourToHealWhatWasMissed()
    {
        Watcher watcher = watching();
        const auto later = start + std::chrono::minutes(60);
        COMPARE_TEXT(dump(watcher.ended({}, Milliseconds(290'000), later), watcher),
                     "list limit 500 after 100, listing");
        QVERIFY(watcher.isSynced()); // the copy is still there
    }

    void beginsDenialsAnewOnceHeard()
    {
        Watcher watcher = watching();
        (void)watcher.ended(Failure { .kind = FailureKind::Forbidden }, Milliseconds(0), start);
        watcher.heard("6");
        QCOMPARE(watcher.ended(Failure { .kind = FailureKind::Forbidden }, Milliseconds(0), start)
                     .delay.count(),
                 60'000);
    }

    void readsTheKindOfFailureOutOfAnError_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("kind");
        const auto row = [](const char* title, ErrorCode code, FailureKind kind) {
            QTest::newRow(title) << static_cast<int>(code) << static_cast<int>(kind);
        };
        row("gone", ErrorCode::Gone, FailureKind::Expired);
        row("tls", ErrorCode::Tls, FailureKind::Untrusted);
        row("login", ErrorCode::Unauthorized, FailureKind::Unauthorized);
        row("plugin", ErrorCode::Refused, FailureKind::Unauthorized);
        row("right", ErrorCode::Forbidden, FailureKind::Forbidden);
        row("kind", ErrorCode::NotFound, FailureKind::NotServed);
        row("busy", ErrorCode::Throttled, FailureKind::Throttled);
        row("silence", ErrorCode::Timeout, FailureKind::Trouble);
        row("away", ErrorCode::Unreachable, FailureKind::Trouble);
        row("server", ErrorCode::Internal, FailureKind::Trouble);
        row("nonsense", ErrorCode::Invalid, FailureKind::BadData);
    }

    void readsTheKindOfFailureOutOfAnError()
    {
        QFETCH(int, code);
        QFETCH(int, kind);
        const Failure failure = watch::failureOf(
            { .code = static_cast<ErrorCode>(code), .message = msg("test.x") }, Milliseconds(5));
        QCOMPARE(static_cast<int>(failure.kind), kind);
        QCOMPARE(failure.retryAfter->count(), 5);
    }
};

ISTHMUS_TEST_MAIN(TestWatcher)
#include "tst_watcher.moc"
