// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/helm.h"
#include "tests/support/test.h"

using namespace isthmus;
using checks::Outcome;

namespace {

checks::HelmFacts found()
{
    return { .asked = true,
             .wanted = "1.31.0",
             .program = "/usr/bin/helm",
             .version = "v4.2.0",
             .charts = "1.31.0" };
}

} // namespace

class TestHelm : public test::TestBase
{
    Q_OBJECT

private slots:

    void passesWhereProgramAndChartsAreThere()
    {
        COMPARE_TEXT(checks::dump({ checks::checkHelm(found()) }),
                     "helm pass: /usr/bin/helm v4.2.0, charts of Istio 1.31.0\n");
    }

    void failsWhereEitherCannotBeUsed()
    {
        checks::HelmFacts facts { .asked = true };
        facts.error = Error { .code = ErrorCode::Preflight,
                              .message = msg("charts.helm-missing"),
                              .remedy = msg("charts.helm-missing.remedy") };
        const auto item = checks::checkHelm(facts);
        QCOMPARE(item.outcome, Outcome::Fail);
        COMPARE_TEXT(item.cause.id, "charts.helm-missing");
        COMPARE_TEXT(item.remedy.id, "charts.helm-missing.remedy");
    }

    void failsChartsOfAnotherVersion()
    {
        checks::HelmFacts facts = found();
        facts.charts = "1.30.3";
        COMPARE_TEXT(text(checks::checkHelm(facts).cause),
                     "the charts are of Istio 1.30.3, mesh.yaml asks for 1.31.0");
        facts.wanted.clear();
        QCOMPARE(checks::checkHelm(facts).outcome, Outcome::Pass);
    }

    void cannotTellWhereTheTimeWasOver()
    {
        checks::HelmFacts facts { .asked = true };
        facts.error = Error { .code = ErrorCode::Timeout, .message = msg("checks.deadline") };
        QCOMPARE(checks::checkHelm(facts).outcome, Outcome::Unknown);
        facts.error->code = ErrorCode::Cancelled;
        QCOMPARE(checks::checkHelm(facts).outcome, Outcome::Skipped);
    }

    void needsNothingToWatchOrToSimulate()
    {
        QCOMPARE(checks::checkHelm({}).outcome, Outcome::Skipped);
        QCOMPARE(checks::checkHelm({ .simulated = true, .wanted = "1.31.0" }).outcome,
                 Outcome::Skipped);
        QCOMPARE(checks::checkHelm({ .wanted = "1.31.0" }).outcome, Outcome::Warn);
    }

    void knowsASimulatedServer()
    {
        QVERIFY(checks::isSimulated("v1.34.0+isthmus.sim"));
        QVERIFY(!checks::isSimulated("v1.34.0"));
        QVERIFY(!checks::isSimulated(""));
    }
};

ISTHMUS_TEST_MAIN(TestHelm)
#include "tst_helm.moc"
