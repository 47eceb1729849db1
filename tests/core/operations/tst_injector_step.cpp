// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/steps/injector_step.h"
#include "tests/core/operations/fake_run.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

plan::Step step()
{
    plan::Step out;
    out.id = StepId("gke/injector");
    out.cluster = ClusterId("gke");
    out.type = "injector";
    out.kind = plan::StepKind::Wait;
    out.inputs = json::Object { { "primary", "onprem" } };
    out.deadline = Milliseconds(120'000);
    return out;
}

json::Value webhook(const std::vector<std::string>& bundles)
{
    json::Value out = json::Object { { "apiVersion", "admissionregistration.k8s.io/v1" },
                                     { "kind", "MutatingWebhookConfiguration" } };
    out.member("metadata").member("name") = "istio-sidecar-injector";
    out.member("webhooks") = json::Array();
    for (const std::string& bundle : bundles) {
        out.member("webhooks")
            .push(json::Object { { "clientConfig", json::Object { { "caBundle", bundle } } } });
    }
    return out;
}

json::Value root(const std::string& pem)
{
    json::Value out = json::Object { { "apiVersion", "v1" }, { "kind", "ConfigMap" } };
    out.member("metadata") =
        json::Object { { "name", "istio-ca-root-cert" }, { "namespace", "istio-system" } };
    out.member("data").member("root-cert.pem") = pem;
    return out;
}

} // namespace

class TestInjectorStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void wantsAnAuthorityInEveryWebhook()
    {
        QVERIFY(operations::hasAuthority(webhook({ "a", "b" })));
        QVERIFY(!operations::hasAuthority(webhook({ "a", "" })));
        QVERIFY(!operations::hasAuthority(webhook({})));
        QVERIFY(!operations::hasAuthority(json::Value()));
    }

    void isRightWhereWebhookAndRootAreThere()
    {
        test::FakeRun run;
        const operations::InjectorStep injector;
        COMPARE_TEXT(test::dump(injector.inspect(step(), run.context)), "needed\n");
        run.gke.put(webhook({ "a" }));
        COMPARE_TEXT(test::dump(injector.inspect(step(), run.context)), "needed\n");
        run.gke.put(root(""));
        COMPARE_TEXT(test::dump(injector.inspect(step(), run.context)), "needed\n");
        run.gke.put(root("pem"));
        COMPARE_TEXT(test::dump(injector.inspect(step(), run.context)), "already right\n");
    }

    void waitsForBothAndSaysWhy()
    {
        test::FakeRun run;
        const operations::InjectorStep injector;
        run.gke.put(webhook({ "" }));
        run.gke.events = { [&] { run.clock.advance(Milliseconds(20'000)); },
                           [&] { run.gke.put(webhook({ "a" })); },
                           [&] { run.gke.put(root("pem")); } };
        COMPARE_TEXT(test::dump(injector.verify(step(), run.context)), "done\n");
        COMPARE_TEXT(run.context.said,
                     "waits for the control plane of onprem to write its certificate into "
                     "MutatingWebhookConfiguration istio-sidecar-injector\n"
                     "waits for the control plane of onprem to write its certificate into "
                     "ConfigMap istio-system/istio-ca-root-cert\n");
        // One deadline for both.
        QCOMPARE(run.gke.deadlines,
                 (std::vector<Milliseconds> { Milliseconds(120'000), Milliseconds(100'000) }));
    }

    void saysWhatIstiodDidNotWrite()
    {
        test::FakeRun run;
        const operations::InjectorStep injector;
        run.gke.put(webhook({ "a" }));
        COMPARE_TEXT(
            test::dump(injector.verify(step(), run.context)),
            "timeout: the control plane of onprem did not write its certificate into ConfigMap "
            "istio-system/istio-ca-root-cert\n"
            "  why: istiod writes it when it is ready and has read this cluster's credential\n"
            "  where: gke\n"
            "  do: Check that the primary reaches this cluster's API server, and that "
            "istio-system here names the primary in its annotation "
            "topology.istio.io/controlPlaneClusters; then resume.\n");
    }

    void passesOtherErrorsOn()
    {
        test::FakeRun run;
        const operations::InjectorStep injector;
        run.gke.unreadable.emplace("MutatingWebhookConfiguration",
                                   Error { ErrorCode::Forbidden, msg("kube.forbidden") });
        QVERIFY(injector.verify(step(), run.context).error().code == ErrorCode::Forbidden);
        COMPARE_TEXT(run.gke.written(), "");
    }
};

ISTHMUS_TEST_MAIN(TestInjectorStep)
#include "tst_injector_step.moc"
