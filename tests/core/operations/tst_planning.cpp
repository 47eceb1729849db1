// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/planning.h"
#include "core/operations/registry.h"
#include "tests/core/operations/fake_ports.h"
#include "tests/core/operations/mesh_fixture.h"
#include "tests/support/test.h"

using namespace isthmus;
using operations::OperationKind;

namespace {

const char* const wholeMesh = R"(onprem/namespace  objects
onprem/trust  trust  needs onprem/namespace
onprem/crds  chart  needs onprem/namespace onprem/trust
onprem/base  chart  needs onprem/crds
onprem/control-plane  chart  needs onprem/trust onprem/base
onprem/injector  injector  needs onprem/control-plane
onprem/mutual-tls  objects  needs onprem/control-plane
onprem/exposure  exposure  needs onprem/control-plane
onprem/east-west-gateway  chart  needs onprem/injector
onprem/east-west-address  address  needs onprem/east-west-gateway
onprem/ingress-gateway  chart  needs onprem/injector
onprem/ingress-address  address  needs onprem/ingress-gateway
gke/namespace  objects
gke/crds  chart  needs gke/namespace
gke/base  chart  needs gke/crds
gke/control-plane  chart  needs gke/base onprem/east-west-gateway onprem/east-west-address onprem/exposure
gke/reader-token  reader-token  needs gke/base gke/control-plane
gke/credential  remote-secret  needs gke/namespace gke/reader-token onprem/control-plane
gke/injector  injector  needs gke/credential
gke/east-west-gateway  chart  needs gke/injector
gke/east-west-address  address  needs gke/east-west-gateway
gke/proof  join-proof  needs gke/east-west-address onprem/exposure
onprem/certificate  certificate  needs onprem/namespace
onprem/public-gateway  objects  needs onprem/certificate onprem/control-plane onprem/ingress-gateway
onprem/demo-namespace  objects  needs onprem/injector
onprem/demo  objects  needs onprem/demo-namespace
gke/demo-namespace  objects  needs gke/injector
gke/demo  objects  needs gke/demo-namespace
onprem/route-frontend  route  needs onprem/control-plane onprem/public-gateway onprem/demo onprem/east-west-address gke/demo gke/east-west-address
onprem/route-frontend-proof  route-proof  needs onprem/route-frontend onprem/ingress-address
onprem/demo-load  objects  needs onprem/demo-namespace onprem/certificate onprem/route-frontend onprem/route-frontend-proof
)";

/// The steps that end with a condition, what it is, and how long it may take.
std::string waits(const plan::Plan& plan)
{
    std::string out;
    for (const plan::Step& step : plan.steps) {
        if (!step.waitsFor.empty() || step.kind != plan::StepKind::Apply) {
            out += step.id.str() + "  "
                + (step.kind == plan::StepKind::Wait        ? "wait  "
                       : step.kind == plan::StepKind::Check ? "check  "
                                                            : "apply  ")
                + std::to_string(step.deadline.count() / 1000) + " s  " + text(step.waitsFor)
                + "\n";
        }
    }
    return out;
}

std::string clustersOf(const plan::Plan& plan)
{
    std::string out;
    for (const plan::Step& step : plan.steps) {
        if (step.id.str().substr(0, step.id.str().find('/')) != step.cluster.str()) {
            out += step.id.str() + " acts in " + step.cluster.str() + "\n";
        }
    }
    return out;
}

} // namespace

class TestPlanning : public test::TestBase
{
    Q_OBJECT

private slots:

    void plansTheWholeMeshInTheSafeOrder()
    {
        COMPARE_TEXT(test::dump(test::Mesh().plan(OperationKind::Apply)), wholeMesh);
    }

