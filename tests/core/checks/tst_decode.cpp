// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/checks/decode.h"
#include "core/json/parse.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

json::Value object(const char* text)
{
    return *json::parse(text);
}

const UtcTime noon = *parseTime("2026-11-23T12:00:00Z");

std::string dump(const checks::Resources& resources)
{
    return std::to_string(resources.milliCpu) + " " + std::to_string(resources.bytes >> 20);
}

std::string encoded(const char* text)
{
    return base64Encode(text);
}

} // namespace

class TestDecode : public test::TestBase
{
    Q_OBJECT

private slots:

    void knowsIstiosObjects_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("found");
        QTest::newRow("definition") << QByteArray(
            R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "metadata":{"name":"gateways.networking.istio.io","labels":{"istio.io/rev":"x",
            "app.kubernetes.io/managed-by":"Helm"}},"spec":{"group":"networking.istio.io"}})")
                                    << "Helm  ";
        QTest::newRow("another definition") << QByteArray(
            R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "metadata":{"name":"gateways.x"},"spec":{"group":"gateway.networking.k8s.io"}})")
                                            << "none";
        QTest::newRow("istiod") << QByteArray(
            R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"istiod","namespace":
            "istio-system","labels":{"app":"istiod","istio.io/rev":"canary"},"managedFields":[
            {"manager":"isthmus","operation":"Apply","fieldsV1":{"f:spec":{}}}]},"spec":{"template":
            {"spec":{"containers":[{"image":"reg:5000/istio/pilot:1.31.0-distroless@sha256:ab"}]}}}})")
                                << "Isthmus canary 1.31.0";
        QTest::newRow("classic pilot") << QByteArray(
            R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"istio-pilot",
            "labels":{"istio":"pilot"}},"spec":{"template":{"spec":{"containers":[
            {"image":"reg:5000/istio/pilot"}]}}}})")
                                       << "somebody else  ";
        QTest::newRow("a gateway is no control plane") << QByteArray(
            R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"istio-ingressgateway",
            "labels":{"istio":"ingressgateway"}}})") << "none";
        QTest::newRow("webhook by label") << QByteArray(
            R"({"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingWebhookConfiguration",
            "metadata":{"name":"tag","labels":{"istio.io/rev":"r1"},"managedFields":[
            {"manager":"kubectl-client-side-apply","fieldsV1":{"f:webhooks":{}}}]}})")
                                          << "a person with kubectl r1 ";
        QTest::newRow("another webhook") << QByteArray(
            R"({"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration",
            "metadata":{"name":"cert-manager"}})")
                                         << "none";
    }

    void knowsIstiosObjects()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, found);
        const auto read = checks::readIstioObject(object(text.constData()));
        COMPARE_TEXT(read ? std::string(mesh::name(read->owner)) + " " + read->revision + " "
                             + read->version
                          : std::string("none"),
                     found.toStdString());
    }

    void readsLoadBalancers()
    {
        const auto waiting = checks::readBalancer(object(R"({"metadata":{"name":"a","namespace":"n",
            "creationTimestamp":"2026-11-23T11:50:00Z"},"spec":{"type":"LoadBalancer"}})"),
                                                  noon);
        QVERIFY(waiting);
        COMPARE_TEXT(waiting->ns + "/" + waiting->name, "n/a");
        COMPARE_TEXT(waiting->address, "");
        QCOMPARE(waiting->age.count(), 600'000);
        const auto named = checks::readBalancer(object(R"({"spec":{"type":"LoadBalancer"},
            "status":{"loadBalancer":{"ingress":[{"hostname":"lb.example.com"}]}}})"),
                                                noon);
        QVERIFY(named);
        COMPARE_TEXT(named->address, "lb.example.com");
        QVERIFY(!checks::readBalancer(object(R"({"spec":{"type":"ClusterIP"}})"), noon));
        const auto going = object(
            R"({"metadata":{"deletionTimestamp":"2026-11-23T11:59:00Z"},"spec":{"type":"LoadBalancer"}})");
        QVERIFY(!checks::readBalancer(going, noon));
    }

    void readsAPluggedAuthorityAndWipesIt()
    {
        json::Value secret =
            json::Object { { "data",
                             json::Object { { "ca-cert.pem", encoded("certificate") },
                                            { "ca-key.pem", encoded("key") },
                                            { "root-cert.pem", encoded("root") } } } };
        checks::AuthorityFacts facts;
        checks::readPluggedAuthority(secret, facts);
        QVERIFY(facts.plugged);
        COMPARE_TEXT(facts.certificatePem, "certificate");
        COMPARE_TEXT(facts.rootPem, "root");
        QVERIFY(facts.keyPem && facts.keyPem->reveal() == "key");
        QVERIFY((facts.missingKeys == std::vector<std::string> { "cert-chain.pem" }));
        QVERIFY(json::write(secret).find(encoded("key")) == std::string::npos);
    }

    void readsTheFormOfCertManager()
    {
        json::Value secret = json::Object { { "data",
                                              json::Object { { "tls.crt", encoded("chain") },
                                                             { "tls.key", encoded("key") },
                                                             { "ca.crt", encoded("root") } } } };
        checks::AuthorityFacts facts;
        checks::readPluggedAuthority(secret, facts);
        QVERIFY(facts.missingKeys.empty());
        COMPARE_TEXT(facts.certificatePem, "chain");
        COMPARE_TEXT(facts.chainPem, "chain");
        COMPARE_TEXT(facts.rootPem, "root");
    }

    void readsNothingFromNull()
    {
        json::Value null;
        checks::AuthorityFacts facts;
        checks::readPluggedAuthority(null, facts);
        QVERIFY(!facts.plugged);
        QVERIFY(facts.missingKeys.empty());
        COMPARE_TEXT(checks::readSelfSigned(null), "");
    }

    void readsIstiodsOwnRootAndWipesTheKey()
    {
        json::Value secret = json::Object { { "data",
                                              json::Object { { "ca-cert.pem", encoded("root") },
                                                             { "ca-key.pem", encoded("key") } } } };
        COMPARE_TEXT(checks::readSelfSigned(secret), "root");
        QVERIFY(json::write(secret).find(encoded("key")) == std::string::npos);
    }

    void seesWhichNodesTakePods_data()
    {
        QTest::addColumn<QByteArray>("ready");
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<bool>("usable");
        QTest::newRow("plain") << QByteArray("True") << QByteArray("{}") << true;
        QTest::newRow("not ready") << QByteArray("False") << QByteArray("{}") << false;
        QTest::newRow("unknown") << QByteArray("Unknown") << QByteArray("{}") << false;
        QTest::newRow("cordoned") << QByteArray("True") << QByteArray(R"({"unschedulable":true})")
                                  << false;
        QTest::newRow("control plane")
            << QByteArray("True") << QByteArray(R"({"taints":[{"effect":"NoSchedule"}]})") << false;
        QTest::newRow("preference")
            << QByteArray("True") << QByteArray(R"({"taints":[{"effect":"PreferNoSchedule"}]})")
            << true;
    }

    void seesWhichNodesTakePods()
    {
        QFETCH(QByteArray, ready);
        QFETCH(QByteArray, spec);
        json::Value value = object(
            R"({"status":{"allocatable":{"cpu":"3920m","memory":"4Gi"},"conditions":[{"type":"Ready"}]}})");
        value.member("spec") = object(spec.constData());
        (*value.member("status").member("conditions").asArray())[0].member("status") =
            ready.toStdString();
        const checks::NodeFacts node = checks::readNode(value);
        QTEST(node.usable, "usable");
        QVERIFY(node.allocatable);
        COMPARE_TEXT(dump(*node.allocatable), "3920 4096");
    }

    void leavesOutWhatANodeDoesNotReport()
    {
        QVERIFY(!checks::readNode(object(R"({"status":{"allocatable":{"cpu":"1"}}})")).allocatable);
        QVERIFY(!checks::readNode({}).allocatable);
    }

    void addsUpWhatAPodAsksFor()
    {
        const auto spec = object(R"({"containers":[
            {"resources":{"requests":{"cpu":"100m","memory":"64Mi"}}},{"resources":{}}],
            "initContainers":[
            {"restartPolicy":"Always","resources":{"requests":{"cpu":"50m","memory":"32Mi"}}},
            {"resources":{"requests":{"cpu":"500m","memory":"8Mi"}}}],
            "overhead":{"cpu":"10m","memory":"1Mi"}})");
        // CPU: the init container beside the sidecar; memory: the containers beside the sidecar.
        COMPARE_TEXT(dump(checks::requestsOf(spec)), "560 97");
        const auto whole =
            object(R"({"containers":[{}],"resources":{"requests":{"cpu":"2","memory":"1Gi"}}})");
        COMPARE_TEXT(dump(checks::requestsOf(whole)), "2000 1024");
    }

    void countsOnlyPodsThatHoldANode()
    {
        const auto holds = [](const char* text) {
            return checks::readPod(object(text)).has_value();
        };
        const bool pending = holds(R"({"spec":{"nodeName":"n"},"status":{"phase":"Pending"}})");
        const bool unplaced = holds(R"({"spec":{},"status":{"phase":"Pending"}})");
        const bool done = holds(R"({"spec":{"nodeName":"n"},"status":{"phase":"Succeeded"}})");
        const bool failed = holds(R"({"spec":{"nodeName":"n"},"status":{"phase":"Failed"}})");
        QVERIFY(pending);
        QVERIFY(!unplaced && !done && !failed);
    }

    void readsANamespace()
    {
        const auto labelled = checks::readNamespace(
            ClusterId("a"),
            "shop",
            object(R"({"metadata":{"labels":{"istio-injection":"enabled","istio.io/rev":"r"}}})"));
        QVERIFY(labelled.exists);
        COMPARE_TEXT(labelled.injection + " " + labelled.revision, "enabled r");
        QVERIFY(!checks::readNamespace(ClusterId("a"), "shop", {}).exists);
    }
};

ISTHMUS_TEST_MAIN(TestDecode)
#include "tst_decode.moc"
