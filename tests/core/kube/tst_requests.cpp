// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/kube/requests.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

const kube::Resource deployments { .apiVersion = "apps/v1",
                                   .kind = "Deployment",
                                   .plural = "deployments" };
const kube::Resource secrets { .apiVersion = "v1", .kind = "Secret", .plural = "secrets" };
const kube::Resource namespaces {
    .apiVersion = "v1", .kind = "Namespace", .plural = "namespaces", .namespaced = false
};
const kube::ObjectKey cacerts {
    .apiVersion = "v1", .kind = "Secret", .ns = "istio-system", .name = "cacerts"
};

/// Every byte that would go out, and how.
std::string dump(const http::Request& request)
{
    std::string out = std::string(http::name(request.method)) + ' ' + request.target + '\n';
    for (const auto& [name, value] : request.headers) {
        out += name + ": " + value + '\n';
    }
    out += request.freshConnection ? "fresh connection\n" : "";
    out += request.compressed ? "compressed\n" : "";
    out += request.body.empty() ? "" : request.body + '\n';
    return out;
}

json::Value parsed(std::string_view text)
{
    return *json::parse(text);
}

} // namespace

class TestRequests : public test::TestBase
{
    Q_OBJECT

private slots:

    void readsOneObject()
    {
        COMPARE_TEXT(dump(kube::getRequest(secrets, cacerts)),
                     "GET /api/v1/namespaces/istio-system/secrets/cacerts\n"
                     "Accept: application/json\n");
    }

    void ignoresTheNamespaceOfAClusterScopedKind()
    {
        const kube::ObjectKey key {
            .apiVersion = "v1", .kind = "Namespace", .ns = "x", .name = "a"
        };
        COMPARE_TEXT(kube::getRequest(namespaces, key).target, "/api/v1/namespaces/a");
    }

    void encodesNamesInPaths()
    {
        const kube::ObjectKey key {
            .apiVersion = "v1", .kind = "Secret", .ns = "a b", .name = "sh.helm?x#1:v2"
        };
        COMPARE_TEXT(kube::getRequest(secrets, key).target,
                     "/api/v1/namespaces/a%20b/secrets/sh.helm%3Fx%231%3Av2");
    }

    void listsPageByPageCompressed()
    {
        const kube::Selection selection { .labelSelector = "app=a,tier in (x)" };
        const http::Request first = kube::listRequest(deployments, "", selection, 500, "");
        COMPARE_TEXT(
            dump(first),
            "GET /apis/apps/v1/deployments?labelSelector=app%3Da%2Ctier%20in%20%28x%29&limit=500\n"
            "Accept: application/json\n"
            "compressed\n");
        QCOMPARE(first.deadlines.total.count(), 60'000);
        COMPARE_TEXT(
            kube::listRequest(deployments, "ns", {}, 500, "eyJ2Ijoi+/=").target,
            "/apis/apps/v1/namespaces/ns/deployments?limit=500&continue=eyJ2Ijoi%2B%2F%3D");
        COMPARE_TEXT(kube::listRequest(deployments, "ns", {}, 0, "").target,
                     "/apis/apps/v1/namespaces/ns/deployments");
    }

    void asksForMetadataAloneWhereTheContentIsNoneOfItsBusiness()
    {
        const kube::Selection selection { .labelSelector = "a=b", .metadataOnly = true };
        COMPARE_TEXT(
            dump(kube::listRequest(secrets, "ns", selection, 500, "")),
            "GET /api/v1/namespaces/ns/secrets?labelSelector=a%3Db&limit=500\n"
            "Accept: "
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1\ncompressed\n");
        COMPARE_TEXT(dump(kube::watchRequest(secrets, "ns", selection, "17", 290)),
                     "GET /api/v1/namespaces/ns/secrets?watch=1&allowWatchBookmarks=true"
                     "&resourceVersion=17&labelSelector=a%3Db&timeoutSeconds=290\n"
                     "Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1\n");
    }

    void watchesWithBookmarksAndItsOwnLimitsAboveTheServers()
    {
        const http::Request request =
            kube::watchRequest(secrets, "ns", { .fieldSelector = "metadata.name=a" }, "17", 290);
        COMPARE_TEXT(
            dump(request),
            "GET /api/v1/namespaces/ns/secrets?watch=1&allowWatchBookmarks=true&resourceVersion=17"
            "&fieldSelector=metadata.name%3Da&timeoutSeconds=290\n"
            "Accept: application/json\n");
        QCOMPARE(request.deadlines.total.count(), 300'000);
        QCOMPARE(request.deadlines.silence.count(), 75'000);
    }

    void appliesJsonTextUnderTheYamlTypeWithoutManagedFields()
    {
        const auto object =
            parsed(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"cacerts",
            "namespace":"istio-system","managedFields":[{"manager":"x"}]},"stringData":{"a":"b\/\ud83d\ude00"}})");
        COMPARE_TEXT(
            dump(kube::applyRequest(secrets, object, { .fieldManager = "isthmus" })),
            "PATCH "
            "/api/v1/namespaces/istio-system/secrets/"
            "cacerts?fieldManager=isthmus&fieldValidation=Strict\n"
            "Accept: application/json\n"
            "Content-Type: application/apply-patch+yaml\n"
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"cacerts\","
            "\"namespace\":\"istio-system\"},\"stringData\":{\"a\":\"b/😀\"}}\n");
    }

    void appliesAsDryRunAndByForceOnlyWhenAsked()
    {
        const auto object =
            parsed(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}})");
        COMPARE_TEXT(
            kube::applyRequest(
                namespaces, object, { .fieldManager = "isthmus", .dryRun = true, .force = true })
                .target,
            "/api/v1/namespaces/"
            "a?fieldManager=isthmus&dryRun=All&fieldValidation=Strict&force=true");
    }

