// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/server.h"
#include "tests/support/test.h"

using namespace isthmus;
using checks::Outcome;

namespace {

checks::VersionFacts version(int minor, const std::string& istio)
{
    return { .cluster = ClusterId("onprem"),
             .major = 1,
             .minor = minor,
             .gitVersion = "v1." + std::to_string(minor) + ".3",
             .istio = istio };
}

Error error(ErrorCode code)
{
    return { .code = code, .message = msg("checks.deadline"), .remedy = msg("checks.deadline.do") };
}

checks::CheckItem clockOff(std::optional<Milliseconds> skew)
{
    return checks::checkClock({ .cluster = ClusterId("onprem"), .skew = skew });
}

} // namespace

class TestServer : public test::TestBase
{
    Q_OBJECT

private slots:

    void knowsTheOldestKubernetesOfEachIstio_data()
    {
        QTest::addColumn<QString>("istio");
        QTest::addColumn<int>("minor");
        QTest::newRow("1.20") << "1.20.8" << 25;
        QTest::newRow("1.29") << "1.29.6" << 31;
        QTest::newRow("1.30") << "1.30.3" << 32;
        QTest::newRow("1.31") << "1.31.0" << 32;
        QTest::newRow("a build") << "1.31.0-eed52ebb66ad" << 32;
        QTest::newRow("newer than the table") << "1.40.1" << 32;
        QTest::newRow("older than the table") << "1.4.0" << -1;
        QTest::newRow("no version") << "latest" << -1;
        QTest::newRow("another major") << "2.0.0" << -1;
    }

    void knowsTheOldestKubernetesOfEachIstio()
    {
        QFETCH(QString, istio);
        QTEST(checks::oldestKubernetes(istio.toStdString()).value_or(-1), "minor");
    }

    void passesAVersionThatIstioRunsOn()
    {
        COMPARE_TEXT(checks::dump({ checks::checkVersion(version(32, "1.30.3")) }),
                     "P1 onprem pass: v1.32.3; Istio 1.30.3 needs 1.32 or newer\n");
        QCOMPARE(checks::checkVersion(version(36, "")).outcome, Outcome::Pass);
    }

    void failsOneThatIsTooOld()
    {
        COMPARE_TEXT(checks::dump({ checks::checkVersion(version(31, "1.31.0")) }),
                     "P1 onprem fail: v1.31.3; Istio 1.31.0 needs 1.32 or newer\n"
                     "  why: this Kubernetes is too old for Istio 1.31.0\n"
                     "  do: Upgrade the cluster to 1.32 or newer, or choose an older Istio in "
                     "spec.istio.version.\n");
    }

    void warnsWhereAVersionIsNotKnown()
    {
        QCOMPARE(checks::checkVersion(version(36, "1.4.0")).outcome, Outcome::Warn);
        checks::VersionFacts mute = version(36, "1.31.0");
        mute.major = 0;
        mute.minor = 0;
        QCOMPARE(checks::checkVersion(mute).outcome, Outcome::Warn);
    }

    void failsAServerThatDoesNotAnswerUs_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("outcome");
        QTest::newRow("unreachable") << int(ErrorCode::Unreachable) << int(Outcome::Fail);
        QTest::newRow("certificate") << int(ErrorCode::Tls) << int(Outcome::Fail);
        QTest::newRow("401") << int(ErrorCode::Unauthorized) << int(Outcome::Fail);
        QTest::newRow("time over") << int(ErrorCode::Timeout) << int(Outcome::Fail);
        QTest::newRow("403") << int(ErrorCode::Forbidden) << int(Outcome::Unknown);
        QTest::newRow("stopped") << int(ErrorCode::Cancelled) << int(Outcome::Skipped);
    }

    void failsAServerThatDoesNotAnswerUs()
    {
        QFETCH(int, code);
        const auto item =
            checks::checkUnanswered(ClusterId("gke"), error(static_cast<ErrorCode>(code)));
        QTEST(int(item.outcome), "outcome");
        COMPARE_TEXT(item.cause.id, "checks.deadline");
        COMPARE_TEXT(item.from.str(), "gke");
    }

    void judgesClocksInBothDirections_data()
    {
        QTest::addColumn<int>("seconds");
        QTest::addColumn<int>("outcome");
        QTest::addColumn<QString>("evidence");
        QTest::newRow("equal") << 0 << int(Outcome::Pass) << "the server's clock and ours agree";
        QTest::newRow("a minute") << 60 << int(Outcome::Pass)
                                  << "the server is 1 min 00 s ahead of this machine";
        QTest::newRow("more") << -61 << int(Outcome::Warn)
                              << "the server is 1 min 01 s behind this machine";
        QTest::newRow("five minutes")
            << 300 << int(Outcome::Warn) << "the server is 5 min 00 s ahead of this machine";
        QTest::newRow("too much") << -301 << int(Outcome::Fail)
                                  << "the server is 5 min 01 s behind this machine";
    }

    void judgesClocksInBothDirections()
    {
        QFETCH(int, seconds);
        QFETCH(QString, evidence);
        const auto item = clockOff(std::chrono::seconds(seconds));
        QTEST(int(item.outcome), "outcome");
        COMPARE_TEXT(text(item.evidence), evidence.toStdString());
        QCOMPARE(item.remedy.empty(), item.outcome == Outcome::Pass);
    }

    void cannotTellWithoutADate() { QCOMPARE(clockOff({}).outcome, Outcome::Unknown); }
};

ISTHMUS_TEST_MAIN(TestServer)
#include "tst_server.moc"
