// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/check.h"
#include "tests/support/test.h"

using namespace isthmus;
using checks::CheckItem;
using checks::Outcome;

namespace {

CheckItem item(const std::string& id, Outcome outcome)
{
    return { .id = id, .from = ClusterId("onprem"), .outcome = outcome };
}

} // namespace

class TestCheck : public test::TestBase
{
    Q_OBJECT

private slots:

    void writesTheReportWithEveryFieldOfTheContract()
    {
        CheckItem pair = item("P3", Outcome::Fail);
        pair.to = ClusterId("gke");
        pair.evidence = msg("checks.version", { { "version", "v1.36.3" } });
        pair.cause = msg("checks.one-cluster", { { "a", "onprem" }, { "b", "gke" } });
        pair.remedy = msg("checks.one-cluster.do");
        pair.took = Milliseconds { 12 };
        const checks::Report report { .stage = "preflight",
                                      .items = { item("P1", Outcome::Pass), pair } };
        COMPARE_TEXT(json::writePretty(report.toJson()) + "\n", R"({
  "apiVersion": "isthmus/v1",
  "items": [
    {
      "cause": "",
      "evidence": "",
      "from": "onprem",
      "id": "P1",
      "outcome": "pass",
      "remedy": "",
      "to": "",
      "tookMs": 0
    },
    {
      "cause": "onprem and gke are one cluster",
      "evidence": "v1.36.3",
      "from": "onprem",
      "id": "P3",
      "outcome": "fail",
      "remedy": "Give each cluster of mesh.yaml a context that leads to another cluster.",
      "to": "gke",
      "tookMs": 12
    }
  ],
  "kind": "CheckReport",
  "stage": "preflight"
}
)");
    }

    void isGoodUnlessSomethingFailedOrIsUnknown_data()
    {
        QTest::addColumn<int>("outcome");
        QTest::addColumn<QString>("word");
        QTest::addColumn<bool>("good");
        QTest::newRow("pass") << int(Outcome::Pass) << "pass" << true;
        QTest::newRow("warn") << int(Outcome::Warn) << "warn" << true;
        QTest::newRow("fail") << int(Outcome::Fail) << "fail" << false;
        QTest::newRow("unknown") << int(Outcome::Unknown) << "unknown" << false;
        QTest::newRow("skipped") << int(Outcome::Skipped) << "skipped" << true;
    }

    void isGoodUnlessSomethingFailedOrIsUnknown()
    {
        QFETCH(int, outcome);
        QFETCH(QString, word);
        const auto value = static_cast<Outcome>(outcome);
        const checks::Report report { .stage = "preflight",
                                      .items = { item("P1", Outcome::Pass), item("P2", value) } };
        QTEST(report.good(), "good");
        COMPARE_TEXT(std::string(checks::name(value)), word.toStdString());
    }

    void sortsByNumberAndKeepsTheOrderOfClusters()
    {
        std::vector<CheckItem> items { item("helm", Outcome::Pass),
                                       item("P10", Outcome::Pass),
                                       item("P2", Outcome::Warn),
                                       item("P1", Outcome::Pass),
                                       item("P2", Outcome::Pass) };
        checks::sortByCheck(items);
        COMPARE_TEXT(checks::dump(items),
                     "P1 onprem pass:\nP2 onprem warn:\nP2 onprem pass:\nP10 onprem pass:\n"
                     "helm onprem pass:\n");
    }

    void refusesAPlanWithItsFailuresAlone()
    {
        CheckItem failed = item("P9", Outcome::Fail);
        failed.to = ClusterId("gke");
        failed.evidence = msg("checks.said", { { "words", "SPKI 42d8" } });
        failed.cause = msg("checks.sample");
        failed.remedy = msg("checks.sample.do");
        const checks::Report report { .stage = "preflight",
                                      .items = { item("P1", Outcome::Warn),
                                                 item("P2", Outcome::Unknown),
                                                 failed,
                                                 item("P7", Outcome::Skipped) } };
        COMPARE_TEXT(dump(checks::blocking(report)),
                     "error: the mesh is signed for with a key that is public: anybody can be "
                     "anyone in it (onprem, gke)\n  why: SPKI 42d8\n  do: Replace the authority by "
                     "one of your own (spec.trust), then restart istiod and every workload.\n");
    }

    void saysWhichRightIsMissingWhereAReadWasForbidden()
    {
        const Error forbidden { .code = ErrorCode::Forbidden,
                                .message =
                                    msg("checks.rights-missing", { { "rights", "list nodes" } }),
                                .detail = "nodes is forbidden",
                                .remedy = msg("checks.rights-missing.do") };
        const CheckItem unknown = checks::unread("P10", ClusterId("gke"), {}, forbidden);
        QCOMPARE(unknown.outcome, Outcome::Unknown);
        COMPARE_TEXT(text(unknown.evidence), "nodes is forbidden");
        COMPARE_TEXT(text(unknown.cause), "missing rights: list nodes");
        QVERIFY(!unknown.remedy.empty());
    }

    void skipsWhatWasStopped()
    {
        const Error cancelled { .code = ErrorCode::Cancelled, .message = msg("checks.deadline") };
        QCOMPARE(checks::unread("P2", ClusterId("a"), {}, cancelled).outcome, Outcome::Skipped);
        const CheckItem away =
            checks::notTried("P3", ClusterId("a"), ClusterId("b"), ClusterId("b"));
        COMPARE_TEXT(checks::dump({ away }),
                     "P3 a, b skipped:\n  why: not tried: b did not answer\n");
    }

    void namesEveryCheck()
    {
        for (const char* id :
             { "P1", "P2", "P3", "P4", "P5", "P7", "P8", "P9", "P10", "P12", "P13", "helm" }) {
            QVERIFY2(!text(checks::title(id)).empty(), id);
        }
        QVERIFY(checks::title("P99").empty());
    }
};

ISTHMUS_TEST_MAIN(TestCheck)
#include "tst_check.moc"
