// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/quantity.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestQuantity : public test::TestBase
{
    Q_OBJECT

private slots:

    void readsEveryNotation_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("thousandths");
        QTest::newRow("plain") << "4" << qint64 { 4'000 };
        QTest::newRow("zero") << "0" << qint64 { 0 };
        QTest::newRow("fraction") << "1.5" << qint64 { 1'500 };
        QTest::newRow("milli") << "500m" << qint64 { 500 };
        QTest::newRow("micro, rounded up") << "1500u" << qint64 { 2 };
        QTest::newRow("nano") << "2000000n" << qint64 { 2 };
        QTest::newRow("kilo") << "2k" << qint64 { 2'000'000 };
        QTest::newRow("kibi") << "1Ki" << qint64 { 1'024'000 };
        QTest::newRow("gibi") << "2Gi" << qint64 { 2'147'483'648'000 };
        QTest::newRow("exponent") << "1e3" << qint64 { 1'000'000 };
        QTest::newRow("exa is no exponent") << "0.001E" << qint64 { 1'000'000'000'000'000'000 };
        QTest::newRow("plus") << "+1" << qint64 { 1'000 };
        QTest::newRow("minus") << "-1" << qint64 { -1'000 };
    }

    void readsEveryNotation()
    {
        QFETCH(QString, text);
        const auto value = checks::parseQuantity(text.toStdString());
        QVERIFY(value);
        QTEST(qint64 { *value }, "thousandths");
    }

    void refusesWhatIsNone_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text :
             { "", "m", "inf", "nan", "1x", "1 Gi", "1Gib", "9999E", "--1", "0x10" }) {
            QTest::newRow(*text == '\0' ? "empty" : text) << text;
        }
    }

    void refusesWhatIsNone()
    {
        QFETCH(QString, text);
        QVERIFY(!checks::parseQuantity(text.toStdString()));
    }

    void writesForPeople()
    {
        COMPARE_TEXT(checks::cpuText(500), "0.5 CPU");
        COMPARE_TEXT(checks::cpuText(12'000), "12 CPU");
        COMPARE_TEXT(checks::bytesText(std::int64_t { 2 } << 30), "2.0 GiB");
        COMPARE_TEXT(checks::bytesText(std::int64_t { 128 } << 20), "128 MiB");
    }
};

ISTHMUS_TEST_MAIN(TestQuantity)
#include "tst_quantity.moc"
