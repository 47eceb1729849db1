// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/archive.h"
#include "core/exec/child_process.h"
#include "tests/core/charts/chart_fixture.h"

#include <vector>

using namespace isthmus;
using namespace isthmus::charts;

namespace {

/// Packs `what` below the fixture's folder; returns the archive, or an empty path.
std::filesystem::path pack(const test::HelmFixture& fixture,
                           const std::string& what,
                           std::vector<std::string> options = {})
{
    const auto tar = exec::findProgram("tar");
    if (!tar) {
        return {};
    }
    std::vector<std::string> arguments { "-c", "-z",
                                         "-f", fixture.folder.path("istio.tar.gz"),
                                         "-C", fixture.folder.path() };
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.push_back(what);
    const auto outcome = exec::run({ .program = *tar, .arguments = arguments });
    return outcome && outcome->exitCode == 0
        ? std::filesystem::path(fixture.folder.path("istio.tar.gz"))
        : std::filesystem::path();
}

} // namespace

class TestArchive : public test::TestBase
{
    Q_OBJECT

private slots:

    void unpacksOnlyTheChartsOfARelease()
    {
        const test::HelmFixture fixture;
        (void)fixture.release("istio-1.31.0/manifests/charts");
        fixture.put("istio-1.31.0/bin/istioctl", "program");
        const auto archive = pack(fixture, "istio-1.31.0");
        QVERIFY(!archive.empty());
        const auto folder = unpackArchive(archive, {});
        QVERIFY2(folder, folder ? "" : describe(folder.error()).c_str());
        COMPARE_TEXT(folder->parent_path().string(), fixture.folder.path("cache/isthmus/charts"));
        QVERIFY(std::filesystem::exists(*folder / "istio-control/istio-discovery/Chart.yaml"));
        QCOMPARE(test::entriesOf(*folder), std::size_t { 3 });
        QCOMPARE(test::entriesOf(folder->parent_path()),
                 std::size_t { 1 }); // no staging folder is left
        const auto mode = std::filesystem::status(folder->parent_path()).permissions();
        QCOMPARE(mode & std::filesystem::perms::all, std::filesystem::perms::owner_all);
    }

    void unpacksOnce()
    {
        const test::HelmFixture fixture;
        (void)fixture.release("istio-1.31.0/manifests/charts");
        const auto archive = pack(fixture, "istio-1.31.0");
        const auto first = unpackArchive(archive, {});
        QVERIFY(first);
        fixture.put("mark", "x");
        std::filesystem::copy_file(fixture.folder.path("mark"), *first / "mark");
        const auto second = unpackArchive(archive, {});
        QVERIFY(second);
        QCOMPARE(*second, *first);
        QVERIFY(std::filesystem::exists(*second / "mark"));
    }

    void opensAnArchiveAsARenderer()
    {
        const test::HelmFixture fixture;
        (void)fixture.release("./istio-1.31.0/manifests/charts");
        const auto archive = pack(fixture, "./istio-1.31.0");
        const auto renderer = Renderer::open(fixture.helm(":"), { .archive = archive }, "1.31.0");
        QVERIFY2(renderer, renderer ? "" : describe(renderer.error()).c_str());
    }

    void refusesAnArchiveThatReachesOutside()
    {
        const test::HelmFixture fixture;
        (void)fixture.release("istio-1.31.0/manifests/charts");
        const auto archive = pack(
            fixture, "istio-1.31.0", { "-P", "--transform=s,base/Chart,../../../../../evil," });
        QVERIFY(!archive.empty());
        const auto folder = unpackArchive(archive, {});
        QVERIFY(!folder);
        QCOMPARE(folder.error().code, ErrorCode::Preflight);
        QCOMPARE(folder.error().message.id, std::string("charts.archive-unsafe"));
        QCOMPARE(test::entriesOf(fixture.folder.path("cache/isthmus/charts")), std::size_t { 0 });
    }

