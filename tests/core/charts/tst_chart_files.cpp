// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/chart_files.h"
#include "tests/core/charts/chart_fixture.h"

using namespace isthmus;
using namespace isthmus::charts;

class TestChartFiles : public test::TestBase
{
    Q_OBJECT

private slots:

    void findsTheChartsOfARelease()
    {
        const test::HelmFixture fixture;
        const auto found = locateCharts(fixture.release());
        QVERIFY2(found, found ? "" : describe(found.error()).c_str());
        COMPARE_TEXT((*found)[0].string(), fixture.folder.path("release/base"));
        COMPARE_TEXT((*found)[1].string(),
                     fixture.folder.path("release/istio-control/istio-discovery"));
        COMPARE_TEXT((*found)[2].string(), fixture.folder.path("release/gateway"));
    }

    void findsThemFromTheReleasesOwnFolder()
    {
        const test::HelmFixture fixture;
        (void)fixture.release("istio-1.31.0/manifests/charts");
        const auto found = locateCharts(fixture.folder.path("istio-1.31.0"));
        QVERIFY(found);
        COMPARE_TEXT((*found)[2].string(),
                     fixture.folder.path("istio-1.31.0/manifests/charts/gateway"));
    }

    void findsChartsSideBySide()
    {
        const test::HelmFixture fixture;
        for (const char* name : { "flat/base", "flat/istiod", "flat/gateway" }) {
            fixture.chart(name);
        }
        const auto found = locateCharts(fixture.folder.path("flat"));
        QVERIFY(found);
        COMPARE_TEXT((*found)[1].string(), fixture.folder.path("flat/istiod"));
    }

    void namesTheChartThatIsMissing()
    {
        const test::HelmFixture fixture;
        fixture.chart("some/base");
        const auto found = locateCharts(fixture.folder.path("some"));
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::Preflight);
        COMPARE_TEXT(text(found.error().message),
                     "the chart istiod is missing in " + fixture.folder.path("some"));
        QVERIFY(!found.error().remedy.empty());
    }

    void saysWhereThereIsNoFolder()
    {
        const test::HelmFixture fixture;
        const auto found = locateCharts(fixture.folder.path("nowhere"));
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::Preflight);
        QCOMPARE(found.error().message.id, std::string("charts.no-folder"));
    }

    void readsTheVersionAsText_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("version");
        QTest::newRow("plain") << "name: base\nversion: 1.31.0-eed52ebb66ad\n"
                               << "1.31.0-eed52ebb66ad";
        QTest::newRow("quoted") << "version: \"1.31.0\"\n" << "1.31.0";
        QTest::newRow("like a number") << "version: 1.30\n" << "1.30";
        QTest::newRow("missing") << "name: base\n" << "";
        QTest::newRow("a map") << "version: {a: 1}\n" << "";
        QTest::newRow("no YAML") << "version: [\n" << "";
    }

    void readsTheVersionAsText()
    {
        QFETCH(QString, yaml);
        QFETCH(QString, version);
        const test::HelmFixture fixture;
        fixture.put("c/Chart.yaml", yaml.toStdString());
        const auto found = chartVersion(fixture.folder.path("c"));
        QCOMPARE(found.has_value(), !version.isEmpty());
        COMPARE_TEXT(found.value_or(std::string()), version.toStdString());
    }

    void digestsNamesAndContents()
    {
        const test::HelmFixture fixture;
        fixture.chart("one");
        fixture.put("two/Chart.yaml", test::contentOf(fixture.folder.path("one/Chart.yaml")));
        fixture.put("two/templates/service.yaml",
                    test::contentOf(fixture.folder.path("one/templates/service.yaml")));
        const auto first = chartDigest(fixture.folder.path("one"));
        QVERIFY(first);
        QCOMPARE(first->size(), std::size_t { 64 });
        COMPARE_TEXT(chartDigest(fixture.folder.path("two")).value_or(std::string()), *first);

        fixture.put("two/templates/service.yaml", "kind: Service\n");
        QVERIFY(chartDigest(fixture.folder.path("two")).value_or(std::string()) != *first);
        fixture.put("two/templates/service.yaml",
                    test::contentOf(fixture.folder.path("one/templates/service.yaml")));
        std::filesystem::rename(fixture.folder.path("two/templates"),
                                fixture.folder.path("two/other"));
        QVERIFY(chartDigest(fixture.folder.path("two")).value_or(std::string()) != *first);
    }

    void endsOnACircleOfLinks()
    {
        const test::HelmFixture fixture;
        fixture.chart("one");
        std::filesystem::create_directory_symlink(fixture.folder.path("one"),
                                                  fixture.folder.path("one/again"));
        const auto digest = chartDigest(fixture.folder.path("one"));
        QVERIFY(!digest);
        QCOMPARE(digest.error().code, ErrorCode::Preflight);
    }
};

ISTHMUS_TEST_MAIN(TestChartFiles)
#include "tst_chart_files.moc"
