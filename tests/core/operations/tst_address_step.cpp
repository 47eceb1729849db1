// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/steps/address_step.h"
#include "tests/core/operations/fake_run.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

plan::Step step(const std::string& address = "")
{
    plan::Step out;
    out.id = StepId("onprem/east-west-address");
    out.cluster = ClusterId("onprem");
    out.type = "address";
    out.kind = plan::StepKind::Wait;
    out.inputs = json::Object { { "service", "istio-eastwestgateway" }, { "address", address } };
    out.deadline = Milliseconds(600'000);
    return out;
}

json::Value service(json::Array ingress, const std::string& type = "LoadBalancer")
{
    json::Value out = json::Object { { "apiVersion", "v1" }, { "kind", "Service" } };
    out.member("metadata") =
        json::Object { { "name", "istio-eastwestgateway" }, { "namespace", "istio-system" } };
    out.member("spec").member("type") = type;
    out.member("status").member("loadBalancer").member("ingress") = std::move(ingress);
    return out;
}

json::Value ip(const std::string& address)
{
    return json::Object { { "ip", address } };
}

json::Value host(const std::string& name)
{
    return json::Object { { "hostname", name } };
}

} // namespace

class TestAddressStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void readsTheAddressOfAService()
    {
        using operations::addressOf;
        COMPARE_TEXT(addressOf(service({ ip("203.0.113.11") })), "203.0.113.11");
        COMPARE_TEXT(addressOf(service({ host("lb.example.com") })), "lb.example.com");
        COMPARE_TEXT(addressOf(service({ host("lb.example.com"), ip("203.0.113.11") })),
                     "203.0.113.11");
        COMPARE_TEXT(addressOf(service({})), "");
        COMPARE_TEXT(addressOf(service({ ip("0.0.0.0") })), "");
        COMPARE_TEXT(addressOf(json::Value()), "");
        json::Value external = service({}, "NodePort");
        external.member("spec").member("externalIPs") = json::Array { "10.0.0.1", "10.0.0.2" };
        COMPARE_TEXT(addressOf(external), "10.0.0.1");
    }

    void isRightWhereTheAddressIsKnown()
    {
        test::FakeRun run;
        const operations::AddressStep address;
        COMPARE_TEXT(test::dump(address.inspect(step(), run.context)), "needed\n");
        COMPARE_TEXT(test::dump(address.inspect(step("gw.example.com"), run.context)),
                     "already right\naddress = gw.example.com\n");
        run.onprem.put(service({ ip("203.0.113.11") }));
        COMPARE_TEXT(test::dump(address.inspect(step(), run.context)),
                     "already right\naddress = 203.0.113.11\n");
        // What the file says goes before what the Service says.
        COMPARE_TEXT(test::dump(address.inspect(step("198.51.100.7"), run.context)),
                     "already right\naddress = 198.51.100.7\n");
    }

    void waitsAndPublishesTheAddress()
    {
        test::FakeRun run;
        const operations::AddressStep address;
        run.onprem.events = { [&] { run.onprem.put(service({})); },
                              [&] { run.onprem.put(service({})); },
                              [&] { run.onprem.put(service({ ip("203.0.113.11") })); } };
        COMPARE_TEXT(test::dump(address.verify(step(), run.context)), "done\n");
        COMPARE_TEXT(run.context.filled.at("address"), "203.0.113.11");
        COMPARE_TEXT(
            run.context.said,
            "waits for the load balancer address of Service istio-system/istio-eastwestgateway\n");
        QCOMPARE(run.onprem.deadlines, (std::vector<Milliseconds> { Milliseconds(600'000) }));
        COMPARE_TEXT(run.onprem.written(), "");
    }

    void namesTheServiceThatNeverGetsAnAddress()
    {
        test::FakeRun run;
        const operations::AddressStep address;
        run.onprem.put(service({}));
        COMPARE_TEXT(test::dump(address.verify(step(), run.context)),
                     "timeout: Service istio-system/istio-eastwestgateway got no address within 10 "
                     "min 00 s\n"
                     "  why: a LoadBalancer Service gets its address from the cluster's load "
                     "balancer\n"
                     "  where: onprem\n"
                     "  do: See why the load balancer gives none, or set gateways.…address or "
                     "externalIPs in mesh.yaml; then `isthmusctl operations resume`.\n");
        QVERIFY(run.context.filled.empty());
        // Resumed, it waits again and goes on.
        run.onprem.events = { [&] { run.onprem.put(service({ ip("203.0.113.11") })); } };
        COMPARE_TEXT(test::dump(address.verify(step(), run.context)), "done\n");
    }

    void saysWhenTheServiceIsMissing()
    {
        test::FakeRun run;
        const operations::AddressStep address;
        const Result<void> missing = address.verify(step(), run.context);
        QVERIFY(missing.error().code == ErrorCode::Timeout);
        COMPARE_TEXT(missing.error().detail, "it is not there");
    }

    void passesOtherErrorsOn()
    {
        test::FakeRun run;
        const operations::AddressStep address;
        run.onprem.unreadable.emplace("Service",
                                      Error { ErrorCode::Forbidden, msg("kube.forbidden") });
        QVERIFY(address.verify(step(), run.context).error().code == ErrorCode::Forbidden);
    }
};

ISTHMUS_TEST_MAIN(TestAddressStep)
#include "tst_address_step.moc"
