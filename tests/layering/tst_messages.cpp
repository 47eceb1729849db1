// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "tests/layering/messages.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::layering;

namespace {

/// Declares msg() and the type themselves.
bool isTheirHome(const std::string& path)
{
    return path == "core/base/message.h" || path == "core/base/message.cpp";
}

std::string check(const std::string& catalogue, const std::string& source)
{
    const auto texts = parseCatalogue({ "c.inc", catalogue });
    const Uses uses = usesIn(parseSource("a.cpp", source));
    auto findings = messageFindings(texts, uses.found);
    findings.insert(findings.end(), uses.findings.begin(), uses.findings.end());
    return join(findings, "\n");
}

} // namespace

class TestMessages : public test::TestBase
{
    Q_OBJECT

private slots:

    void theTreeAndItsCatalogueAgree()
    {
        const auto files = textFiles(ISTHMUS_SOURCE_DIR);
        std::vector<CatalogueText> texts;
        for (const TextFile& file : files) {
            if (file.path.starts_with("core/base/catalogue/")) {
                const auto more = parseCatalogue(file);
                texts.insert(texts.end(), more.begin(), more.end());
            }
        }
        QVERIFY2(texts.size() > 5, "the catalogue was not read");
        std::vector<Use> uses;
        std::vector<std::string> findings;
        for (const Source& source : sources(files)) {
            if (source.path.starts_with("tests/") || isTheirHome(source.path)) {
                continue;
            }
            const Uses more = usesIn(source);
            uses.insert(uses.end(), more.found.begin(), more.found.end());
            findings.insert(findings.end(), more.findings.begin(), more.findings.end());
        }
        const auto disagreements = messageFindings(texts, uses);
        findings.insert(findings.end(), disagreements.begin(), disagreements.end());
        COMPARE_TEXT(join(findings, "\n"), "");
    }

    void acceptsATextThatIsUsedWithItsArguments()
    {
        COMPARE_TEXT(check("MESSAGE(\"a.b\", \"{x} of\"\n  \" {y}\")",
                           "f(msg(\"a.b\", {{\"x\", g({1, 2})}, { \"y\", std::string(\"}\") }}));"),
                     "");
        COMPARE_TEXT(check("MESSAGE(\"a.b\", \"plain\")", "msg(\"a.b\")"), "");
    }

    void refusesAnIdWithoutAText()
    {
        COMPARE_TEXT(check("", "\nmsg(\"a.b\");"), "a.cpp:2: no text for a.b");
    }

    void refusesATextThatNothingSays()
    {
        COMPARE_TEXT(check("MESSAGE(\"a.b\", \"text\")", "// msg(\"a.b\")"),
                     "c.inc:1: nothing says a.b");
    }

    void refusesAnIdTwice()
    {
        COMPARE_TEXT(check("MESSAGE(\"a.b\", \"one\")\nMESSAGE(\"a.b\", \"two\")", "msg(\"a.b\")"),
                     "c.inc:2: the id a.b is there twice");
    }

    void refusesArgumentsThatDifferFromThePlaceholders()
    {
        COMPARE_TEXT(check("MESSAGE(\"a.b\", \"{x}\")", "msg(\"a.b\", {{\"y\", z}})"),
                     "a.cpp:1: a.b is given {y}, its text has {x}");
        COMPARE_TEXT(check("MESSAGE(\"a.b\", \"{x}\")", "msg(\"a.b\")"),
                     "a.cpp:1: a.b is given {}, its text has {x}");
    }

    void refusesAnIdThatIsNoLiteral()
    {
        const char* finding = "a.cpp:1: the id of a message must be a literal";
        COMPARE_TEXT(check("", "msg(id)"), finding);
        COMPARE_TEXT(check("", "msg(\"a\" + b)"), finding);
        COMPARE_TEXT(check("", "Message { \"a.b\", {} }"), "a.cpp:1: a Message is made by msg()");
    }

    void leavesArgumentsAloneThatItCannotRead()
    {
        COMPARE_TEXT(check("MESSAGE(\"a.b\", \"{x}\")", "msg(\"a.b\", arguments)"), "");
    }
};

ISTHMUS_TEST_MAIN(TestMessages)
#include "tst_messages.moc"
