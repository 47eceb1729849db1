// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "tests/layering/sizes.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::layering;

namespace {

std::string repeated(const std::string& line, int times)
{
    std::string text;
    for (int i = 0; i < times; ++i) {
        text += line;
    }
    return text;
}

/// "name lines" of every function, one in a line.
std::string functions(const std::string& text)
{
    std::string out;
    for (const Function& function : functionsOf(parseSource("a.cpp", text))) {
        out += function.name + " " + std::to_string(function.lines) + "\n";
    }
    return out;
}

std::string check(const std::string& path, const std::string& text, const char* exceptions = "")
{
    return join(sizeFindings({ parseSource(path, text) }, parseExceptions(exceptions)), "\n");
}

} // namespace

class TestSizes : public test::TestBase
{
    Q_OBJECT

private slots:

    void theTreeKeepsItsLimits()
    {
        const auto files = textFiles(ISTHMUS_SOURCE_DIR);
        const auto exceptions =
            parseExceptions(contentOf(files, "tests/layering/size_exceptions.txt"));
        COMPARE_TEXT(join(sizeFindings(sources(files), exceptions), "\n"), "");
    }

    void refusesLongFiles()
    {
        COMPARE_TEXT(check("core/a.cpp", repeated("\n", 600)), "");
        COMPARE_TEXT(check("core/a.cpp", repeated("\n", 601)),
                     "core/a.cpp: 601 lines, the limit is 600");
        COMPARE_TEXT(check("core/a.h", repeated("\n", 151)),
                     "core/a.h: 151 lines, the limit is 150");
        COMPARE_TEXT(check("ui/shell/main_window.cpp", repeated("\n", 401)),
                     "ui/shell/main_window.cpp: 401 lines, the limit is 400");
    }

    void refusesLongFunctions()
    {
        const std::string body = repeated("    g();\n", 60);
        COMPARE_TEXT(check("core/a.cpp", "void f()\n{\n" + body + "}\n"),
                     "core/a.cpp:2: f has 61 lines, the limit is 60");
        COMPARE_TEXT(check("core/a.cpp", "void f()\n{\n" + body.substr(9) + "}\n"), "");
    }

    void doesNotTakeNamespacesAndTypesForFunctions()
    {
        const std::string body = repeated("int x();\n", 70);
        COMPARE_TEXT(functions("namespace a::b {\nnamespace {\nclass X final : public Y<int>\n{\n"
                               + body + "};\nenum class E : int {\n" + repeated("a,\n", 70)
                               + "};\n}\n}\nextern \"C\" {\n" + body + "}\nconstexpr int t[] = {\n"
                               + repeated("1,\n", 70) + "};\n"),
                     "");
    }

    void findsFunctionsWhereverTheyStand()
    {
        COMPARE_TEXT(
            functions("class X : public Y\n{\n    Q_OBJECT\npublic:\n    void a() const {\n}\n"
                      "private slots:\n    int b() override {\n\n}\n};\n"
                      "template <class T> std::vector<T> Z::c(T&& t = {}) noexcept\n{\n}\n"
                      "bool operator==(A a, A b) { return true; }\n"
                      "auto d(int (*f)(int)) -> std::map<int, int> {\n\n\n}\n"),
            "a 1\nb 2\nZ::c 1\noperator== 0\nd 3\n");
    }

    void readsConstructorsWithInitializersInBraces()
    {
        COMPARE_TEXT(functions("X::X(int a)\n    : Base<int> { a }\n    , m_a { [] { return 1; }() "
                               "}\n    , m_b(a)\n"
                               "{\n    g();\n}\nvoid h() { }\n"),
                     "X::X 2\nh 0\n");
    }

    void countsALambdaAsPartOfItsFunction()
    {
        COMPARE_TEXT(functions("void f()\n{\n    auto g = [](int a) {\n        return a;\n    };\n "
                               "   h([] {\n    });\n}\n"),
                     "f 6\n");
    }

    void acceptsAnExceptionWithAReasonThatIsNeeded()
    {
        const std::string text = repeated("\n", 151);
        COMPARE_TEXT(check("core/a.h", text, "# comment\ncore/a.h a table that reads as one\n"),
                     "");
        COMPARE_TEXT(check("core/a.h", text, "core/a.h\n"),
                     "size_exceptions.txt: core/a.h gives no reason");
        COMPARE_TEXT(check("core/a.h", "\n", "core/a.h why\n"),
                     "size_exceptions.txt: core/a.h is not needed");
    }
};

ISTHMUS_TEST_MAIN(TestSizes)
#include "tst_sizes.moc"
