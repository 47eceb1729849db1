// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/repository.h"
#include "tests/core/charts/chart_fixture.h"

#include <algorithm>
#include <chrono>

using namespace isthmus;
using namespace isthmus::charts;

namespace {

/// Plays `helm pull`: copies the chart it is asked for out of the folder "shelf".
constexpr std::string_view pullScript =
    "chart=${2##*/}\n"
    "while [ \"$1\" != --untardir ]; do shift; done\n"
    "mkdir -p \"$2\" && cp -r \"$here/shelf/$chart\" \"$2/$chart\" && exit 0\n"
    "echo \"Error: chart $chart not found\" >&2; exit 1\n";

void fillShelf(const test::HelmFixture& fixture)
{
    for (const char* name : { "shelf/base", "shelf/istiod", "shelf/gateway" }) {
        fixture.chart(name);
    }
}

} // namespace

class TestRepository : public test::TestBase
{
    Q_OBJECT

private slots:

    void fetchesTheThreeChartsOnce()
    {
        const test::HelmFixture fixture;
        fillShelf(fixture);
        const Helm helm = fixture.helm(pullScript);
        const auto folder = fetchCharts(helm, "https://charts.example.com/istio", "1.31.0", {});
        QVERIFY2(folder, folder ? "" : describe(folder.error()).c_str());
        QVERIFY(std::filesystem::exists(*folder / "istiod/Chart.yaml"));
        const std::string argv = fixture.argv();
        QVERIFY2(argv.starts_with("pull\nbase\n--repo\nhttps://charts.example.com/"
                                  "istio\n--version\n1.31.0\n--untar\n--untardir\n"
                                  + fixture.folder.path("cache/isthmus/charts/.staging-")),
                 argv.c_str());
        QCOMPARE(std::count(argv.begin(), argv.end(), '\n'), std::ptrdiff_t { 27 });

        const auto again = fetchCharts(helm, "https://charts.example.com/istio", "1.31.0", {});
        QVERIFY(again);
        QCOMPARE(*again, *folder);
        COMPARE_TEXT(fixture.argv(), argv);
    }

    void asksForTheNewestEveryTimeWhereNoVersionIsNamed()
    {
        const test::HelmFixture fixture;
        fillShelf(fixture);
        const Helm helm = fixture.helm(pullScript);
        const auto folder = fetchCharts(helm, "oci://registry.example.com/charts", "", {});
        QVERIFY2(folder, folder ? "" : describe(folder.error()).c_str());
        const std::string argv = fixture.argv();
        QVERIFY2(
            argv.starts_with("pull\noci://registry.example.com/charts/base\n--untar\n--untardir\n"),
            argv.c_str());
        const auto again = fetchCharts(helm, "oci://registry.example.com/charts", "", {});
        QVERIFY(again);
        QCOMPARE(*again, *folder);
        QCOMPARE(fixture.argv().size(), 2 * argv.size());
        QCOMPARE(test::entriesOf(folder->parent_path()), std::size_t { 1 });
    }

    void tellsInHelmsWordsWhatCouldNotBeFetched()
    {
        const test::HelmFixture fixture;
        fixture.chart("shelf/base");
        const auto folder =
            fetchCharts(fixture.helm(pullScript), "https://charts.example.com", "1.31.0", {});
        QVERIFY(!folder);
        QCOMPARE(folder.error().code, ErrorCode::Preflight);
        COMPARE_TEXT(text(folder.error().message),
                     "helm could not fetch the chart istiod from https://charts.example.com");
        QVERIFY2(folder.error().detail.find("chart istiod not found") != std::string::npos,
                 folder.error().detail.c_str());
        QCOMPARE(test::entriesOf(fixture.folder.path("cache/isthmus/charts")), std::size_t { 0 });
    }

    void clearsWhatAKilledProcessLeftBehind()
    {
        const test::HelmFixture fixture;
        fillShelf(fixture);
        const std::string old = "cache/isthmus/charts/.staging-0123456789abcdef";
        const std::string young = "cache/isthmus/charts/.staging-fedcba9876543210";
        fixture.put(old + "/x", "x");
        fixture.put(young + "/x", "x");
        std::filesystem::last_write_time(fixture.folder.path(old),
                                         std::filesystem::file_time_type::clock::now()
                                             - std::chrono::hours(25));
        QVERIFY(fetchCharts(fixture.helm(pullScript), "https://charts.example.com", "1.31.0", {}));
        QVERIFY(!std::filesystem::exists(fixture.folder.path(old)));
        QVERIFY(std::filesystem::exists(fixture.folder.path(young)));
    }

    void saysWhereTheCacheCannotBeWritten()
    {
        const test::HelmFixture fixture;
        fillShelf(fixture);
        fixture.put("cache", "a file where the folder should be");
        const auto folder =
            fetchCharts(fixture.helm(pullScript), "https://charts.example.com", "1.31.0", {});
        QVERIFY(!folder);
        QCOMPARE(folder.error().code, ErrorCode::Storage);
    }

    void sendsHelmOnlyToSafeAddresses_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("https") << "https://charts.example.com/istio" << true;
        QTest::newRow("https with a port") << "https://charts.example.com:8443" << true;
        QTest::newRow("oci") << "oci://registry.example.com/charts" << true;
        QTest::newRow("http on this machine") << "http://127.0.0.1:8080/charts" << true;
        QTest::newRow("http on localhost") << "http://localhost/charts" << true;
        QTest::newRow("http on ::1 without a port") << "http://[::1]/charts" << true;
        QTest::newRow("http on ::1") << "http://[::1]:8080" << true;
        QTest::newRow("http elsewhere") << "http://charts.example.com" << false;
        QTest::newRow("http to a name that begins so") << "http://localhost.example.com" << false;
        QTest::newRow("password") << "https://user:secret@charts.example.com" << false;
        QTest::newRow("file") << "file:///charts" << false;
        QTest::newRow("an option") << "--post-renderer=x" << false;
        QTest::newRow("no host") << "https:///charts" << false;
        QTest::newRow("empty") << "" << false;
    }

    void sendsHelmOnlyToSafeAddresses()
    {
        QFETCH(QString, url);
        QFETCH(bool, accepted);
        const auto checked = checkRepository(url.toStdString());
        QCOMPARE(checked.has_value(), accepted);
        if (!checked) {
            QCOMPARE(checked.error().code, ErrorCode::Preflight);
            QVERIFY(describe(checked.error()).find("secret") == std::string::npos);
        }
    }
};

ISTHMUS_TEST_MAIN(TestRepository)
#include "tst_repository.moc"
