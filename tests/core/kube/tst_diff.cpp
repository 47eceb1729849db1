// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/kube/diff.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

json::Value parsed(std::string_view text)
{
    return *json::parse(text);
}

std::string paths(const json::Value& before, const json::Value& after)
{
    std::string out;
    for (const kube::FieldChange& change : kube::diff(before, after)) {
        out += change.path + ": " + json::write(change.before) + " -> " + json::write(change.after)
            + '\n';
    }
    return out;
}

} // namespace

class TestDiff : public test::TestBase
{
    Q_OBJECT

private slots:

    void seesNoChangeInWhatServersWriteThemselves()
    {
        const auto before = parsed(
            R"({"kind":"Service","metadata":{"name":"a","resourceVersion":"1","uid":"u","generation":1,
            "creationTimestamp":"x","managedFields":[1],"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}"}},
            "spec":{"a":1},"status":{"x":1}})");
        const auto after = parsed(R"({"kind":"Service","metadata":{"name":"a"},"spec":{"a":1}})");
        QVERIFY(!kube::changes(before, after));
        COMPARE_TEXT(kube::dump(before, after), "");
        COMPARE_TEXT(json::write(kube::normalised(before)),
                     R"({"kind":"Service","metadata":{"name":"a"},"spec":{"a":1}})");
    }

    void matchesListItemsByNameWhereEachHasOne()
    {
        const auto before = parsed(R"({"spec":{"c":[{"name":"a","v":1},{"name":"b","v":2}]}})");
        const auto after = parsed(
            R"({"spec":{"c":[{"name":"new","v":0},{"name":"a","v":1},{"name":"b","v":3}]}})");
        QVERIFY(kube::changes(before, after));
        COMPARE_TEXT(paths(before, after),
                     "spec.c[b].v: 2 -> 3\n"
                     "spec.c[new]: null -> {\"name\":\"new\",\"v\":0}\n");
    }

    void matchesOtherListsByPosition()
    {
        const auto before = parsed(R"({"a":[{"name":"x","v":1},{"v":2}],"b":[1,2]})");
        const auto after = parsed(R"({"a":[{"name":"x","v":1},{"v":3}],"b":[1]})");
        COMPARE_TEXT(paths(before, after), "a[1].v: 2 -> 3\nb[1]: 2 -> null\n");
    }

    void seesAMereReordering()
    {
        const auto before = parsed(R"({"c":[{"name":"a"},{"name":"b"}]})");
        const auto after = parsed(R"({"c":[{"name":"b"},{"name":"a"}]})");
        COMPARE_TEXT(
            paths(before, after),
            "c: [{\"name\":\"a\"},{\"name\":\"b\"}] -> [{\"name\":\"b\"},{\"name\":\"a\"}]\n");
        QVERIFY(!kube::dump(before, after).empty());
    }

    void seesAChangeOfType()
    {
        COMPARE_TEXT(paths(parsed(R"({"a":{"b":1}})"), parsed(R"({"a":[1]})")),
                     "a: {\"b\":1} -> [1]\n");
    }

    void writesOnlyTheWayToWhatChanged()
    {
        const auto before = parsed(
            R"({"kind":"VirtualService","metadata":{"name":"a","labels":{"x":"1"}},"spec":{"hosts":["h"],
            "http":[{"route":[{"destination":{"host":"f","subset":"onprem"},"weight":50},{"destination":{"host":"f","subset":"gke"},"weight":50}]}]}})");
        const auto after =
            parsed(R"({"kind":"VirtualService","metadata":{"name":"a"},"spec":{"hosts":["h"],
            "http":[{"route":[{"destination":{"host":"f","subset":"onprem"},"weight":90},{"destination":{"host":"f","subset":"gke"},"weight":10}]}],"x":{"y":[1,{"z":""}]}}})");
        COMPARE_TEXT(kube::dump(before, after),
                     "  metadata:\n"
                     "-   labels:\n"
                     "-     x: \"1\"\n"
                     "  spec:\n"
                     "    http:\n"
                     "      [0]:\n"
                     "        route:\n"
                     "          [0]:\n"
                     "-           weight: 50\n"
                     "+           weight: 90\n"
                     "          [1]:\n"
                     "-           weight: 50\n"
                     "+           weight: 10\n"
                     "+   x:\n"
                     "+     y:\n"
                     "+       [0]: 1\n"
                     "+       [1]:\n"
                     "+         z: \"\"\n");
    }

    void writesNewAndRemovedObjectsWhole()
    {
        const auto object = parsed(R"({"kind":"Namespace","metadata":{"name":"a","uid":"u"}})");
        COMPARE_TEXT(kube::dump({}, object),
                     "+ kind: \"Namespace\"\n+ metadata:\n+   name: \"a\"\n");
        COMPARE_TEXT(kube::dump(object, {}),
                     "- kind: \"Namespace\"\n- metadata:\n-   name: \"a\"\n");
    }

    void showsLengthsOfSecretsAndNeverTheirBytes()
    {
        // "secret one", "secret two" and "other" in Base64.
        const auto before = parsed(
            R"({"kind":"Secret","metadata":{"name":"a"},"data":{"k":"c2VjcmV0IG9uZQ==","same":"b3RoZXI="}})");
        const auto after = parsed(
            R"({"kind":"Secret","metadata":{"name":"a"},"data":{"k":"c2VjcmV0IHR3bw==","same":"b3RoZXI="},"stringData":{"p":"hunter2"}})");
        const std::string text = kube::dump(before, after);
        COMPARE_TEXT(text,
                     "  data:\n"
                     "-   k: \"<10 bytes>\"\n"
                     "+   k: \"<10 bytes, changed>\"\n"
                     "+ stringData:\n"
                     "+   p: \"<7 bytes>\"\n");
        const std::string all =
            paths(before, after) + kube::dump({}, after) + kube::dump(before, {});
        QVERIFY(all.find("c2Vjc") == std::string::npos);
        QVERIFY(all.find("hunter2") == std::string::npos);
        QVERIFY(all.find("b3RoZXI") == std::string::npos);
    }

    void mergesAnIntentIntoWhatIsThere()
    {
        const auto live =
            parsed(R"({"apiVersion":"apps/v1","metadata":{"name":"a","labels":{"theirs":"1"}},
            "spec":{"replicas":1,"containers":[{"name":"side","image":"x"},{"name":"main","image":"old","env":[1]}],"args":["a","b"]}})");
        const auto intent =
            parsed(R"({"apiVersion":"apps/v1","metadata":{"name":"a","labels":{"ours":"2"}},
            "spec":{"containers":[{"name":"main","image":"new"}],"args":["c"]}})");
        COMPARE_TEXT(
            json::write(kube::merged(live, intent)),
            R"({"apiVersion":"apps/v1","metadata":{"labels":{"ours":"2","theirs":"1"},"name":"a"},)"
            R"("spec":{"args":["c"],"containers":[{"image":"x","name":"side"},{"env":[1],"image":"new","name":"main"}],"replicas":1}})");
        COMPARE_TEXT(json::write(kube::merged({}, intent)), json::write(intent));
    }

    void replacesTheListsOfCustomResources()
    {
        const auto live = parsed(
            R"({"apiVersion":"networking.istio.io/v1","spec":{"http":[{"name":"a"},{"name":"b"}]}})");
        const auto intent = parsed(
            R"({"apiVersion":"networking.istio.io/v1","spec":{"http":[{"name":"b","x":1}]}})");
        COMPARE_TEXT(json::write(kube::merged(live, intent)["spec"]),
                     R"({"http":[{"name":"b","x":1}]})");
    }
};

ISTHMUS_TEST_MAIN(TestDiff)
#include "tst_diff.moc"
