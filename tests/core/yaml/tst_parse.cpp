// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/yaml/document.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

std::string dump(const yaml::Node& node)
{
    switch (node.kind) {
    case yaml::Node::Kind::Null:
        return "null";
    case yaml::Node::Kind::Scalar:
        return node.quoted ? "'" + node.scalar + "'" : node.scalar;
    case yaml::Node::Kind::Sequence: {
        std::string out = "[";
        for (const yaml::Node& item : node.items) {
            out += (out.size() > 1 ? ", " : "") + dump(item);
        }
        return out + "]";
    }
    case yaml::Node::Kind::Map:
        break;
    }
    std::string out = "{";
    for (const auto& [key, value] : node.members) {
        out += (out.size() > 1 ? ", " : "") + dump(key) + ": " + dump(value);
    }
    return out + "}";
}

std::string read(std::string_view text, const yaml::Limits& limits = {})
{
    const yaml::Parsed parsed = yaml::parse(text, "f", limits);
    return parsed.problems.empty() ? dump(parsed.root) : isthmus::dump(parsed.problems);
}

/// "line:column text: why" of each problem, without the remedies.
std::string problems(std::string_view text, const yaml::Limits& limits = {})
{
    std::string out;
    for (const Diagnostic& problem : yaml::parse(text, "f", limits).problems) {
        out += std::to_string(problem.line) + ":" + std::to_string(problem.column) + " "
            + isthmus::text(problem.summary) + (problem.detail.empty() ? "" : ": " + problem.detail)
            + (problem.remedy.empty() ? " NO REMEDY" : "") + (problem.file == "f" ? "" : " NO FILE")
            + "\n";
    }
    return out;
}

std::string repeated(std::string_view text, int count)
{
    std::string out;
    for (int i = 0; i < count; ++i) {
        out += text;
    }
    return out;
}

} // namespace

class TestParse : public test::TestBase
{
    Q_OBJECT

private slots:

    void keepsTextOrderAndQuotes()
    {
        COMPARE_TEXT(read("b: 50\na: '50'\nc: [x, \"y\", ~]\nd:\n  - e: |\n      f\n"),
                     "{b: 50, a: '50', c: [x, 'y', null], d: [{e: 'f\n'}]}");
    }

    void knowsThePlaceOfEachNode()
    {
        const yaml::Parsed parsed = yaml::parse("# ä\nä: ö\nlist:\n  - ü: x\n", "f");
        QVERIFY(parsed.problems.empty());
        const yaml::Node* first = parsed.root.find("ä");
        QVERIFY(first != nullptr);
        QCOMPARE(first->line, 2);
        QCOMPARE(first->column, 4); // in characters: the bytes would say 5
        const yaml::Node* list = parsed.root.find("list");
        QVERIFY(list != nullptr && list->items.size() == 1);
        const yaml::Node* value = list->items[0].find("ü");
        QVERIFY(value != nullptr);
        QCOMPARE(value->line, 4);
        QCOMPARE(value->column, 8);
        QVERIFY(parsed.root.find("nothing") == nullptr);
    }

