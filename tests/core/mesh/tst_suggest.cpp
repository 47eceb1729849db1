// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/suggest.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestSuggest : public test::TestBase
{
    Q_OBJECT

private slots:

    void findsTheWordThatWasMeant_data()
    {
        QTest::addColumn<QByteArray>("word");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("left out") << QByteArray("contxt") << QByteArray("context");
        QTest::newRow("inserted") << QByteArray("rolee") << QByteArray("role");
        QTest::newRow("replaced") << QByteArray("nane") << QByteArray("name");
        QTest::newRow("swapped") << QByteArray("nmae") << QByteArray("name");
        QTest::newRow("capitals") << QByteArray("APISERVER") << QByteArray("apiServer");
        QTest::newRow("separators") << QByteArray("api_server") << QByteArray("apiServer");
        QTest::newRow("nothing near") << QByteArray("weather") << QByteArray("");
        QTest::newRow("too short to guess") << QByteArray("xy") << QByteArray("");
        QTest::newRow("empty") << QByteArray("") << QByteArray("");
        QTest::newRow("long") << QByteArray(100'000, 'x') << QByteArray("");
    }

    void findsTheWordThatWasMeant()
    {
        QFETCH(QByteArray, word);
        QFETCH(QByteArray, expected);
        const auto found =
            mesh::nearest(word.toStdString(), { "name", "context", "role", "apiServer" });
        QCOMPARE(found.value_or(""), expected.toStdString());
    }
};

ISTHMUS_TEST_MAIN(TestSuggest)
#include "tst_suggest.moc"
