// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "tests/layering/layers.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::layering;

namespace {

std::string check(const std::string& path, const std::string& text)
{
    const Rules rules { .core = parseLayers("# table\nbase:\njson: base\nhttp: base\n"),
                        .ui = parseLayers("graph: style, core/json\nstyle:\n"),
                        .wrappers = parseWrappers("isthmus_wraps(http CURL::libcurl)") };
    return join(includeFindings({ parseSource(path, text) }, rules), "\n");
}

} // namespace

class TestLayers : public test::TestBase
{
    Q_OBJECT

private slots:

    void theTreeObeysItsTables()
    {
        const auto files = textFiles(ISTHMUS_SOURCE_DIR);
        const std::string ui = contentOf(files, "ui/LAYERS");
        const Rules rules { .core = parseLayers(contentOf(files, "core/LAYERS")),
                            .ui = ui.empty() ? std::nullopt : std::optional(parseLayers(ui)),
                            .wrappers = parseWrappers(contentOf(files, "core/CMakeLists.txt")) };
        QVERIFY2(rules.core.size() > 10, "core/LAYERS was not read");
        COMPARE_TEXT(join(includeFindings(sources(files), rules), "\n"), "");
    }

    void theTablesNameOnlyFoldersWithALineAndHaveNoCircles()
    {
        const auto files = textFiles(ISTHMUS_SOURCE_DIR);
        for (const char* table : { "core/LAYERS", "ui/LAYERS" }) {
            COMPARE_TEXT(join(tableFindings(parseLayers(contentOf(files, table)), table), "\n"),
                         "");
        }
    }

    void refusesAnIncludeThatTheTableDoesNotName()
    {
        COMPARE_TEXT(check("core/json/a.h", "\n#include \"core/http/b.h\""),
                     "core/json/a.h:2: json may not include http (core/LAYERS)");
        COMPARE_TEXT(
            check("core/json/a.h", "#include \"core/base/b.h\"\n#include \"core/json/c.h\""), "");
    }

    void refusesAFolderWithoutALine()
    {
        COMPARE_TEXT(check("core/new/a.h", "#include \"core/base/b.h\""),
                     "core/new/a.h:1: core/new has no line in core/LAYERS");
        COMPARE_TEXT(check("ui/new/a.h", "#include \"ui/style/b.h\""),
                     "ui/new/a.h:1: ui/new has no line in ui/LAYERS");
    }

    void refusesIncludesUpwards()
    {
        COMPARE_TEXT(check("core/json/a.h", "#include \"ui/style/b.h\""),
                     "core/json/a.h:1: core includes ui/style/b.h");
        COMPARE_TEXT(check("ui/graph/a.h", "#include \"app/b.h\""),
                     "ui/graph/a.h:1: ui includes app/b.h");
        COMPARE_TEXT(check("ui/style/a.h", "#include \"core/json/b.h\""),
                     "ui/style/a.h:1: style may not include core/json (ui/LAYERS)");
        COMPARE_TEXT(check("ui/graph/a.h", "#include \"core/json/b.h\"\n#include \"ui/style/b.h\""),
                     "");
    }

    void refusesQtInCore()
    {
        COMPARE_TEXT(check("core/json/a.h", "#include <QString>\n#include <QtCore/qglobal.h>"),
                     "core/json/a.h:1: core includes Qt: QString\n"
                     "core/json/a.h:2: core includes Qt: QtCore/qglobal.h");
        COMPARE_TEXT(check("ui/style/a.h", "#include <QString>"), "");
    }

    void refusesALibraryOutsideOfItsFolder()
    {
        COMPARE_TEXT(check("core/http/a.cpp", "#include <curl/curl.h>"), "");
        COMPARE_TEXT(
            check("core/json/a.cpp", "#include <openssl/evp.h>"),
            "core/json/a.cpp:1: openssl/evp.h belongs to the folder of core that wraps it");
        COMPARE_TEXT(
            check("core/json/a.cpp", "#include \"resources/resources.h\""),
            "core/json/a.cpp:1: resources/resources.h belongs to the folder of core that wraps it");
        COMPARE_TEXT(check("app/cli/a.cpp", "#include \"resources/resources.h\""), "");
    }

    void keepsAHeaderThatShowsALibraryAmongItsSources()
    {
        const Rules rules { .core = parseLayers("http:\napi: http\n"),
                            .ui = std::nullopt,
                            .wrappers = parseWrappers("isthmus_wraps(http CURL::libcurl)") };
        const std::string include = "#include \"core/http/curl_raii.h\"";
        COMPARE_TEXT(
            join(includeFindings({ parseSource("core/http/curl_raii.h", "#include <curl/curl.h>"),
                                   parseSource("core/http/a.cpp", include),
                                   parseSource("core/http/a.h", include),
                                   parseSource("core/api/a.cpp", include) },
                                 rules),
                 "\n"),
            "core/http/a.h:1: core/http/curl_raii.h is for the sources of http: it shows a "
            "library\n"
            "core/api/a.cpp:1: core/http/curl_raii.h is for the sources of http: it shows a "
            "library");
    }

    void refusesPathsThatAreNotRooted()
    {
        COMPARE_TEXT(check("core/json/a.cpp", "#include \"a.h\""),
                     "core/json/a.cpp:1: a.h is not rooted at the source tree");
    }

    void findsCirclesAndUnknownNamesInATable()
    {
        COMPARE_TEXT(join(tableFindings(parseLayers("a: b\nb: c\nc: a, d\n"), "T"), "\n"),
                     "T: a includes itself in a circle\nT: b includes itself in a circle\n"
                     "T: c names d, which has no line\nT: c includes itself in a circle");
    }
};

ISTHMUS_TEST_MAIN(TestLayers)
#include "tst_layers.moc"
