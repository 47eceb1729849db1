// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/yaml/document.h"
#include "tests/support/test.h"

#include <random>

using namespace isthmus;

namespace {

/// Random values, with a taste for texts that are easy to get wrong. Seeded: each run sees the same
/// ones.
class Generator
{
public:
    explicit Generator(unsigned seed)
        : m_random(seed)
    { }

    json::Value object(int depth)
    {
        json::Object out;
        for (int i = below(5); i >= 0; --i) {
            out[text()] = value(depth - 1);
        }
        return out;
    }

private:
    int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(m_random); }

    json::Value value(int depth)
    {
        switch (below(depth > 0 ? 9 : 6)) {
        case 0:
            return nullptr;
        case 1:
            return below(2) == 0;
        case 2:
            return std::uniform_int_distribution<std::int64_t>(
                std::numeric_limits<std::int64_t>::min())(m_random);
        case 3:
            return (below(2'000'001) - 1'000'000) / 1024.0 + 1.0 / 2048;
        case 6:
            return object(depth);
        case 7:
        case 8: {
            json::Array out;
            for (int i = below(4); i > 0; --i) {
                out.push_back(value(depth - 1));
            }
            return out;
        }
        default:
            return text();
        }
    }

    std::string text()
    {
        static const std::vector<std::string> nasty { "",
                                                      "~",
                                                      "null",
                                                      "y",
                                                      "no",
                                                      "On",
                                                      "0",
                                                      "-1",
                                                      "0x1F",
                                                      "1e3",
                                                      "1_000",
                                                      ".5",
                                                      ".inf",
                                                      "-.INF",
                                                      ".nan",
                                                      "1:30",
                                                      "2001-01-01",
                                                      "2026-11-23T23:05:00Z",
                                                      "=",
                                                      "<<",
                                                      "-",
                                                      "--",
                                                      "---",
                                                      "--- a",
                                                      "...",
                                                      "- a",
                                                      "-a",
                                                      "? a",
                                                      ":",
                                                      ": ",
                                                      "a:",
                                                      "a: b",
                                                      "a #b",
                                                      "#a",
                                                      "a#b",
                                                      "&a",
                                                      "*.local",
                                                      "!a",
                                                      "|",
                                                      ">",
                                                      "%a",
                                                      "@a",
                                                      "`a",
                                                      "{",
                                                      "}",
                                                      "[]",
                                                      "{}",
                                                      "a, b",
                                                      "'",
                                                      "\"",
                                                      "it's",
                                                      "\"q\"",
                                                      "\\",
                                                      "a\\nb",
                                                      " a",
                                                      "a ",
                                                      "\t",
                                                      "a\tb",
                                                      "\n",
                                                      "a\n",
                                                      "a\nb",
                                                      "a\n\n",
                                                      "\na",
                                                      "a\n\nb\n\n\n",
                                                      " a\nb",
                                                      "a\n b\n",
                                                      "a \nb",
                                                      "a\n \nb",
                                                      "\ta\nb",
                                                      "a\n\tb",
                                                      "a\n---\nb\n",
                                                      "a\n# b\n- c: d\n",
                                                      "a\r\nb",
                                                      "\r",
                                                      std::string("\0", 1),
                                                      "\x1B[0m",
                                                      "\x7F",
                                                      "\xC2\x85",
                                                      "\xC2\xA0",
                                                      "\xE2\x80\xA8",
                                                      "\xEF\xBB\xBF",
                                                      "\xEF\xBF\xBF",
                                                      "ä",
                                                      "日本",
                                                      "😀",
                                                      "😀\n日本\n",
                                                      "https://a.b:80/c?d=e&f",
                                                      "1.31.0",
                                                      "10Gi",
                                                      "100m",
                                                      "a=b",
                                                      "(a)",
                                                      "$(A)",
                                                      "true\n",
                                                      "a:\nb",
                                                      std::string(600, 'k'),
                                                      std::string(2000, 'x') + ": " };
        std::string out = nasty[static_cast<std::size_t>(below(static_cast<int>(nasty.size())))];
        for (int i = below(3); i > 0; --i) {
            out += nasty[static_cast<std::size_t>(below(static_cast<int>(nasty.size())))];
        }
        return out;
    }

    std::mt19937 m_random;
};

} // namespace

