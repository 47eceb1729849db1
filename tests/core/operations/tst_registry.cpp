// SPDX-License-Identifier: GPL-3.0-or-later
// The whole mesh carried out in memory, step by step, by the behaviours that the registry names.
#include "core/base/strings.h"
#include "core/operations/registry.h"
#include "core/plan/survey.h"
#include "tests/core/operations/mesh_fixture.h"
#include "tests/core/operations/mesh_in_memory.h"
#include "tests/support/test.h"

using namespace isthmus;
using operations::OperationKind;
using State = plan::Inspection::State;

namespace {

/// Runs a plan as the executor does, one step after the other; what went wrong, or nothing.
std::string
carryOut(const plan::Plan& plan, const plan::Behaviours& behaviours, test::FakeContext& context)
{
    for (const plan::Step& step : plan.steps) {
        const plan::Behaviour* behaviour = behaviours.find(step.type);
        if (behaviour == nullptr) {
            return step.id.str() + ": nobody carries out " + step.type;
        }
        const plan::Inspection found = behaviour->inspect(step, context);
        if (found.state == State::Blocked) {
            return step.id.str() + ": " + test::dump(found);
        }
        context.filled = { found.values.begin(), found.values.end() };
        if (found.state != State::AlreadyRight) {
            Result<void> done = behaviour->apply(step, context);
            done = done ? behaviour->verify(step, context) : done;
            if (!done) {
                return step.id.str() + ": " + test::dump(done);
            }
        }
        for (const auto& [name, value] : context.filled) {
            context.holes[plan::Hole { step.id, name }] = value;
        }
    }
    return {};
}

std::string kindsOf(const test::FakeCluster& cluster)
{
    std::map<std::string, int> counts;
    for (const auto& [key, object] : cluster.objects) {
        ++counts[key.kind];
    }
    std::string out;
    for (const auto& [kind, count] : counts) {
        out += kind + " " + std::to_string(count) + "\n";
    }
    return out;
}

} // namespace

class TestRegistry : public test::TestBase
{
    Q_OBJECT

private slots:

    void makesTheMeshAndHasNothingLeftToDo()
    {
        test::MeshInMemory run;
        const plan::Behaviours behaviours = operations::behaviours(run.ports.all());
        const plan::Plan plan = test::Mesh().plan(OperationKind::Apply).plan;
        COMPARE_TEXT(carryOut(plan, behaviours, run.context), "");
        // The address went into the remote's control plane, the certificate to the visitors.
        COMPARE_TEXT(json::write(run.gke.at("EndpointSlice", "istiod")["endpoints"]),
                     R"(["203.0.113.11"])");
        const std::string& ca =
            run.onprem.at("ConfigMap", "loadgenerator-ca")["data"]["ca.crt"].string();
        QVERIFY2(ca.starts_with("-----BEGIN CERTIFICATE-----"), ca.c_str());
        QVERIFY(run.context.said.find("not proven: that a service request") != std::string::npos);
        QVERIFY(run.context.said.find("answered in gke (HTTP 200") != std::string::npos);
        for (const char* secret : { "PRIVATE KEY", "a token" }) {
            QVERIFY2(run.context.said.find(secret) == std::string::npos, secret);
        }

        run.onprem.writes.clear();
        run.gke.writes.clear();
        const plan::Survey again =
            plan::survey(plan, behaviours, run.clusters, run.clock, run.stop.get_token());
        COMPARE_TEXT(plan::dump(again), "nothing to do\n");
        COMPARE_TEXT(run.onprem.written() + run.gke.written(), "");
    }

