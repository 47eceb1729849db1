// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/istio_objects.h"
#include "core/operations/steps/exposure_step.h"
#include "tests/core/operations/fake_run.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

plan::Step step()
{
    plan::Step out;
    out.id = StepId("onprem/exposure");
    out.cluster = ClusterId("onprem");
    out.type = "exposure";
    out.inputs =
        plan::toJson(plan::ObjectsInputs { .objects = { operations::istiodGateway(),
                                                        operations::istiodRoute(),
                                                        operations::crossNetworkGateway() } });
    return out;
}

json::Value renamed(json::Value gateway, const std::string& name)
{
    gateway.member("metadata").member("name") = name;
    return gateway;
}

std::string changes(const plan::Inspection& found)
{
    return plan::dump(found.changes);
}

} // namespace

class TestExposureStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void opensIstiodAndTheServices()
    {
        test::FakeRun run;
        const operations::ExposureStep exposure;
        const std::string all = "onprem  create  Gateway istio-system/istiod-gateway\n"
                                "onprem  create  VirtualService istio-system/istiod-vs\n"
                                "onprem  create  Gateway istio-system/cross-network-gateway\n";
        COMPARE_TEXT(changes(exposure.inspect(step(), run.context)), all);
        // Before the CRDs are there, nobody can have a Gateway.
        run.onprem.unreadable.emplace("Gateway",
                                      Error { ErrorCode::NotFound, msg("kube.forbidden") });
        COMPARE_TEXT(changes(exposure.inspect(step(), run.context)), all);
        run.onprem.unreadable.clear();
        COMPARE_TEXT(test::dump(exposure.apply(step(), run.context)), "done\n");
        QVERIFY(exposure.inspect(step(), run.context).state
                == plan::Inspection::State::AlreadyRight);
    }

    void doublesNoCrossNetworkGateway()
    {
        test::FakeRun run;
        const operations::ExposureStep exposure;
        run.onprem.put(renamed(operations::crossNetworkGateway(), "cluster-aware-gateway"));
        COMPARE_TEXT(changes(exposure.inspect(step(), run.context)),
                     "onprem  create  Gateway istio-system/istiod-gateway\n"
                     "onprem  create  VirtualService istio-system/istiod-vs\n");
        QVERIFY(exposure.apply(step(), run.context));
        QVERIFY(run.onprem.at("Gateway", "cross-network-gateway").isNull());
    }

    void knowsACrossNetworkGateway()
    {
        QVERIFY(operations::isCrossNetworkGateway(operations::crossNetworkGateway()));
        QVERIFY(!operations::isCrossNetworkGateway(operations::istiodGateway()));
        QVERIFY(!operations::isCrossNetworkGateway(
            operations::publicGateway({ .cluster = ClusterId("c"), .domain = "d.org" }, "s")));
        QVERIFY(!operations::isCrossNetworkGateway(json::Value()));
    }

    void leadsIstiodsPortsToIstiod()
    {
        COMPARE_TEXT(
            json::write(operations::istiodRoute()["spec"]["tls"]),
            R"([{"match":[{"port":15012,"sniHosts":["*"]}],"route":[{"destination":)"
            R"({"host":"istiod.istio-system.svc.cluster.local","port":{"number":15012}}}]},)"
            R"({"match":[{"port":15017,"sniHosts":["*"]}],"route":[{"destination":)"
            R"({"host":"istiod.istio-system.svc.cluster.local","port":{"number":443}}}]}])");
        COMPARE_TEXT(json::write(operations::crossNetworkGateway()["spec"]),
                     R"({"selector":{"istio":"eastwestgateway"},"servers":[{"hosts":["*.local"],)"
                     R"("port":{"name":"tls","number":15443,"protocol":"TLS"},)"
                     R"("tls":{"mode":"AUTO_PASSTHROUGH"}}]})");
        COMPARE_TEXT(json::write(operations::istiodGateway()["spec"]["servers"][1]),
                     R"({"hosts":["*"],"port":{"name":"tls-istiodwebhook","number":15017,)"
                     R"("protocol":"TLS"},"tls":{"mode":"PASSTHROUGH"}})");
    }
};

ISTHMUS_TEST_MAIN(TestExposureStep)
#include "tst_exposure_step.moc"
