// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/builder.h"
#include "core/topology/dump.h"
#include "tests/core/topology/mesh_records.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::test;

class TestBuilder : public test::TestBase
{
    Q_OBJECT

private slots:

    void drawsTwoJoinedClusters()
    {
        COMPARE_TEXT(
            topology::dump(topology::build(joinedMesh())),
            "mesh m\n"
            "cluster c1 primary net-c1 kubernetes v1.31.0 istio 1.31.0 live\n"
            "cluster c2 remote net-c2 kubernetes v1.31.0 istio 1.31.0 live\n"
            "istiod c1/Deployment/istio-system/istiod revision default 1.31.0 1/1 good\n"
            "gateway c1/Service/istio-system/eastwest eastWest into net-c1 at 10.0.0.1 ports 15443 "
            "1/1 good\n"
            "gateway c2/Service/istio-system/eastwest eastWest into net-c2 at 10.0.0.2 ports 15443 "
            "1/1 good\n"
            "workload c1/Deployment/shop/frontend 1/1 sidecars 1 good\n"
            "workload c2/Deployment/shop/frontend 1/1 sidecars 1 good\n"
            "service c1/Service/shop/frontend 1/1 Deployment/frontend\n"
            "service c2/Service/shop/frontend 1/1 Deployment/frontend\n"
            "link c1-c2 unknown: not checked\n"
            "  forth unknown credential: not checked\n"
            "  back unknown credential: not checked\n"
            "credential in c1 for c2\n");
    }

    void takesRoleAndNetworkFromTheClusterBeforeMeshYaml()
    {
        topology::Inputs inputs = joinedMesh();
        inputs.clusters[0].role = topology::Role::Remote;
        inputs.clusters[1].role = topology::Role::Primary;
        watch::NamespaceRecord home { .meta = meta("", "istio-system") };
        home.meta.labels["topology.istio.io/network"] = "found";
        home.meta.annotations["topology.istio.io/controlPlaneClusters"] = "c1";
        put(inputs.clusters[1].namespaces, home);
        const topology::TopologySnapshot mesh = topology::build(inputs);
        QCOMPARE(mesh.clusters[0].role, topology::Role::Primary);
        QCOMPARE(mesh.clusters[1].role, topology::Role::Remote);
        COMPARE_TEXT(mesh.clusters[1].network, "found");
    }

    void tellsIngressFromEastWestByPorts_data()
    {
        QTest::addColumn<QString>("selector");
        QTest::addColumn<QList<int>>("ports");
        QTest::addColumn<QString>("role");
        QTest::newRow("ingress") << "ingressgateway" << QList<int> { 80, 443 } << "ingress";
        QTest::newRow("classic ingress")
            << "ingressgateway" << QList<int> { 443, 15443 } << "ingress";
        QTest::newRow("own name") << "crossing" << QList<int> { 15021, 15443 } << "eastWest";
        QTest::newRow("egress") << "egressgateway" << QList<int> { 80, 443 } << "egress";
        QTest::newRow("istiod") << "pilot" << QList<int> { 15012 } << "";
    }

    void tellsIngressFromEastWestByPorts()
    {
        QFETCH(QString, selector);
        QFETCH(QList<int>, ports);
        QFETCH(QString, role);
        topology::Inputs inputs = joinedMesh();
        serve(inputs.clusters[0],
              "edge",
              "gw",
              { { "istio", selector.toStdString() } },
              std::vector<int>(ports.begin(), ports.end()));
        const topology::TopologySnapshot mesh = topology::build(inputs);
        std::string found;
        for (const topology::Gateway& gateway : mesh.gateways) {
            found += gateway.ref.ns == "edge" ? topology::name(gateway.role) : "";
        }
        COMPARE_TEXT(found, role.toStdString());
    }

    void showsAGatewayWithoutPodsAsBad()
    {
        topology::Inputs inputs = joinedMesh();
        topology::ClusterInputs& c1 = inputs.clusters[0];
        c1.pods.reset();
        put(c1.pods, watch::PodRecord { .meta = meta("x", "other"), .phase = "Running" });
        const topology::TopologySnapshot mesh = topology::build(inputs);
        QCOMPARE(mesh.gateways[0].health, topology::Health::Bad);
        QCOMPARE(mesh.gateways[0].pods, (topology::Count { .ready = 0, .desired = 1 }));
    }

    void gathersPodsWithoutADeploymentByTheirOwner()
    {
        topology::Inputs inputs { .mesh = "m",
                                  .clusters = { cluster("c1", topology::Role::Remote) } };
        topology::ClusterInputs& c1 = inputs.clusters[0];
        for (const char* name : { "db-0", "db-1" }) {
            put(c1.pods,
                watch::PodRecord { .meta = meta("shop", name, { { "app", "db" } }),
                                   .phase = "Running",
                                   .ownerKind = "StatefulSet",
                                   .ownerName = "db",
                                   .waiting = "ImagePullBackOff",
                                   .ready = std::string(name) == "db-0" });
        }
        put(c1.pods, watch::PodRecord { .meta = meta("shop", "alone"), .phase = "Running" });
        put(c1.pods, watch::PodRecord { .meta = meta("shop", "done"), .phase = "Succeeded" });
        std::string lines = topology::dump(topology::build(inputs));
        lines = lines.substr(lines.find("workload"));
        COMPARE_TEXT(lines,
                     "workload c1/Pod/shop/alone 0/1 bad\n"
                     "workload c1/StatefulSet/shop/db 1/2 ImagePullBackOff degraded\n");
    }

    void worksForOneClusterAndForEight()
    {
        for (const int count : { 1, 8 }) {
            topology::Inputs inputs { .mesh = "m" };
            for (int i = 1; i <= count; ++i) {
                inputs.clusters.push_back(
                    cluster("c" + std::to_string(i), topology::Role::Primary));
            }
            const topology::TopologySnapshot mesh = topology::build(inputs);
            QCOMPARE(mesh.clusters.size(), std::size_t(count));
            QCOMPARE(mesh.links.size(), std::size_t(count * (count - 1) / 2));
        }
    }

    void drawsAClusterThatWasNeverReadAsItself()
    {
        topology::Inputs inputs { .mesh = "m" };
        inputs.clusters.push_back({ .id = ClusterId("c1"),
                                    .network = "n",
                                    .connection = { .state = topology::ConnectionState::Away,
                                                    .error = ErrorCode::Unreachable,
                                                    .reason = "refused" } });
        COMPARE_TEXT(topology::dump(topology::build(inputs)),
                     "mesh m\ncluster c1 primary n away: refused\n");
    }
};

ISTHMUS_TEST_MAIN(TestBuilder)
#include "tst_builder.moc"
