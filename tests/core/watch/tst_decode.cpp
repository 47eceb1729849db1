// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/watch/decode.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

/// The one item of a list of these.
template<typename Record>
Record only(const std::string& object)
{
    auto page = watch::decodePage<Record>(R"({"metadata":{"resourceVersion":"9"},"items":[)"
                                          + object + "]}");
    if (!page || page->items.size() != 1) {
        qFatal("no item");
    }
    return std::move(page->items.front());
}

std::string dump(const watch::Labels& labels)
{
    std::string out;
    for (const auto& [key, value] : labels) {
        out += key + '=' + value + ' ';
    }
    return out;
}

std::string dump(const std::vector<watch::ContainerRecord>& containers)
{
    std::string out;
    for (const auto& container : containers) {
        out += container.name + ':' + container.image + (container.init ? " init " : " ");
    }
    return out;
}

} // namespace

class TestDecode : public test::TestBase
{
    Q_OBJECT

private slots:

    void readsAPage()
    {
        const auto page = watch::decodePage<watch::NamespaceRecord>(
            R"({"kind":"NamespaceList","metadata":{"resourceVersion":"9","continue":"t","remainingItemCount":7},
                "items":[{"metadata":{"name":"a"},"status":{"phase":"Active"}},{"metadata":{"name":"b"}}]})");
        QVERIFY(page);
        COMPARE_TEXT(page->resourceVersion + page->continueToken, "9t");
        QCOMPARE(page->remaining.value(), 7);
        QCOMPARE(page->items.size(), std::size_t { 2 });
        COMPARE_TEXT(page->items[0].meta.name + page->items[0].phase, "aActive");
    }

    void readsAnEmptyListThatIsNull()
    {
        const auto page = watch::decodePage<watch::PodRecord>(
            R"({"metadata":{"resourceVersion":"9"},"items":null})");
        QVERIFY(page);
        QVERIFY(page->items.empty());
        QVERIFY(!page->remaining);
    }

    void refusesWhatIsNoList_data()
    {
        QTest::addColumn<QString>("body");
        QTest::newRow("cut off") << QStringLiteral("[1,2");
        QTest::newRow("no list") << QStringLiteral("{\"metadata\":{\"resourceVersion\":\"1\"}}");
        QTest::newRow("items of another type")
            << QStringLiteral("{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":7}");
        QTest::newRow("no version") << QStringLiteral("{\"metadata\":{},\"items\":[]}");
        QTest::newRow("empty") << QString();
    }

    void refusesWhatIsNoList()
    {
        QFETCH(QString, body);
        const auto page = watch::decodePage<watch::PodRecord>(body.toStdString());
        QVERIFY(!page);
        QCOMPARE(page.error().code, ErrorCode::Invalid);
    }

    void keepsOnlyAnnotationsThatMatter()
    {
        const auto record = only<watch::NamespaceRecord>(
            R"({"metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"3","creationTimestamp":"2026-11-23T10:00:00Z",
                "deletionTimestamp":"2026-11-23T11:00:00Z","labels":{"x":"1"},
                "annotations":{"topology.istio.io/controlPlaneClusters":"c1","other":"y","sidecar.istio.io/status":")"
            + std::string(300, 'x') + R"("}}})");
        const watch::Meta& meta = record.meta;
        COMPARE_TEXT(meta.ns + ' ' + meta.name + ' ' + meta.uid + ' ' + meta.resourceVersion + ' '
                         + meta.createdAt,
                     "n a u 3 2026-11-23T10:00:00Z");
        QVERIFY(meta.deleting);
        COMPARE_TEXT(dump(meta.labels), "x=1 ");
        COMPARE_TEXT(dump(meta.annotations), "topology.istio.io/controlPlaneClusters=c1 ");
    }

    void readsAPod()
    {
        const auto pod = only<watch::PodRecord>(
            R"({"metadata":{"name":"p","ownerReferences":[{"kind":"X","name":"x"},{"kind":"ReplicaSet","name":"rs","controller":true}]},
            "spec":{"nodeName":"n1","serviceAccountName":"sa","containers":[{"name":"app","image":"i:1"}],"initContainers":[{"name":"istio-proxy","image":"proxyv2","restartPolicy":"Always"}]},
            "status":{"phase":"Running","podIP":"10.0.0.1","conditions":[{"type":"Ready","status":"True"}],
              "containerStatuses":[{"name":"app","restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}],
              "initContainerStatuses":[{"name":"istio-proxy","restartCount":1,"state":{"running":{}}}]}})");
        COMPARE_TEXT(pod.phase + ' ' + pod.ip + ' ' + pod.node + ' ' + pod.serviceAccount + ' '
                         + pod.ownerKind + ' ' + pod.ownerName + ' ' + pod.waiting,
                     "Running 10.0.0.1 n1 sa ReplicaSet rs CrashLoopBackOff");
        COMPARE_TEXT(dump(pod.containers), "istio-proxy:proxyv2 init app:i:1 ");
        QCOMPARE(pod.restarts, 3);
        QVERIFY(pod.ready);
        QVERIFY(pod.hasContainer("istio-proxy"));
        QVERIFY(!pod.hasContainer("proxy"));
    }

    void readsAPodThatHasJustBeenMade()
    {
        const auto pod = only<watch::PodRecord>(
            R"({"metadata":{"name":"p","labels":null},"spec":{},"status":{"conditions":null}})");
        QVERIFY(!pod.ready);
        QVERIFY(pod.containers.empty());
    }

    void readsANode()
    {
        const auto node = only<watch::NodeRecord>(
            R"({"metadata":{"name":"n","labels":{"topology.kubernetes.io/region":"r","topology.kubernetes.io/zone":"z"}},
            "status":{"conditions":[{"type":"Ready","status":"False"}],"addresses":[{"type":"InternalIP","address":"10.1.1.1"},{"type":"Hostname","address":"h"}]}})");
        COMPARE_TEXT(node.region + node.zone + ' ' + join(node.addresses, ","), "rz 10.1.1.1");
        QVERIFY(!node.ready);
    }

    void readsAService()
    {
        const auto service = only<watch::ServiceRecord>(
            R"({"metadata":{"name":"s"},"spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1","selector":{"app":"a"},
            "externalIPs":["1.1.1.1"],"ports":[{"name":"http","port":80,"targetPort":"web","nodePort":30080,"protocol":"TCP","appProtocol":"http"},{"port":443,"targetPort":8443}]},
            "status":{"loadBalancer":{"ingress":[{"ip":"2.2.2.2"},{"hostname":"x.elb"}]}}})");
        COMPARE_TEXT(service.type + ' ' + service.clusterIp + ' ' + dump(service.selector)
                         + join(service.externalIps, ",") + ' ' + join(service.loadBalancer, ","),
                     "LoadBalancer 10.0.0.1 app=a 1.1.1.1 2.2.2.2,x.elb");
        QCOMPARE(service.ports.size(), std::size_t { 2 });
        COMPARE_TEXT(service.ports[0].name + service.ports[0].targetPort + service.ports[0].protocol
                         + service.ports[0].appProtocol,
                     "httpwebTCPhttp");
        QCOMPARE(service.ports[0].nodePort, 30080);
        QCOMPARE(service.ports[1].port, 443);
        COMPARE_TEXT(service.ports[1].targetPort, "8443");
    }

    void readsADeployment()
    {
        const auto deployment = only<watch::DeploymentRecord>(
            R"({"metadata":{"name":"d","generation":3},"spec":{"replicas":2,
            "template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}}},
            "status":{"observedGeneration":2,"updatedReplicas":2,"readyReplicas":1,"availableReplicas":1,
              "conditions":[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded"}]}})");
        QCOMPARE(deployment.replicas, 2);
        QCOMPARE(deployment.updated + deployment.ready + deployment.available, 4);
        QVERIFY(!deployment.observed);
        QVERIFY(deployment.failed);
        COMPARE_TEXT(dump(deployment.podLabels) + dump(deployment.containers), "app=a c:i ");
    }

    void keepsWholeObjectsWithTheirManagersButNotKubectlsCopy()
    {
        const auto record = only<watch::ObjectRecord>(
            R"({"metadata":{"name":"v","managedFields":[1],"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"x","k":"v"}},
            "spec":{"http":[{"route":[{"weight":50}]}]}})");
        COMPARE_TEXT(
            json::write(record.object),
            R"({"metadata":{"annotations":{"k":"v"},"managedFields":[1],"name":"v"},"spec":{"http":[{"route":[{"weight":50}]}]}})");
    }

    void readsEvents()
    {
        const auto event = watch::decodeEvent<watch::NamespaceRecord>(
            R"({"type":"MODIFIED","object":{"metadata":{"name":"a","resourceVersion":"7"}}})");
        QVERIFY(event);
        QCOMPARE(event->type, kube::EventType::Modified);
        COMPARE_TEXT(event->resourceVersion + event->record.meta.name, "7a");
    }

    void takesOnlyTheVersionOfABookmark()
    {
        const auto event = watch::decodeEvent<watch::PodRecord>(
            R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"8"},"spec":{"containers":null},"status":{}}})");
        QVERIFY(event);
        COMPARE_TEXT(event->resourceVersion, "8");
        COMPARE_TEXT(event->record.meta.name, "");
    }

    void readsTheStatusOfAnErrorEvent()
    {
        const auto event = watch::decodeEvent<watch::PodRecord>(
            R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})");
        QVERIFY(event);
        QCOMPARE(event->error->code, ErrorCode::Gone);
    }

    void tellsUnknownTypesFromNonsense()
    {
        QCOMPARE(
            watch::decodeEvent<watch::PodRecord>("{\"type\":\"NEW\",\"object\":{}}").error().code,
            ErrorCode::NotFound);
        QCOMPARE(
            watch::decodeEvent<watch::PodRecord>("{\"type\":\"ADDED\",\"object\":{}}").error().code,
            ErrorCode::Invalid);
        QCOMPARE(watch::decodeEvent<watch::PodRecord>("{\"type\":\"ADDED\"}").error().code,
                 ErrorCode::Invalid);
        QCOMPARE(watch::decodeEvent<watch::PodRecord>("nonsense").error().code, ErrorCode::Invalid);
    }
};

ISTHMUS_TEST_MAIN(TestDecode)
#include "tst_decode.moc"