    void refusesALinkAmongTheCharts()
    {
        const test::HelmFixture fixture;
        const std::string charts = fixture.release("istio-1.31.0/manifests/charts");
        std::filesystem::create_symlink("/etc/passwd", charts + "/base/values.yaml");
        const auto folder = unpackArchive(pack(fixture, "istio-1.31.0"), {});
        QVERIFY(!folder);
        QCOMPARE(folder.error().message.id, std::string("charts.archive-unsafe"));
    }

    void refusesWhatIsNoRelease()
    {
        const test::HelmFixture fixture;
        fixture.put("other/readme", "hello");
        const auto empty = unpackArchive(pack(fixture, "other"), {});
        QVERIFY(!empty);
        QCOMPARE(empty.error().message.id, std::string("charts.archive-empty"));

        const auto zip = unpackArchive(fixture.folder.write("istio.zip", "PK\x03\x04"), {});
        QVERIFY(!zip);
        COMPARE_TEXT(zip.error().detail, "this is no gzip file");

        const auto torn =
            unpackArchive(fixture.folder.write("torn.tar.gz", "\x1f\x8b\x08 and so on"), {});
        QVERIFY(!torn);
        QCOMPARE(torn.error().message.id, std::string("charts.archive"));
        QVERIFY(!torn.error().detail.empty());

        const auto none = unpackArchive(fixture.folder.path("none.tar.gz"), {});
        QVERIFY(!none);
        QCOMPARE(none.error().code, ErrorCode::Preflight);
    }

    void readsTheListingOfTar_data()
    {
        QTest::addColumn<QString>("listing");
        QTest::addColumn<QString>("result");
        const QString file = QStringLiteral("-rw-r--r-- 0/0 12 2026-08-27 12:45 ");
        const QString root = QStringLiteral("istio-1.31.0/manifests/charts");
        QTest::newRow("release") << "drwxr-xr-x 0/0 0 2026-08-27 12:45 istio-1.31.0/\n" + file
                + root + "/base/Chart.yaml\n"
                                 << root;
        QTest::newRow("name with spaces") << file + "a b/manifests/charts/x y\n"
                                          << "a b/manifests/charts";
        QTest::newRow("charts at the top") << file + "manifests/charts/base/Chart.yaml\n"
                                           << "manifests/charts";
        QTest::newRow("the first of two") << file + "a/manifests/charts/x\n" + file
                + "b/manifests/charts/x\n" << "a/manifests/charts";
        QTest::newRow("similar name") << file + "a/notmanifests/charts/x\n" << "";
        QTest::newRow("absolute") << file + root + "/x\n" + file + "/etc/passwd\n" << "";
        QTest::newRow("parent") << file + root + "/x\n" + file + "a/../../b\n" << "";
        QTest::newRow("two dots in a name") << file + root + "/a..b\n" << root;
        QTest::newRow("link elsewhere") << "lrwxrwxrwx 0/0 0 2026-08-27 12:45 a/bin/x -> y\n" + file
                + root + "/x\n" << root;
        QTest::newRow("link inside") << "lrwxrwxrwx 0/0 0 2026-08-27 12:45 " + root + "/x -> /etc\n"
                                     << "";
        QTest::newRow("hard link inside") << "hrw-r--r-- 0/0 0 2026-08-27 12:45 " + root
                + "/x link to y\n" << "";
        QTest::newRow("bomb") << "-rw-r--r-- 0/0 99999999999 2026-08-27 12:45 " + root + "/x\n"
                              << "";
        QTest::newRow("not understood") << "total 12\n" << "";
        QTest::newRow("empty") << "" << "";
    }

    void readsTheListingOfTar()
    {
        QFETCH(QString, listing);
        QFETCH(QString, result);
        const auto root = chartsInListing(listing.toStdString());
        COMPARE_TEXT(root.value_or(std::string()), result.toStdString());
        QVERIFY(root
                || (root.error().code == ErrorCode::Preflight && !root.error().detail.empty()));
    }
};

ISTHMUS_TEST_MAIN(TestArchive)
#include "tst_archive.moc"