    void createsOnAConnectionOfItsOwn()
    {
        const auto object = parsed(
            R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"n"}})");
        COMPARE_TEXT(
            dump(kube::createRequest(secrets, object, { .fieldManager = "isthmus" })),
            "POST /api/v1/namespaces/n/secrets?fieldManager=isthmus&fieldValidation=Strict\n"
            "Accept: application/json\n"
            "Content-Type: application/json\n"
            "fresh connection\n"
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\",\"namespace\":"
            "\"n\"}}\n");
    }

    void patchesOnAConnectionOfItsOwn()
    {
        const auto patch =
            parsed(R"([{"op":"test","path":"/metadata/resourceVersion","value":"7"}])");
        COMPARE_TEXT(
            dump(kube::jsonPatchRequest(secrets, cacerts, patch, { .fieldManager = "isthmus" })),
            "PATCH "
            "/api/v1/namespaces/istio-system/secrets/"
            "cacerts?fieldManager=isthmus&fieldValidation=Strict\n"
            "Accept: application/json\n"
            "Content-Type: application/json-patch+json\n"
            "fresh connection\n"
            "[{\"op\":\"test\",\"path\":\"/metadata/resourceVersion\",\"value\":\"7\"}]\n");
    }

    void deletesOnlyTheObjectThatWasMeant()
    {
        const auto preconditions = parsed(R"({"uid":"u-1","resourceVersion":"7"})");
        COMPARE_TEXT(
            dump(kube::deleteRequest(secrets, cacerts, preconditions, {})),
            "DELETE /api/v1/namespaces/istio-system/secrets/cacerts\n"
            "Accept: application/json\n"
            "Content-Type: application/json\n"
            "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":"
            "{\"resourceVersion\":\"7\",\"uid\":\"u-1\"},\"propagationPolicy\":\"Background\"}\n");
    }

    void deletesWithoutAUidOnAConnectionOfItsOwn()
    {
        COMPARE_TEXT(dump(kube::deleteRequest(secrets, cacerts, {}, { .dryRun = true })),
                     "DELETE /api/v1/namespaces/istio-system/secrets/cacerts?dryRun=All\n"
                     "Accept: application/json\n"
                     "Content-Type: application/json\n"
                     "fresh connection\n"
                     "{\"apiVersion\":\"v1\",\"dryRun\":[\"All\"],\"kind\":\"DeleteOptions\","
                     "\"propagationPolicy\":\"Background\"}\n");
    }

    void asksForARightWithoutEmptyFields()
    {
        COMPARE_TEXT(dump(kube::accessReviewRequest(
                         { .verb = "get", .resource = "pods", .ns = "n", .subresource = "proxy" })),
                     "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews\n"
                     "Accept: application/json\n"
                     "Content-Type: application/json\n"
                     "{\"apiVersion\":\"authorization.k8s.io/"
                     "v1\",\"kind\":\"SelfSubjectAccessReview\",\"spec\":"
                     "{\"resourceAttributes\":{\"namespace\":\"n\",\"resource\":\"pods\","
                     "\"subresource\":\"proxy\","
                     "\"verb\":\"get\"}}}\n");
    }

    void proxiesToPodsAndServices()
    {
        COMPARE_TEXT(
            kube::podProxyRequest("istio-system", "istiod-1", 15014, "/metrics?x=1").target,
            "/api/v1/namespaces/istio-system/pods/istiod-1:15014/proxy/metrics?x=1");
        COMPARE_TEXT(kube::serviceProxyRequest("m", "prometheus", "http", "api/v1/query").target,
                     "/api/v1/namespaces/m/services/prometheus:http/proxy/api/v1/query");
    }

    void refusesKeysThatMeanMoreThanOneObject_data()
    {
        QTest::addColumn<QString>("ns");
        QTest::addColumn<QString>("name");
        QTest::newRow("no name is the whole collection") << "n" << "";
        QTest::newRow("dots climb") << "n" << "..";
        QTest::newRow("slash") << "n" << "a/b";
        QTest::newRow("percent") << "n" << "a%2fb";
        QTest::newRow("no namespace") << "" << "a";
        QTest::newRow("dots in the namespace") << ".." << "a";
    }

    void refusesKeysThatMeanMoreThanOneObject()
    {
        QFETCH(QString, ns);
        QFETCH(QString, name);
        const auto checked = kube::checkKey(secrets,
                                            { .apiVersion = "v1",
                                              .kind = "Secret",
                                              .ns = ns.toStdString(),
                                              .name = name.toStdString() });
        QVERIFY(!checked);
        QCOMPARE(checked.error().code, ErrorCode::Invalid);
    }

    void acceptsAnOrdinaryKey()
    {
        QVERIFY(kube::checkKey(secrets, cacerts));
        QVERIFY(
            kube::checkKey(namespaces, { .apiVersion = "v1", .kind = "Namespace", .name = "a" }));
    }
};

ISTHMUS_TEST_MAIN(TestRequests)
#include "tst_requests.moc"
