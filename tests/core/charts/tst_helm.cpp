// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/helm.h"
#include "core/charts/helm_command.h"
#include "tests/core/charts/chart_fixture.h"

using namespace isthmus;
using namespace isthmus::charts;

class TestHelm : public test::TestBase
{
    Q_OBJECT

private slots:

    void acceptsHelm3And4_data()
    {
        QTest::addColumn<QString>("answer");
        QTest::addColumn<QString>("version");
        QTest::addColumn<int>("major");
        QTest::newRow("4") << "v4.2.0" << "v4.2.0" << 4;
        QTest::newRow("3 with a commit") << "v3.14.0+gabc1234" << "v3.14.0+gabc1234" << 3;
        QTest::newRow("without v") << "4.0.1" << "v4.0.1" << 4;
        QTest::newRow("with a line end") << "v3.20.1\n" << "v3.20.1" << 3;
    }

    void acceptsHelm3And4()
    {
        QFETCH(QString, answer);
        QFETCH(QString, version);
        QFETCH(int, major);
        const test::HelmFixture fixture;
        fixture.put("answer", answer.toStdString());
        const Helm fake = fixture.helm("cat \"$here/answer\"");
        ::setenv("ISTHMUS_HELM", fake.program.c_str(), 1);
        const auto helm = findHelm();
        QVERIFY2(helm, helm ? "" : describe(helm.error()).c_str());
        COMPARE_TEXT(helm->version, version.toStdString());
        QCOMPARE(helm->major, major);
        QCOMPARE(helm->program, fake.program);
        COMPARE_TEXT(fixture.argv(), "version\n--template\n{{.Version}}\n");
    }

    void findsHelmInThePath()
    {
        const test::HelmFixture fixture;
        const Helm fake = fixture.helm("echo v4.2.0");
        const std::string before = std::getenv("PATH");
        ::setenv("PATH", (fixture.folder.path() + ":" + before).c_str(), 1);
        const auto helm = findHelm();
        ::setenv("PATH", before.c_str(), 1);
        QVERIFY(helm);
        QCOMPARE(helm->program, fake.program);
    }

    void refusesOtherVersionsWithTheWayOut_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("message");
        // Helm 2 cannot fill in the template and names itself with --client --short.
        QTest::newRow("2")
            << R"(test "$2" = --client || { echo no Tiller >&2; exit 1; }; echo 'Client: v2.17.0+ga690bad')"
            << "helm v2.17.0+ga690bad cannot be used";
        QTest::newRow("5") << "echo v5.0.0" << "helm v5.0.0 cannot be used";
        QTest::newRow("junk") << "echo Hello" << "this program does not answer as helm does";
        QTest::newRow("nothing") << ":" << "this program does not answer as helm does";
        QTest::newRow("a failure")
            << "echo broken >&2; exit 1" << "this program does not answer as helm does";
    }

    void refusesOtherVersionsWithTheWayOut()
    {
        QFETCH(QString, script);
        QFETCH(QString, message);
        const test::HelmFixture fixture;
        ::setenv("ISTHMUS_HELM", fixture.helm(script.toStdString()).program.c_str(), 1);
        const auto helm = findHelm();
        QVERIFY(!helm);
        QCOMPARE(helm.error().code, ErrorCode::Preflight);
        COMPARE_TEXT(text(helm.error().message), message.toStdString());
        QVERIFY(!helm.error().detail.empty());
        QVERIFY(text(helm.error().remedy).find("Helm 3 or 4") != std::string::npos);
    }

    void saysWhereItLookedForHelm()
    {
        ::setenv("ISTHMUS_HELM", "/nowhere/helm", 1);
        const auto helm = findHelm();
        ::unsetenv("ISTHMUS_HELM");
        QVERIFY(!helm);
        QCOMPARE(helm.error().code, ErrorCode::Preflight);
        COMPARE_TEXT(helm.error().detail, "ISTHMUS_HELM names /nowhere/helm, which is no program");
    }

    void stopsOnRequest()
    {
        const test::HelmFixture fixture;
        ::setenv("ISTHMUS_HELM", fixture.helm("sleep 600").program.c_str(), 1);
        std::stop_source stop;
        stop.request_stop();
        const auto helm = findHelm(stop.get_token());
        QVERIFY(!helm);
        QCOMPARE(helm.error().code, ErrorCode::Cancelled);
    }

    void keepsTheUsersHelmConfigurationOut()
    {
        const test::HelmFixture fixture;
        ::setenv("HELM_NAMESPACE", "stray", 1);
        ::setenv("HELM_KUBECONTEXT", "stray", 1);
        const Helm fake = fixture.helm("env | grep -E '^(HELM_|KUBECONFIG)' | sort");
        const auto outcome = runHelm(helmCommand(fake.program, { "env" }), {});
        ::unsetenv("HELM_NAMESPACE");
        ::unsetenv("HELM_KUBECONTEXT");
        QVERIFY(outcome);
        const std::string own = fixture.folder.path("cache/isthmus/helm/");
        COMPARE_TEXT(outcome->output,
                     "HELM_CACHE_HOME=" + own + "cache\nHELM_CONFIG_HOME=" + own
                         + "config\nHELM_DATA_HOME=" + own
                         + "data\nHELM_NO_PLUGINS=1\nKUBECONFIG=/dev/null\n");
    }

    void quotesHelmWithoutItsPrefix()
    {
        COMPARE_TEXT(helmWords({ .exitCode = 1, .output = "", .errors = "Error: no such chart\n" }),
                     "no such chart");
        COMPARE_TEXT(helmWords({ .exitCode = 7, .output = "", .errors = " \n" }),
                     "helm ended with exit code 7 and said nothing");
        QVERIFY(
            helmWords({ .exitCode = 1, .output = "", .errors = std::string(100'000, 'x') }).size()
            < 5'000);
    }
};

ISTHMUS_TEST_MAIN(TestHelm)
#include "tst_helm.moc"
