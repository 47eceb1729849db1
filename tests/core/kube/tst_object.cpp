// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/kube/object.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestObject : public test::TestBase
{
    Q_OBJECT

private slots:

    void readsKeyAndMetadata()
    {
        const auto object =
            *json::parse(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a",
            "namespace":"n","uid":"u","resourceVersion":"7","labels":{"l":"1"},"annotations":{"k":"2"}}})");
        QCOMPARE(kube::keyOf(object), (kube::ObjectKey { "apps/v1", "Deployment", "n", "a" }));
        COMPARE_TEXT(kube::text(kube::keyOf(object)), "Deployment n/a");
        COMPARE_TEXT(kube::uid(object) + kube::resourceVersion(object) + kube::label(object, "l")
                         + kube::annotation(object, "k") + kube::label(object, "none"),
                     "u712");
        QVERIFY(!kube::isBeingDeleted(object));
    }

    void namesClusterScopedObjectsWithoutSlash()
    {
        COMPARE_TEXT(kube::text({ "v1", "Namespace", "", "istio-system" }),
                     "Namespace istio-system");
    }

    void survivesConditionsThatAreNull()
    {
        QVERIFY(
            !kube::hasCondition(*json::parse(R"({"status":{"conditions":null}})"), "Established"));
    }

    void findsAConditionByType()
    {
        const auto object = *json::parse(
            R"({"status":{"conditions":[{"type":"A","status":"False"},{"type":"B","status":"True"}]}})");
        QVERIFY(!kube::hasCondition(object, "A"));
        QVERIFY(kube::hasCondition(object, "B"));
        QVERIFY(kube::condition(object, "C").isNull());
    }
};

ISTHMUS_TEST_MAIN(TestObject)
#include "tst_object.moc"
