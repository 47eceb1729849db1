// SPDX-License-Identifier: GPL-3.0-or-later
// The expected values were produced by sigs.k8s.io/yaml 1.6.0, but for infinity and integers above
// 2^63.
#include "core/yaml/document.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestTyped : public test::TestBase
{
    Q_OBJECT

private slots:

    void typesPlainScalarsAsKubectlDoes_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const std::pair<const char*, const char*> rows[] = {
#include "tests/core/yaml/typed_table.inc"
        };
        for (const auto& [text, expected] : rows) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(expected);
        }
    }

    void typesPlainScalarsAsKubectlDoes()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        yaml::Node node;
        node.kind = yaml::Node::Kind::Scalar;
        node.scalar = text.toStdString();
        COMPARE_TEXT(json::write(yaml::typed(node)), expected.toStdString());
        node.quoted = true;
        QCOMPARE(yaml::typed(node).string(), text.toStdString());
    }

    void convertsTreesWithTextKeys()
    {
        const auto parsed = yaml::parse("on: [1, 'x', ~]\n010: {}\n1.5: []\n'no': off\ne:\n", "f");
        QVERIFY(parsed.problems.empty());
        const auto value = yaml::toValue(parsed.root);
        QVERIFY(value);
        COMPARE_TEXT(json::write(*value),
                     R"({"1.5":[],"8":{},"e":null,"no":false,"true":[1,"x",null]})");
    }

    void refusesKeysThatBecomeEqual()
    {
        const auto parsed = yaml::parse("a:\n  8: x\n  010: y\n", "f");
        QVERIFY(parsed.problems.empty());
        const auto value = yaml::toValue(parsed.root);
        QVERIFY(!value);
        COMPARE_TEXT(describe(value.error()), "3:3: the key \"8\" stands twice in one map");
    }

    void refusesWhatJsonCannotSay()
    {
        for (const char* text : { "a: .inf", "a: -.Inf", "a: +.INF", "a: .nan" }) {
            const auto parsed = yaml::parse(text, "f");
            QVERIFY2(!yaml::toValue(parsed.root), text);
        }
        QVERIFY(yaml::toValue(yaml::parse("a: '.inf'", "f").root));
    }
};

ISTHMUS_TEST_MAIN(TestTyped)
#include "tst_typed.moc"