    void saysWhatEachWaitIsFor()
    {
        COMPARE_TEXT(waits(test::Mesh().plan(OperationKind::Apply).plan),
                     R"(onprem/crds  apply  60 s  the definitions to be established
onprem/control-plane  apply  600 s  ready pods of istiod
onprem/injector  wait  120 s  the control plane of onprem to put its certificate into the injection webhook
onprem/east-west-gateway  apply  600 s  ready pods of istio-eastwestgateway
onprem/east-west-address  wait  600 s  the load balancer address of Service istio-eastwestgateway
onprem/ingress-gateway  apply  600 s  ready pods of istio-ingressgateway
onprem/ingress-address  wait  600 s  the load balancer address of Service istio-ingressgateway
gke/crds  apply  60 s  the definitions to be established
gke/reader-token  apply  60 s  the token to be filled in
gke/injector  wait  120 s  the control plane of onprem to put its certificate into the injection webhook
gke/east-west-gateway  apply  600 s  ready pods of istio-eastwestgateway
gke/east-west-address  wait  600 s  the load balancer address of Service istio-eastwestgateway
gke/proof  check  60 s  )"
                     "\n"
                     R"(onprem/demo  apply  600 s  ready pods of hipster-store
gke/demo  apply  600 s  ready pods of hipster-store
onprem/route-frontend-proof  check  60 s  )"
                     "\n"
                     R"(onprem/demo-load  apply  600 s  ready pods of loadgenerator
)");
    }

    void writesTheCredentialIntoThePrimaryAlone()
    {
        COMPARE_TEXT(clustersOf(test::Mesh().plan(OperationKind::Apply).plan),
                     "gke/credential acts in onprem\n");
    }

    void plansOneOperationByItself_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](OperationKind kind, const char* expected) {
            QTest::newRow(std::string(operations::name(kind)).c_str())
                << static_cast<int>(kind) << QByteArray(expected);
        };
        row(OperationKind::Install, R"(onprem/namespace  objects
onprem/trust  trust  needs onprem/namespace
onprem/crds  chart  needs onprem/namespace onprem/trust
onprem/base  chart  needs onprem/crds
onprem/control-plane  chart  needs onprem/trust onprem/base
onprem/injector  injector  needs onprem/control-plane
onprem/mutual-tls  objects  needs onprem/control-plane
onprem/exposure  exposure  needs onprem/control-plane
onprem/east-west-gateway  chart  needs onprem/injector
onprem/east-west-address  address  needs onprem/east-west-gateway
onprem/ingress-gateway  chart  needs onprem/injector
onprem/ingress-address  address  needs onprem/ingress-gateway
)");
        row(OperationKind::Join, R"(onprem/trust  trust
onprem/east-west-address  address
gke/namespace  objects
gke/crds  chart  needs gke/namespace
gke/base  chart  needs gke/crds
gke/control-plane  chart  needs gke/base onprem/east-west-address
gke/reader-token  reader-token  needs gke/base gke/control-plane
gke/credential  remote-secret  needs gke/namespace gke/reader-token
gke/injector  injector  needs gke/credential
gke/east-west-gateway  chart  needs gke/injector
gke/east-west-address  address  needs gke/east-west-gateway
gke/proof  join-proof  needs gke/east-west-address
)");
        row(OperationKind::Ingress, R"(onprem/certificate  certificate
onprem/public-gateway  objects  needs onprem/certificate
)");
        row(OperationKind::Demo, R"(onprem/demo-namespace  objects
onprem/demo  objects  needs onprem/demo-namespace
gke/demo-namespace  objects
gke/demo  objects  needs gke/demo-namespace
onprem/certificate  certificate
onprem/demo-load  objects  needs onprem/demo-namespace onprem/certificate
)");
        row(OperationKind::Route, R"(onprem/route-frontend  route
onprem/route-frontend-proof  route-proof  needs onprem/route-frontend
)");
    }

    void plansOneOperationByItself()
    {
        QFETCH(int, kind);
        QFETCH(QByteArray, expected);
        COMPARE_TEXT(test::dump(test::Mesh().plan(static_cast<OperationKind>(kind))),
                     expected.toStdString());
    }

    void joinsOneClusterOfThree()
    {
        const test::Mesh mesh(test::sampleWith(
            "  ingress:\n", "    - {name: edge, role: remote, network: network3}\n  ingress:\n"));
        const operations::Planned one = mesh.plan(OperationKind::Join, ClusterId("edge"));
        COMPARE_TEXT(test::dump(one), R"(onprem/trust  trust
onprem/east-west-address  address
edge/namespace  objects
edge/crds  chart  needs edge/namespace
edge/base  chart  needs edge/crds
edge/control-plane  chart  needs edge/base onprem/east-west-address
edge/reader-token  reader-token  needs edge/base edge/control-plane
edge/credential  remote-secret  needs edge/namespace edge/reader-token
edge/injector  injector  needs edge/credential
edge/east-west-gateway  chart  needs edge/injector
edge/east-west-address  address  needs edge/east-west-gateway
edge/proof  join-proof  needs edge/east-west-address
)");
        const operations::Planned all = mesh.plan(OperationKind::Apply);
        QVERIFY(all.problems.empty());
        const plan::Step* route = all.plan.find(StepId("onprem/route-frontend"));
        QVERIFY(all.plan.find(StepId("gke/proof")) != nullptr);
        QVERIFY(all.plan.find(StepId("edge/proof")) != nullptr);
        // Every gateway is up before traffic may be sent through it, the third cluster's, too.
        QVERIFY(std::ranges::find(route->needs, StepId("edge/east-west-address"))
                != route->needs.end());
        // Nobody asked for the shop there.
        QVERIFY(all.plan.find(StepId("edge/demo")) == nullptr);
    }

    void keepsToTheClusterThatWasNamed()
    {
        COMPARE_TEXT(test::dump(test::Mesh().plan(OperationKind::Demo, ClusterId("gke"))),
                     "gke/demo-namespace  objects\ngke/demo  objects  needs gke/demo-namespace\n");
        const operations::Planned remote =
            test::Mesh().plan(OperationKind::Apply, ClusterId("gke"));
        QVERIFY(remote.problems.empty());
        QVERIFY(remote.plan.find(StepId("gke/proof")) != nullptr);
        QVERIFY(remote.plan.find(StepId("onprem/namespace")) == nullptr);
        QVERIFY(remote.plan.find(StepId("onprem/route-frontend")) == nullptr);
        COMPARE_TEXT(test::dump(test::Mesh().plan(OperationKind::Install, ClusterId("gke"))),
                     "error: install does nothing in gke (spec.clusters)\n"
                     "  do: Leave --cluster out: install is for the primary, join for a remote, "
                     "ingress and route for the cluster with the ingress.\n");
        COMPARE_TEXT(
            test::dump(test::Mesh().plan(OperationKind::Join, ClusterId("onprem"))).substr(0, 38),
            "error: join does nothing in onprem (sp");
    }

    void refusesAnOperationThatNobodyAskedFor()
    {
        const test::Mesh bare("spec: {clusters: [{name: a, network: n}]}");
        const auto problems = [&bare](OperationKind kind) {
            const operations::Planned planned = bare.plan(kind);
            std::string out;
            for (const Diagnostic& problem : planned.problems) {
                out += text(problem.summary) + "\n";
            }
            return out;
        };
        COMPARE_TEXT(problems(OperationKind::Join), "mesh.yaml has no remote cluster\n");
        COMPARE_TEXT(problems(OperationKind::Ingress), "mesh.yaml has no spec.ingress\n");
        COMPARE_TEXT(problems(OperationKind::Demo), "mesh.yaml has no spec.demo\n");
        COMPARE_TEXT(problems(OperationKind::Route), "mesh.yaml has no spec.routes\n");
        COMPARE_TEXT(problems(OperationKind::Install),
                     "mesh.yaml does not say where the mesh's root certificate comes from\n");
    }

    void saysOnceThatThereAreNoCharts()
    {
        test::Mesh mesh;
        mesh.charts = false;
        COMPARE_TEXT(isthmus::dump(mesh.plan(OperationKind::Apply).problems),
                     "error: no Istio charts are named (spec.istio.charts)\n"
                     "  do: Set `spec.istio.charts` to a directory, an archive or a repository of "
                     "Istio's charts.\n");
        QVERIFY(mesh.plan(OperationKind::Route).problems.empty());
        for (const OperationKind kind :
             { OperationKind::Apply, OperationKind::Install, OperationKind::Join }) {
            QVERIFY(operations::needsCharts(kind));
        }
        for (const OperationKind kind :
             { OperationKind::Ingress, OperationKind::Demo, OperationKind::Route }) {
            QVERIFY(!operations::needsCharts(kind));
        }
    }

    void makesTheSamePlanFromTheSameMesh()
    {
        const test::Mesh mesh;
        const std::string id = plan::planId(mesh.plan(OperationKind::Apply).plan);
        QCOMPARE(plan::planId(mesh.plan(OperationKind::Apply).plan), id);
        test::Mesh other;
        other.clusters.at(ClusterId("gke")).identity.uid = ClusterUid("another");
        QVERIFY(plan::planId(other.plan(OperationKind::Apply).plan) != id);
    }

    void knowsWhoCarriesOutEveryStep()
    {
        test::FakePorts ports;
        const plan::Behaviours behaviours = operations::behaviours(ports.all());
        for (const plan::Step& step : test::Mesh().plan(OperationKind::Apply).plan.steps) {
            QVERIFY2(behaviours.find(step.type) != nullptr, step.type.c_str());
        }
        QVERIFY(behaviours.find("weights") != nullptr);
        QVERIFY(behaviours.find("") == nullptr);
    }

    void namesOperationsBothWays()
    {
        for (const OperationKind kind : { OperationKind::Apply,
                                          OperationKind::Install,
                                          OperationKind::Join,
                                          OperationKind::Ingress,
                                          OperationKind::Demo,
                                          OperationKind::Route }) {
            QVERIFY(operations::operationKind(operations::name(kind)) == kind);
        }
        QVERIFY(!operations::operationKind("leave"));
    }
};

ISTHMUS_TEST_MAIN(TestPlanning)
#include "tst_planning.moc"