    void keepsTheCredentialOutOfTheRemote()
    {
        test::MeshInMemory run;
        const plan::Behaviours behaviours = operations::behaviours(run.ports.all());
        COMPARE_TEXT(
            carryOut(test::Mesh().plan(OperationKind::Apply).plan, behaviours, run.context), "");
        QVERIFY(!run.onprem.at("Secret", "istio-remote-secret-gke").isNull());
        QVERIFY(run.gke.at("Secret", "istio-remote-secret-gke").isNull());
        QVERIFY(run.gke.at("Secret", "cacerts").isNull()); // one authority, in the primary
        QVERIFY(run.gke.at("PeerAuthentication", "default").isNull());
        COMPARE_TEXT(kindsOf(run.gke),
                     "ConfigMap 1\nCustomResourceDefinition 1\nDeployment 2\nEndpointSlice 1\n"
                     "MutatingWebhookConfiguration 1\nNamespace 2\nSecret 1\nService 12\n"
                     "ServiceAccount 1\n");
    }

    void doesEachOperationByItself()
    {
        test::MeshInMemory run;
        const plan::Behaviours behaviours = operations::behaviours(run.ports.all());
        const test::Mesh mesh;
        for (const OperationKind kind : { OperationKind::Install,
                                          OperationKind::Join,
                                          OperationKind::Ingress,
                                          OperationKind::Demo,
                                          OperationKind::Route }) {
            const plan::Survey found = plan::survey(
                mesh.plan(kind).plan, behaviours, run.clusters, run.clock, run.stop.get_token());
            COMPARE_TEXT(isthmus::dump(found.problems), "");
            QVERIFY(!found.nothingToDo());
            COMPARE_TEXT(carryOut(found.plan, behaviours, run.context), "");
        }
        const plan::Survey all = plan::survey(mesh.plan(OperationKind::Apply).plan,
                                              behaviours,
                                              run.clusters,
                                              run.clock,
                                              run.stop.get_token());
        COMPARE_TEXT(plan::dump(all), "nothing to do\n");
    }

    void needsNoLoadBalancerWhereTheFileGivesTheAddress()
    {
        test::MeshInMemory run;
        run.balancers = false;
        const plan::Behaviours behaviours = operations::behaviours(run.ports.all());
        const test::Mesh given(test::sampleWith(
            "network: network1}",
            "network: network1, gateways: {eastWest: {address: gw.example.com}}}"));
        const plan::Plan plan = given.plan(OperationKind::Apply).plan;
        const std::string waits = carryOut(plan, behaviours, run.context);
        // The other gateway names its Service where it stops.
        QVERIFY2(waits.starts_with("onprem/ingress-address: timeout: Service "
                                   "istio-system/istio-ingressgateway got no address"),
                 waits.c_str());
        run.balancers = true;
        run.onprem.objects.erase(kube::keyOf(run.onprem.at("Service", "istio-ingressgateway")));
        COMPARE_TEXT(carryOut(plan, behaviours, run.context), "");
        COMPARE_TEXT(json::write(run.gke.at("EndpointSlice", "istiod")["endpoints"]),
                     R"(["gw.example.com"])");
    }

    void mendsOnlyWhatIsMissing()
    {
        test::MeshInMemory run;
        const plan::Behaviours behaviours = operations::behaviours(run.ports.all());
        const plan::Plan plan = test::Mesh().plan(OperationKind::Apply).plan;
        COMPARE_TEXT(carryOut(plan, behaviours, run.context), "");
        run.onprem.objects.erase(kube::keyOf(run.onprem.at("PeerAuthentication", "default")));
        run.gke.objects.erase(kube::keyOf(run.gke.at("Deployment", "frontend")));
        const plan::Survey survey =
            plan::survey(plan, behaviours, run.clusters, run.clock, run.stop.get_token());
        COMPARE_TEXT(plan::dump(survey),
                     "onprem/mutual-tls\n  create PeerAuthentication istio-system/default\n"
                     "gke/proof\n"
                     "gke/demo\n  create Deployment hipster-store/frontend\n"
                     "onprem/route-frontend-proof\n"
                     "  create VirtualService hipster-store/frontend-proof-onprem\n"
                     "  create VirtualService hipster-store/frontend-proof-gke\n");
    }
};

ISTHMUS_TEST_MAIN(TestRegistry)
#include "tst_registry.moc"
