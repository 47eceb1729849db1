// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/ledger.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestLedger : public test::TestBase
{
    Q_OBJECT

private slots:

    void countsWhatChangesTheCluster_data()
    {
        QTest::addColumn<int>("method");
        QTest::addColumn<QString>("target");
        QTest::addColumn<bool>("write");
        const auto row =
            [](const char* title, http::Method method, const char* target, bool write) {
                QTest::newRow(title) << static_cast<int>(method) << target << write;
            };
        row("get", http::Method::Get, "/api/v1/pods", false);
        row("head", http::Method::Head, "/api", false);
        row("apply",
            http::Method::Patch,
            "/api/v1/namespaces/a?fieldManager=isthmus&fieldValidation=Strict",
            true);
        row("dry run",
            http::Method::Patch,
            "/api/v1/namespaces/a?fieldManager=isthmus&dryRun=All",
            false);
        row("delete", http::Method::Delete, "/api/v1/namespaces/a", true);
        row("delete as dry run", http::Method::Delete, "/api/v1/namespaces/a?dryRun=All", false);
        row("a name that says dryRun", http::Method::Delete, "/api/v1/namespaces/dryRun", true);
        row("access review",
            http::Method::Post,
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            false);
        row("token review",
            http::Method::Post,
            "/apis/authentication.k8s.io/v1/tokenreviews",
            false);
        row("token request",
            http::Method::Post,
            "/api/v1/namespaces/n/serviceaccounts/a/token",
            true);
    }

    void countsWhatChangesTheCluster()
    {
        QFETCH(int, method);
        QFETCH(QString, target);
        QFETCH(bool, write);
        QCOMPARE(api::isWrite({ .method = static_cast<http::Method>(method),
                                .target = target.toStdString() }),
                 write);
    }

    void readsDatesOfServers()
    {
        COMPARE_TEXT(formatTime(*api::parseHttpDate("Tue, 15 Nov 1994 08:12:31 GMT")),
                     "1994-11-15T08:12:31.000Z");
        for (const char* bad : { "",
                                 "Tue, 15 Nov 1994 08:12:31 CET",
                                 "Tue, 31 Feb 2026 08:12:31 GMT",
                                 "Tue, 15 Xyz 1994 08:12:31 GMT",
                                 "Tuesday, 15-Nov-94 08:12:31 GMT" }) {
            QVERIFY2(!api::parseHttpDate(bad), bad);
        }
    }

    void knowsHowFarTheServersClockIsOff()
    {
        const test::ManualClock clock("2026-11-23T12:00:00Z");
        api::Ledger ledger({ .cluster = ClusterId("c"), .clock = clock });
        QVERIFY(!ledger.clockSkew());
        const http::Response response {
            .status = 200, .headers = { { "date", "Mon, 23 Nov 2026 12:05:00 GMT" } }
        };
        ledger.answered(ledger.sent({ .target = "/" }), &response);
        QCOMPARE(ledger.clockSkew()->count(), 300'000);
    }

    void unquotesWarnings()
    {
        const http::Response response {
            .status = 200,
            .headers = { { "Warning", "299 - \"unknown field \\\"spec.foo\\\"\"" },
                         { "warning", "299 - \"two\" \"Mon, 23 Nov 2026 12:05:00 GMT\"" },
                         { "Warning", "nonsense" } }
        };
        QCOMPARE(api::warningsIn(response),
                 (std::vector<std::string> { "unknown field \"spec.foo\"", "two" }));
    }
};

ISTHMUS_TEST_MAIN(TestLedger)
#include "tst_ledger.moc"
