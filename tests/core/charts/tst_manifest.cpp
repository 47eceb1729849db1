// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/manifest.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::charts;

namespace {

const Owner owner { .release = "istiod", .ns = "istio-system" };

/// "Kind namespace/name", one per line.
std::string listed(const Result<std::vector<json::Value>>& objects)
{
    if (!objects) {
        return describe(objects.error());
    }
    std::string out;
    for (const json::Value& object : *objects) {
        const json::Value& metadata = object["metadata"];
        out += object["kind"].string() + " " + metadata["namespace"].string() + "/"
            + metadata["name"].string() + "\n";
    }
    return out;
}

} // namespace

class TestManifest : public test::TestBase
{
    Q_OBJECT

private slots:

    void marksEveryObjectAsHelmWould()
    {
        const auto objects = readManifest(R"(---
# Source: istiod/templates/role.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: istiod
  labels: {app: istiod}
)",
                                          owner);
        QVERIFY2(objects, listed(objects).c_str());
        COMPARE_TEXT(
            json::write((*objects)[0]),
            R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"annotations":)"
            R"({"meta.helm.sh/release-name":"istiod","meta.helm.sh/release-namespace":"istio-system"},)"
            R"("labels":{"app":"istiod","app.kubernetes.io/managed-by":"Helm"},"name":"istiod",)"
            R"("namespace":"istio-system"}})");
    }

    void fillsInTheNamespaceOnlyWhereOneBelongsAndIsMissing()
    {
        const auto objects = readManifest(R"(
{apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: elsewhere}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: missing}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: empty, namespace: ""}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: wide, namespace: stray}}
---
{apiVersion: example.com/v1, kind: Unknown, metadata: {name: new}}
)",
                                          owner);
        COMPARE_TEXT(listed(objects),
                     "ConfigMap elsewhere/own\n"
                     "ConfigMap istio-system/missing\n"
                     "ConfigMap istio-system/empty\n"
                     "ClusterRole /wide\n"
                     "Unknown istio-system/new\n");
    }

    void unpacksListsAndDropsEmptyDocuments()
    {
        const auto objects = readManifest(R"(
---
# nothing but a comment
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Service, metadata: {name: a}}
  - apiVersion: v1
    kind: List
    items: [{apiVersion: v1, kind: Service, metadata: {name: b}}]
---
{apiVersion: v1, kind: List, items: []}
)",
                                          owner);
        COMPARE_TEXT(listed(objects), "Service istio-system/a\nService istio-system/b\n");
    }

    void keepsHelmsOrder()
    {
        const auto objects =
            readManifest("{apiVersion: v1, kind: Service, metadata: {name: z}}\n---\n"
                         "{apiVersion: v1, kind: Service, metadata: {name: a}}\n",
                         owner);
        COMPARE_TEXT(listed(objects), "Service istio-system/z\nService istio-system/a\n");
    }

    void dropsTestHooksAndRefusesOthers()
    {
        const std::string tests =
            R"({apiVersion: v1, kind: Pod, metadata: {name: t, annotations: {helm.sh/hook: "test, test-failure"}}})";
        const std::string install =
            R"({apiVersion: batch/v1, kind: Job, metadata: {name: j, annotations: {helm.sh/hook: "pre-install,test"}}})";
        COMPARE_TEXT(listed(readManifest(tests, owner)), "");
        const auto refused = readManifest(install, owner);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unsupported);
        COMPARE_TEXT(text(refused.error().message),
                     "Job j is a Helm hook, which only helm itself could run");
        QVERIFY(!refused.error().remedy.empty());
    }

    void dropsTheSameObjectTwiceAndRefusesTwoDifferentOnes()
    {
        const std::string one = "{apiVersion: v1, kind: Service, metadata: {name: a}}\n";
        const std::string other =
            "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {}}\n";
        COMPARE_TEXT(listed(readManifest(one + "---\n" + one, owner)), "Service istio-system/a\n");
        const auto refused = readManifest(one + "---\n" + other, owner);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Invalid);
        COMPARE_TEXT(refused.error().detail,
                     "Service istio-system/a is there twice, with different contents");
    }

    void tellsGroupsOfOneKindApart()
    {
        const auto objects = readManifest(
            "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: a}}\n---\n"
            "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: a}}\n",
            owner);
        COMPARE_TEXT(listed(objects), "Gateway istio-system/a\nGateway istio-system/a\n");
    }

    void refusesWhatIsNoObject_data()
    {
        QTest::addColumn<QString>("manifest");
        QTest::newRow("text") << "hello";
        QTest::newRow("no kind") << "{apiVersion: v1, metadata: {name: a}}";
        QTest::newRow("no name") << "{apiVersion: v1, kind: Service, metadata: {}}";
        QTest::newRow("a number as name") << "{apiVersion: v1, kind: Service, metadata: {name: 1}}";
        QTest::newRow("inside a list") << "{apiVersion: v1, kind: List, items: [1]}";
        QTest::newRow("no YAML") << "{apiVersion: v1";
    }

    void refusesWhatIsNoObject()
    {
        QFETCH(QString, manifest);
        const auto objects = readManifest(manifest.toStdString(), owner);
        QVERIFY(!objects);
        QCOMPARE(objects.error().code, ErrorCode::Invalid);
        QCOMPARE(objects.error().message.id, std::string("charts.output"));
        QVERIFY(!objects.error().detail.empty());
    }

    void knowsTheKindsOutsideNamespaces()
    {
        for (const char* kind : { "APIService",
                                  "CustomResourceDefinition",
                                  "Namespace",
                                  "ValidatingAdmissionPolicyBinding",
                                  "MutatingWebhookConfiguration",
                                  "VolumeAttachment" }) {
            QVERIFY2(isClusterScoped(kind), kind);
        }
        for (const char* kind : { "Role", "Deployment", "EndpointSlice", "" }) {
            QVERIFY2(!isClusterScoped(kind), kind);
        }
    }
};

ISTHMUS_TEST_MAIN(TestManifest)
#include "tst_manifest.moc"
