// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestParse : public test::TestBase
{
    Q_OBJECT

private slots:

    void writesWhatItReadWithSortedKeys()
    {
        const auto value = json::parse(R"({"b":[1,-2.5,true,null,"ä\u000a"],"a":{"x":""}})");
        QVERIFY(value);
        COMPARE_TEXT(json::write(*value), R"({"a":{"x":""},"b":[1,-2.5,true,null,"ä\n"]})");
    }

    void writesSurrogatePairsAndSlashesRaw()
    {
        const auto value = json::parse(R"(["\ud83d\ude00","a\/b"])");
        QVERIFY(value);
        COMPARE_TEXT(json::write(*value), "[\"😀\",\"a/b\"]");
    }

    void keepsDoublesApartFromIntegers()
    {
        const auto value = json::parse("[1.0,1]");
        QVERIFY(value);
        COMPARE_TEXT(json::write(*value), "[1.0,1]");
    }

    void refusesBadInput_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("cut off") << QByteArray(R"({"a":)");
        QTest::newRow("trailing text") << QByteArray("{} x");
        QTest::newRow("a key twice") << QByteArray(R"({"a":1,"a":2})");
        QTest::newRow("broken UTF-8") << QByteArray("[\"\xff\"]");
        QTest::newRow("too deep") << QByteArray(300, '[') + QByteArray(300, ']');
    }

    void refusesBadInput()
    {
        QFETCH(QByteArray, text);
        const auto value = json::parse({ text.constData(), static_cast<std::size_t>(text.size()) });
        QVERIFY(!value);
        QCOMPARE(value.error().code, ErrorCode::Invalid);
        QVERIFY(!value.error().detail.empty());
    }

    void refusesMoreBytesThanAllowed() { QVERIFY(!json::parse("[1,2,3]", { .bytes = 3 })); }

    void chainsThroughWhatIsMissing()
    {
        const auto value = json::parse(R"({"status":{"phase":"Running"}})");
        QVERIFY(value);
        QCOMPARE((*value)["status"]["phase"].string(), std::string("Running"));
        QCOMPARE((*value)["spec"]["containers"][0]["name"].string(), std::string());
    }
};

ISTHMUS_TEST_MAIN(TestParse)
#include "tst_parse.moc"
