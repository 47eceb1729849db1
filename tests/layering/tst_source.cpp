// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layering/source.h"
#include "tests/support/test.h"

using namespace isthmus;
using layering::parseSource;

class TestSource : public test::TestBase
{
    Q_OBJECT

private slots:

    void blanksCommentsAndTheInsidesOfLiterals()
    {
        const auto source =
            parseSource("a.cpp", "int a; // b {\n/* c\n{ */ f(\"x{\\\"y\", '{');\n");
        COMPARE_TEXT(source.code, "int a;       \n    \n     f(\"     \", ' ');\n");
        QCOMPARE(source.literals.size(), std::size_t(1));
        COMPARE_TEXT(source.literals.front().value, "x{\"y");
    }

    void knowsRawLiteralsByTheirDelimiter()
    {
        const auto source = parseSource("a.cpp", "auto s = R\"j({\")\"})j\"; int b;");
        COMPARE_TEXT(source.literals.front().value, "{\")\"}");
        COMPARE_TEXT(source.code, "auto s = R\"         \"; int b;");
    }

    void takesQuotesInNumbersForSeparators()
    {
        const auto source = parseSource("a.cpp", "int a = 60'000; char b = L'{'; int c = 0xff'ff;");
        COMPARE_TEXT(source.code, "int a = 60'000; char b = L' '; int c = 0xff'ff;");
    }

    void keepsDirectivesApartWithTheirContinuations()
    {
        const auto source =
            parseSource("a.cpp", "int a;\n  #define X \\\n  { 1\nint b; // #include\n");
        COMPARE_TEXT(source.code, "int a;\n             \n     \nint b;            \n");
        QCOMPARE(source.directives.size(), std::size_t(1));
        COMPARE_TEXT(source.directives.front().text, "#define X \\\n  { 1");
    }

    void countsLinesFromOne()
    {
        COMPARE_TEXT(parseSource("a.cpp", "a\nb\n").finding(2, "what"), "a.cpp:2: what");
    }

    void survivesFilesThatEndTooEarly()
    {
        for (const char* text : { "\"", "'", "'\\", "/*", "//", "R\"", "R\"x(", "#", "#a\\", "" }) {
            const auto source = parseSource("a.cpp", text);
            QCOMPARE(source.code.size(), source.text.size());
        }
    }
};

ISTHMUS_TEST_MAIN(TestSource)
#include "tst_source.moc"