    void acceptsWhatIsHarmless_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("empty") << QByteArray("") << QByteArray("null");
        QTest::newRow("comments alone") << QByteArray("# a\n\n#b") << QByteArray("null");
        QTest::newRow("byte order mark") << QByteArray("\xEF\xBB\xBF"
                                                       "a: b")
                                         << QByteArray("{a: b}");
        QTest::newRow("CRLF") << QByteArray("a: b\r\nc: |\r\n  d\r\n  e\r\n")
                              << QByteArray("{a: b, c: 'd\ne\n'}");
        QTest::newRow("separators around one document")
            << QByteArray("---\n# x\n---\na: b\n...\n---\n") << QByteArray("{a: b}");
        QTest::newRow("version directive")
            << QByteArray("%YAML 1.2\n---\na: b\n") << QByteArray("{a: b}");
        QTest::newRow("indicators inside plain text")
            << QByteArray("a: x & y\nb: 5 * 3!\nc: a<<b\nd: x&y")
            << QByteArray("{a: x & y, b: 5 * 3!, c: a<<b, d: x&y}");
        QTest::newRow("indicators inside quotes")
            << QByteArray("a: '*.local'\nb: \"&x\"\n'<<': '!x'")
            << QByteArray("{a: '*.local', b: '&x', '<<': '!x'}");
        QTest::newRow("indicators inside comments and blocks")
            << QByteArray("a: b # &x *y !z <<: q\nc: |\n  &x\n  <<: *y\n  !z\n")
            << QByteArray("{a: b, c: '&x\n<<: *y\n!z\n'}");
        QTest::newRow("dashes inside a block")
            << QByteArray("a: |\n  ---\n  ...\n") << QByteArray("{a: '---\n...\n'}");
        QTest::newRow("a flow map over lines")
            << QByteArray("a: {b: c,\n  d: }") << QByteArray("{a: {b: c, d: null}}");
        QTest::newRow("a value on the next line")
            << QByteArray("a:\n  b\nc:\n") << QByteArray("{a: b, c: null}");
        QTest::newRow("tabs within a line") << QByteArray("a:\tb\t# c\n") << QByteArray("{a: b}");
        QTest::newRow("a set") << QByteArray("? a\n? b\n") << QByteArray("{a: null, b: null}");
    }

    void acceptsWhatIsHarmless()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        COMPARE_TEXT(read(text.toStdString()), expected.toStdString());
    }

    void refusesHostileInput_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, std::string text, const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(expected);
        };
        row("what LoadAll never ends on", "[\"\"],", "1:5 text follows the end of the document\n");
        row("alias cycle",
            "a: &a [*a]",
            "1:4 anchors (&name) are not allowed here\n1:8 aliases (*name) are not allowed here\n");
        row("alias bomb",
            "a: &a [x, x]\nb: &b [*a, *a]\n",
            "1:4 anchors (&name) are not allowed here\n2:4 anchors (&name) are not allowed here\n"
            "2:8 aliases (*name) are not allowed here\n2:12 aliases (*name) are not allowed "
            "here\n");
        row("anchor on a key", "&a a: b", "1:1 anchors (&name) are not allowed here\n");
        row("unknown alias",
            "a: *.local",
            "1:4 this is not valid YAML: a text that starts with * means an alias here; quote "
            "it\n");
        row("merge key", "a: {<<: {b: c}}", "1:5 merge keys (<<) are not allowed here\n");
        row("tag",
            "a: !!str 5\nb: !x y",
            "1:4 tags are not allowed here: tag:yaml.org,2002:str\n"
            "2:4 tags are not allowed here: !x\n");
        row("duplicate keys, all of them",
            "a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n",
            "2:11 the key \"c\" stands twice in one map: it stands in line 2 already\n"
            "3:1 the key \"a\" stands twice in one map: it stands in line 1 already\n"
            "4:1 the key \"a\" stands twice in one map: it stands in line 3 already\n");
        row("NUL", std::string("a: b\nc: \0d", 10), "2:4 the character U+0000 is not allowed\n");
        row("escaped NUL", "a: \"x\\0y\"", "1:4 the character U+0000 is not allowed\n");
        row("C1 control", "a: \xC2\x85 b", "1:4 the character U+0085 is not allowed\n");
        row("escape character", "a: \x1B[31m", "1:4 the character U+001B is not allowed\n");
        row("end of transmission, yaml-cpp's end of file",
            "a: \x04 b",
            "1:4 the character U+0004 is not allowed\n");
        row("line separator",
            "a: \xE2\x80\xA8"
            "b: c",
            "1:4 the character U+2028 is not allowed\n");
        row("second byte order mark",
            "a: \xEF\xBB\xBF",
            "1:4 the character U+FEFF is not allowed\n");
        row("carriage return alone", "a: b\rc: d", "1:5 the character U+000D is not allowed\n");
        row("Latin-1", "ä: \xE4", "1:4 the file is not UTF-8: byte 0xE4\n");
        row("UTF-16",
            "\xFF\xFE"
            "a",
            "1:1 the file is not UTF-8: byte 0xFF: the file looks like UTF-16\n");
        row("surrogate", "a: \xED\xA0\x80", "1:4 the file is not UTF-8: byte 0xED\n");
        row("overlong", "a: \xC0\xAF", "1:4 the file is not UTF-8: byte 0xC0\n");
        row("second document", "a: b\n---\nc: d\n", "3:1 there is more than one document\n");
        row("second document behind dots",
            "a: b\n...\nc: d\n",
            "3:1 there is more than one document\n");
        row("trailing content", "[a]\nb: c\n", "2:1 text follows the end of the document\n");
        row("outdented", "  a: 1\n b: 2\n", "2:2 text follows the end of the document\n");
        row("list entry behind the colon",
            "a: - b",
            "1:4 this is not valid YAML: a list entry (\"- \") cannot start here; put it on a line "
            "of its own\n");
        row("tab as indentation",
            "a:\n\tb: c",
            "2:3 this is not valid YAML: a tab stands in the indentation\n");
        row("tab before a dash",
            "a:\n  - b\n\t- c",
            "3:1 this is not valid YAML: a tab stands in the indentation\n");
        row("colon in plain text",
            "a: b: c",
            "1:5 this is not valid YAML: a \": \" stands where no key can be; quote the text or "
            "check the indentation\n");
        row("text behind quotes",
            "a: 'x' y",
            "1:8 this is not valid YAML: text follows a value that has already ended, or the "
            "indentation changed\n");
        row("brace not closed",
            "x: 1\ny: {b: c\n",
            "2:4 this is not valid YAML: a { is not closed\n");
        row("quote not closed",
            "a: 'b\n",
            "1:4 this is not valid YAML: a quoted text is not closed\n");
        row("quote not closed behind an escaped one",
            "a: 'it''s'\nb: \"c\\\"\n",
            "2:4 this is not valid YAML: a quoted text is not closed\n");
        row("reserved character",
            "a: @b",
            "1:4 this is not valid YAML: a plain text cannot start with this character; quote "
            "it\n");
        row("missing colon",
            "a: 1\nspec\nb: 2\n",
            "3:2 this is not valid YAML: a \": \" stands where no key can be; quote the text or "
            "check the indentation\n");
        row("missing colon at the end",
            "a: \"1\"\nspec\n",
            "2:1 \"spec\" has no colon behind it\n");
        row("list as key", "? [a]\n: b\n", "1:3 a key is empty or is a list or a map\n");
        row("empty key", "~: b\n", "1:1 a key is empty or is a list or a map\n");
        row("surrogate escape",
            "a: \"\\ud800\"",
            "1:11 this is not valid YAML: invalid unicode: 55296\n");
    }

    void refusesHostileInput()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        COMPARE_TEXT(problems(text.toStdString()), expected.toStdString());
    }

    void refusesDepth_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("lists") << QByteArray::fromStdString(repeated("[", 10'000));
        QTest::newRow("closed lists")
            << QByteArray::fromStdString(repeated("[", 10'000) + repeated("]", 10'000));
        QTest::newRow("maps") << QByteArray::fromStdString(repeated("{a: ", 10'000));
        QTest::newRow("dashes") << QByteArray::fromStdString(repeated("- ", 10'000));
        QTest::newRow("question marks") << QByteArray::fromStdString(repeated("? ", 10'000));
    }

    void refusesDepth()
    {
        QFETCH(QByteArray, text);
        const yaml::Parsed parsed = yaml::parse(text.toStdString(), "f");
        QVERIFY(!parsed.problems.empty());
        COMPARE_TEXT(isthmus::text(parsed.problems.back().summary),
                     "it is nested more than 64 deep");
        QVERIFY(parsed.root.kind == yaml::Node::Kind::Null);
    }

    void allowsTheDepthItNames()
    {
        QVERIFY(yaml::parse("[[[x]]]", "f", { .depth = 3 }).problems.empty());
        QVERIFY(!yaml::parse("[[[[x]]]]", "f", { .depth = 3 }).problems.empty());
    }

    void refusesTooMuchOfAnything()
    {
        COMPARE_TEXT(problems("a: bcd", { .bytes = 5 }),
                     "0:0 it has 6 bytes; at most 5 are read\n");
        COMPARE_TEXT(problems("[a, b, c]", { .nodes = 3 }), "1:8 it has more than 3 values\n");
        COMPARE_TEXT(problems("{a: 1, b: 2, c: 3}", { .keysPerMap = 2 }),
                     "1:14 a map has more than 2 keys\n");
    }

    void stopsCountingProblems()
    {
        const yaml::Parsed parsed = yaml::parse(repeated("- !x y\n", 1000), "f");
        QCOMPARE(parsed.problems.size(), std::size_t { 51 });
    }

    void resolvesAliasesWhereAllowed()
    {
        const yaml::Limits limits { .allowAliases = true };
        COMPARE_TEXT(
            read("a: &x {b: c}\nd: *x\ne: {<<: *x, f: g}\nh: {<<: [*x, {b: z, y: w}], b: own}",
                 limits),
            "{a: {b: c}, d: {b: c}, e: {f: g, b: c}, h: {b: own, y: w}}");
        COMPARE_TEXT(read("a: !!str 5\nb: !!int 5", limits), "{a: '5', b: 5}");
    }

    void survivesAliasAttacksWhereAllowed()
    {
        const yaml::Limits limits { .allowAliases = true };
        COMPARE_TEXT(problems("a: &a [*a]", limits),
                     "1:8 an alias (*name) stands inside what it names\n");
        std::string bomb = "- &a0 [x, x, x, x, x, x, x, x]\n";
        std::string chain = "- &a0 [x]\n";
        for (int i = 1; i < 80; ++i) {
            const std::string name = std::to_string(i);
            const std::string before = "*a" + std::to_string(i - 1);
            bomb += "- &a" + name + " [" + before + ", " + before + "]\n";
            chain += "- &a" + name + " [" + before + "]\n";
        }
        COMPARE_TEXT(isthmus::text(yaml::parse(bomb, "f", limits).problems.at(0).summary),
                     "it has more than 100000 values");
        COMPARE_TEXT(isthmus::text(yaml::parse(chain, "f", limits).problems.at(0).summary),
                     "it is nested more than 64 deep");
        const std::string large =
            "- &a " + std::string(500'000, 'x') + "\n" + repeated("- *a\n", 20);
        COMPARE_TEXT(isthmus::text(yaml::parse(large, "f", limits).problems.at(0).summary),
                     "it has more than 100000 values");
        COMPARE_TEXT(problems("a: !binary x", limits), "1:4 tags are not allowed here: !binary\n");
    }

    void survivesEveryPrefixOfARealFile()
    {
        const std::string text =
            "%YAML 1.2\n---\nspec: {a: [1, 'b', \"c\\n\"], d: |-\n    e\n\n  f: >+2\n"
            "? g\n: - h\n  - i: &j k\n    l: *j\n<<: !m n\n...\n";
        for (std::size_t size = 0; size <= text.size(); ++size) {
            (void)yaml::parse(std::string_view(text).substr(0, size), "f");
            (void)yaml::parse(std::string_view(text).substr(size), "f", { .allowAliases = true });
        }
    }
};

ISTHMUS_TEST_MAIN(TestParse)
#include "tst_parse.moc"
