// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "tests/layering/house.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::layering;

namespace {

const std::string licence = "// SPDX-License-Identifier: GPL-3.0-or-later\n";

std::string banned(const std::string& path, const std::string& text)
{
    return join(bannedFindings({ parseSource(path, text) }), "\n");
}

} // namespace

class TestHouse : public test::TestBase
{
    Q_OBJECT

private slots:

    void everySourceBeginsWithItsLicence()
    {
        COMPARE_TEXT(join(licenceFindings(textFiles(ISTHMUS_SOURCE_DIR)), "\n"), "");
    }

    void everyFolderOfCoreHasAShortReadme()
    {
        COMPARE_TEXT(join(readmeFindings(textFiles(ISTHMUS_SOURCE_DIR)), "\n"), "");
    }

    void noSourceContainsWhatIsBanned()
    {
        COMPARE_TEXT(join(bannedFindings(sources(textFiles(ISTHMUS_SOURCE_DIR))), "\n"), "");
    }

    void noFileContainsNotesForLaterOrPathsOfOneMachine()
    {
        COMPARE_TEXT(join(wordFindings(textFiles(ISTHMUS_SOURCE_DIR)), "\n"), "");
    }

    void refusesASourceWithoutLicence()
    {
        COMPARE_TEXT(
            join(licenceFindings(
                     { { "core/a/a.cpp", "\n" + licence },
                       { "core/a/b.cpp", licence },
                       { "core/a/c.cpp", "" },
                       { "CMakeLists.txt", "project(x)\n" },
                       { "run", "#!/bin/bash\n# SPDX-License-Identifier: GPL-3.0-or-later\n" } }),
                 "\n"),
            "core/a/a.cpp:1: the licence line is missing\n"
            "core/a/c.cpp:1: the licence line is missing\n"
            "CMakeLists.txt:1: the licence line is missing");
    }

    void refusesAFolderWithoutReadmeAndALongOne()
    {
        COMPARE_TEXT(join(readmeFindings({ { "core/a/a.cpp", "" },
                                           { "core/b/README.md", std::string(15, '\n') },
                                           { "core/c/README.md", std::string(16, '\n') } }),
                          "\n"),
                     "core/a: no README.md\ncore/c/README.md: 16 lines, the limit is 15");
    }

    void refusesWhatIsBanned_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("singleton") << QByteArray("static Engine& instance();");
        QTest::newRow("system") << QByteArray("return system(command);");
        QTest::newRow("popen") << QByteArray("::popen(command, mode);");
        QTest::newRow("shell") << QByteArray("run({ \"/bin/sh -c\", x });");
        QTest::newRow("namespace std") << QByteArray("using namespace std;");
        QTest::newRow("views") << QByteArray("a | std::views::filter(f)");
        QTest::newRow("format") << QByteArray("std::format(\"{}\", a)");
        QTest::newRow("nested loop") << QByteArray("QEventLoop loop;");
        QTest::newRow("processEvents") << QByteArray("application.processEvents();");
        QTest::newRow("waiting") << QByteArray("process.waitForFinished(-1);");
        QTest::newRow("modal dialog") << QByteArray("dialog.exec();");
    }

    void refusesWhatIsBanned()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!banned("ui/shell/a.cpp", text.toStdString()).empty());
        QVERIFY(banned("ui/shell/a.cpp", "// " + text.toStdString()).empty());
    }

    void letsTheToolsOfCoreWait()
    {
        COMPARE_TEXT(banned("core/exec/a.cpp", "waitForChild(pid);"), "");
        COMPARE_TEXT(banned("core/exec/a.cpp", "static const System filesystem(a);"), "");
        COMPARE_TEXT(banned("core/exec/a.cpp", "using namespace std::chrono_literals;"), "");
    }

    void refusesNotesForLater()
    {
        COMPARE_TEXT(join(wordFindings({ { "a.md",
                                           "one\nTO"
                                           "DO: two\n" } }),
                          "\n"),
                     "a.md:2: TO"
                     "DO: finish it or open an issue");
        QVERIFY(wordFindings({ { "README.md",
                                 "../sha"
                                 "red/realmesh" } })
                    .empty());
        QVERIFY(!wordFindings({ { "core/a/a.cpp",
                                  "../sha"
                                  "red/realmesh" } })
                     .empty());
    }
};

ISTHMUS_TEST_MAIN(TestHouse)
#include "tst_house.moc"