class TestWrite : public test::TestBase
{
    Q_OBJECT

private slots:

    void writesAnObjectAsKubectlDoes()
    {
        const json::Value value = json::Object {
            { "apiVersion", "v1" },
            { "data",
              json::Object { { "cert.pem", "-----BEGIN\nabc\n-----END\n" },
                             { "script", "a\nb" },
                             { "two", "a\n\n" } } },
            { "metadata",
              json::Object {
                  { "annotations", json::Object() },
                  { "labels", json::Object { { "yes", "true" }, { "v", "1.31.0" } } } } },
            { "spec",
              json::Object {
                  { "args", json::Array { "--port=80", "-", "50", "a: b" } },
                  { "hosts", json::Array { "*.local" } },
                  { "none", json::Array() },
                  { "nothing", nullptr },
                  { "ports",
                    json::Array {
                        json::Object { { "name", "http" }, { "port", 80 } },
                        json::Object { { "list", json::Array { json::Array { 1, 2 }, "x" } } } } },
                  { "ratio", 0.5 } } },
        };
        COMPARE_TEXT(yaml::write(value), R"(apiVersion: v1
data:
  cert.pem: |
    -----BEGIN
    abc
    -----END
  script: |-
    a
    b
  two: |+
    a

metadata:
  annotations: {}
  labels:
    v: 1.31.0
    "yes": "true"
spec:
  args:
  - --port=80
  - "-"
  - "50"
  - "a: b"
  hosts:
  - "*.local"
  none: []
  nothing: null
  ports:
  - name: http
    port: 80
  - list:
    - - 1
      - 2
    - x
  ratio: 0.5
)");
    }

    void writesBareValues()
    {
        COMPARE_TEXT(yaml::write(nullptr), "null\n");
        COMPARE_TEXT(yaml::write(json::Object()), "{}\n");
        COMPARE_TEXT(yaml::write(json::Array { "a\nb\n" }), "- |\n  a\n  b\n");
        COMPARE_TEXT(yaml::write("a\nb"), "|-\n  a\n  b\n");
    }

    void quotesOnlyWhatWouldReadAsSomethingElse_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("quoted");
        for (const char* text : { "a",   "a b",  "a:b",   "a#b",   "https://x:1/?a=b",
                                  "-a",  "--a",  "/x",    "1.2.3", "10Gi",
                                  "a,b", "a{b}", "it's",  "(x)",   "$(x)",
                                  "+",   ".",    "1e400", "ä",     "x=",
                                  "tru", "0b2" }) {
            QTest::newRow(text) << QByteArray(text) << false;
        }
        for (const char* text :
             { "",   "true", "Yes",  "y",          "null", "~",    "1",   "0x1", "1e3", "08",
               ".5", ".inf", "1:30", "2026-11-23", "a: b", "a #b", "*a",  "&a",  "!a",  "- a",
               "-",  "?",    "{a",   "[a",         "%a",   "@a",   "#a",  "a:",  " a",  "a ",
               "\"", "'",    "=",    "<<",         "---",  "...",  "a\tb" }) {
            QTest::newRow(text) << QByteArray(text) << true;
        }
    }

    void quotesOnlyWhatWouldReadAsSomethingElse()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, quoted);
        const std::string written = yaml::write(json::Value(text.toStdString()));
        QCOMPARE(written.front() == '"', quoted);
    }

    void readsBackWhatItWrote()
    {
        for (unsigned seed = 1; seed <= 2000; ++seed) {
            const json::Value value = Generator(seed).object(4);
            const std::string text = yaml::write(value);
            const auto read = yaml::parseManifests(text, "f");
            QVERIFY2(read, read ? "" : (describe(read.error()) + "\n" + text).c_str());
            QCOMPARE(read->size(), std::size_t { 1 });
            COMPARE_TEXT(json::write(read->front()), json::write(value));
            QVERIFY(read->front() == value);
        }
    }

    void readsWholeDoublesBackAsIntegers()
    {
        const auto read =
            yaml::parseManifests(yaml::write(json::Object { { "a", 1e6 }, { "b", 1e300 } }), "f");
        QVERIFY(read);
        COMPARE_TEXT(json::write(read->front()), R"({"a":1000000,"b":1e+300})");
    }
};

ISTHMUS_TEST_MAIN(TestWrite)
#include "tst_write.moc"
