// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/retry.h"
#include "tests/support/fake_transport.h"
#include "tests/support/test.h"

using namespace isthmus;
using api::JobKind;

namespace {

Result<http::Response> answer(int status, http::Headers headers = {}, std::string body = {})
{
    return http::Response { .status = status,
                            .headers = std::move(headers),
                            .body = std::move(body) };
}

Result<http::Response> failure(ErrorCode code)
{
    return Error { .code = code, .message = msg("test.failure") };
}

long long delay(JobKind kind, int tries, const Result<http::Response>& outcome)
{
    const auto wait = api::retryDelay(kind, tries, outcome, 0.5);
    return wait ? wait->count() : -1;
}

} // namespace

class TestRetry : public test::TestBase
{
    Q_OBJECT

private slots:

    void sendsReadsAgainAfterBrokenConnectionsAndServerTrouble()
    {
        QCOMPARE(delay(JobKind::Read, 1, failure(ErrorCode::Unreachable)), 250);
        QCOMPARE(delay(JobKind::Read, 2, failure(ErrorCode::Timeout)), 500);
        QCOMPARE(delay(JobKind::Read, 3, answer(503)), 1'000);
        QCOMPARE(delay(JobKind::Read, 4, answer(503)), -1);
        QCOMPARE(delay(JobKind::Read, 1, failure(ErrorCode::Tls)), -1);
        QCOMPARE(delay(JobKind::Read, 1, failure(ErrorCode::Cancelled)), -1);
        QCOMPARE(delay(JobKind::Read, 1, answer(404)), -1);
    }

    void neverSendsAWriteAgainWhoseFateIsUnknown()
    {
        for (const JobKind kind : { JobKind::Write, JobKind::WriteOfNewKind }) {
            QCOMPARE(delay(kind, 1, failure(ErrorCode::Unreachable)), -1);
            QCOMPARE(delay(kind, 1, answer(500)), -1);
            QCOMPARE(delay(kind, 1, answer(503, { { "Retry-After", "1" } })), -1);
            QCOMPARE(delay(kind, 1, answer(429, { { "Retry-After", "1" } })), 1'000);
        }
    }

    void takesTheAnswerOfWhatIsProxiedAsItIs()
    {
        QCOMPARE(delay(JobKind::Proxied, 1, answer(503)), -1);
        QCOMPARE(delay(JobKind::Proxied, 1, failure(ErrorCode::Unreachable)), 250);
        QCOMPARE(delay(JobKind::Proxied, 1, answer(429)), 250);
    }

    void waitsAsLongAsTheServerAsksButNotMoreThanAMinute()
    {
        QCOMPARE(delay(JobKind::Read, 1, answer(429, { { "Retry-After", "7" } })), 7'000);
        QCOMPARE(delay(JobKind::Read, 1, answer(429, { { "Retry-After", "600" } })), 60'000);
    }

    void waitsForAKindWhoseDefinitionIsYoung()
    {
        const auto unserved =
            answer(404, { { "Content-Type", "text/plain" } }, "404 page not found");
        QCOMPARE(delay(JobKind::WriteOfNewKind, 1, unserved), 100);
        QCOMPARE(delay(JobKind::WriteOfNewKind, 4, unserved), 800);
        QCOMPARE(delay(JobKind::WriteOfNewKind, 8, unserved), 2'000);
        QCOMPARE(delay(JobKind::WriteOfNewKind, 9, unserved), -1);
        QCOMPARE(delay(JobKind::Write, 1, unserved), -1);
        QCOMPARE(delay(JobKind::Read, 1, unserved), -1);
    }

    void grantsTenRetriesAtOnceAndThenFiveASecond()
    {
        api::RetryBudget budget;
        const SteadyTime start { std::chrono::hours(1) };
        for (int i = 0; i < 10; ++i) {
            QCOMPARE(budget.reserve(start), start);
        }
        QCOMPARE(budget.reserve(start), start + Milliseconds(200));
        QCOMPARE(budget.reserve(start), start + Milliseconds(400));
        const SteadyTime later = start + std::chrono::seconds(60);
        for (int i = 0; i < 10; ++i) {
            QCOMPARE(budget.reserve(later), later);
        }
        QVERIFY(budget.reserve(later) > later);
    }
};

ISTHMUS_TEST_MAIN(TestRetry)
#include "tst_retry.moc"
