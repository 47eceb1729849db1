// SPDX-License-Identifier: GPL-3.0-or-later
// The lite bed and the tools on top of it: API servers that answer, digests that hold still and see
// changes.
#include "tests/real/bed.h"
#include "tests/real/digest.h"
#include "tests/real/requests.h"

using namespace isthmus;
using namespace isthmus::test;

namespace {

const char* const smallList = R"({"kind": "List", "items": [
  {"apiVersion": "v1", "kind": "Secret", "data": {"key": "c2VjcmV0"}, "status": {"phase": "x"},
   "metadata": {"name": "s", "namespace": "n", "uid": "1", "resourceVersion": "7",
                "ownerReferences": [{"name": "o", "uid": "2"}]}},
  {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a", "labels": {}}, "spec": {"ports": [80, "x"]}}]})";

} // namespace

class TestBed : public TestBase
{
    Q_OBJECT

private slots:

    void bothApiServersAnswer()
    {
        const Bed bed = Bed::fromEnvironment();
        QCOMPARE(bed.mode(), Bed::Mode::Lite);
        for (const char* cluster : { "c1", "c2" }) {
            const Run ready = bed.kubectl(cluster, { "get", "--raw", "/readyz" });
            QVERIFY2(ready.succeeded(), ready.describe().c_str());
            COMPARE_TEXT(ready.output, "ok");
        }
    }

    void bothAreDifferentClusters()
    {
        const Bed bed = Bed::fromEnvironment();
        const std::vector<std::string> ask {
            "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"
        };
        const Run first = bed.kubectl("c1", ask);
        const Run second = bed.kubectl("c2", ask);
        QVERIFY(first.succeeded() && second.succeeded());
        QVERIFY(first.output != second.output);
    }

    void aDigestHoldsStillWhileNothingChanges()
    {
        const Bed bed = Bed::fromEnvironment();
        for (const char* cluster : { "c1", "c2" }) {
            const Digest before = settledDigestOf(bed, cluster);
            COMPARE_TEXT(before.error, "");
            QVERIFY(before.lines.size() > 100);
            COMPARE_TEXT(before.differenceTo(digestOf(bed, cluster)), "");
        }
    }

    void aDigestSeesWhatComesAndForgetsWhatGoes()
    {
        const Bed bed = Bed::fromEnvironment();
        const Digest before = settledDigestOf(bed, "c1");
        QVERIFY(bed.kubectl("c1", { "create", "configmap", "probe", "--from-literal=a=b" })
                    .succeeded());
        COMPARE_TEXT(before.differenceTo(digestOf(bed, "c1")),
                     "+ v1/ConfigMap default/probe .apiVersion=\"v1\"\n"
                     "+ v1/ConfigMap default/probe .data.a=\"b\"\n"
                     "+ v1/ConfigMap default/probe .kind=\"ConfigMap\"\n"
                     "+ v1/ConfigMap default/probe .metadata.name=\"probe\"\n"
                     "+ v1/ConfigMap default/probe .metadata.namespace=\"default\"\n");
        QVERIFY(bed.kubectl("c1", { "delete", "configmap", "probe" }).succeeded());
        COMPARE_TEXT(before.differenceTo(digestOf(bed, "c1")), "");
    }

    void helmRendersTheBedsCharts()
    {
        const Bed bed = Bed::fromEnvironment();
        const Run rendered = test::run({ bed.helm(),
                                         { "template", "istio-base", bed.charts() + "/base" },
                                         bed.environment() });
        QVERIFY2(rendered.succeeded(), rendered.errors.c_str());
        QVERIFY(rendered.output.find("CustomResourceDefinition") != std::string::npos);
    }

    void aDigestHidesSecretsAndWhatChangesByItself()
    {
        const Digest digest = digestOfList(smallList);
        std::string text;
        for (const std::string& line : digest.lines) {
            text += line + "\n";
        }
        COMPARE_TEXT(text,
                     "v1/Node a .apiVersion=\"v1\"\n"
                     "v1/Node a .kind=\"Node\"\n"
                     "v1/Node a .metadata.labels={}\n"
                     "v1/Node a .metadata.name=\"a\"\n"
                     "v1/Node a .spec.ports[0]=80\n"
                     "v1/Node a .spec.ports[1]=\"x\"\n"
                     "v1/Secret n/s .apiVersion=\"v1\"\n"
                     "v1/Secret n/s .data.key=sha256:"
                     "1c1185e02ff3e23b3e5a1c5bc86cf15d4126caa3dcde0fdb6e93adc4deec119e\n"
                     "v1/Secret n/s .kind=\"Secret\"\n"
                     "v1/Secret n/s .metadata.name=\"s\"\n"
                     "v1/Secret n/s .metadata.namespace=\"n\"\n"
                     "v1/Secret n/s .metadata.ownerReferences[0].name=\"o\"\n");
        COMPARE_TEXT(digestOfList("{}").differenceTo(digest).substr(0, 10), "no digest:");
    }

    void answersAreCountedByTheClusterThatGaveThem()
    {
        Counts counts;
        addAnswers(
            "{\"cluster\": \"c1\"}\n@@ 200 0.010 0\n{\n\"cluster\": \"c2\"}\n@@ 200 0.200 0\n"
            "upstream connect error\n@@ 503 0.010 0\n\n@@ 000 10.0 28\nhello\n@@ 200 0.1 0\n",
            counts);
        COMPARE_TEXT(counts.describe(),
                     "HTTP 200 without a cluster 1, HTTP 503 1, c1 1, c2 1, curl 28 1");
        QCOMPARE(counts.failed(), 3);
        QCOMPARE(counts.total(), 5);
        QCOMPARE(counts.slowestSeconds, 10.0);
    }

    void aShareIsPlausibleWithinItsBand()
    {
        QVERIFY(isPlausible(100, 200, 0.5));
        QVERIFY(isPlausible(128, 200, 0.5));
        QVERIFY(!isPlausible(129, 200, 0.5));
        QVERIFY(isPlausible(200, 200, 1.0));
        QVERIFY(!isPlausible(199, 200, 1.0));
    }

    void programsThatFailAreReported()
    {
        QCOMPARE(test::run({ "false" }).exitCode, 1);
        COMPARE_TEXT(
            test::run({ .path = "cat", .arguments = {}, .environment = {}, .input = "typed" })
                .output,
            "typed");
        const Run absent = test::run({ "/nonexistent/program" });
        QCOMPARE(absent.exitCode, -1);
        QVERIFY(!absent.errors.empty());
        const Run late = test::run({ .path = "sleep",
                                     .arguments = { "60" },
                                     .environment = {},
                                     .input = {},
                                     .deadline = std::chrono::seconds(1) });
        QCOMPARE(late.exitCode, -1);
    }
};

ISTHMUS_REAL_TEST_MAIN(TestBed)
#include "tst_bed.moc"
