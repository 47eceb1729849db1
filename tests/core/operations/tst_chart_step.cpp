// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/steps/chart_step.h"
#include "tests/core/operations/fake_run.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

using State = plan::Inspection::State;

const plan::Hole address { StepId("onprem/east-west-address"), "address" };

plan::Step step(const std::string& part = "")
{
    plan::Step out;
    out.id = StepId("gke/control-plane");
    out.cluster = ClusterId("gke");
    out.type = "chart";
    out.inputs = json::Object {
        { "chart", "istiod" },
        { "path", "/c/istiod" },
        { "digest", "d" },
        { "release", "istiod" },
        { "namespace", "istio-system" },
        { "kubeVersion", "1.36" },
        { "values",
          json::Object {
              { "global", json::Object { { "remotePilotAddress", plan::marker(address) } } } } },
        { "part", part },
        { "awaitReady", true },
    };
    return out;
}

json::Value object(const std::string& kind, const std::string& name)
{
    json::Value out = json::Object { { "apiVersion", "v1" }, { "kind", kind } };
    out.member("metadata") = json::Object { { "name", name } };
    return out;
}

json::Value injector(const std::string& policy)
{
    json::Value out = object("MutatingWebhookConfiguration", "istio-sidecar-injector");
    out.member("webhooks") =
        json::Array { json::Object { { "name", "rev.namespace" }, { "failurePolicy", policy } },
                      json::Object { { "name", "rev.object" }, { "failurePolicy", "Fail" } } };
    return out;
}

/// An EndpointSlice that carries the address, as the remote's chart makes it.
std::vector<json::Value> remoteChart(const operations::ChartRequest& request)
{
    json::Value slice = object("EndpointSlice", "istiod");
    slice.member("endpoints")
        .push(json::Object {
            { "addresses", json::Array { request.values["global"]["remotePilotAddress"] } } });
    return { object("CustomResourceDefinition", "gateways.networking.istio.io"), slice };
}

} // namespace

class TestChartStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void asksForWhatThePlanRecorded()
    {
        test::FakeRun run;
        const operations::ChartStep chart(run.ports.charts);
        QVERIFY(chart.inspect(step(), run.context).state == State::AlreadyRight); // renders nothing
        const operations::ChartRequest& asked = run.ports.charts.requests.front();
        COMPARE_TEXT(asked.chart + " " + asked.path + " " + asked.digest + " " + asked.release + " "
                         + asked.ns + " " + asked.kubeVersion,
                     "istiod /c/istiod d istiod istio-system 1.36");
    }

    void previewsAnAddressThatIsNotKnownYet()
    {
        test::FakeRun run;
        const operations::ChartStep chart(run.ports.charts);
        run.ports.charts.rendered = remoteChart;
        const plan::Inspection found = chart.inspect(step("rest"), run.context);
        QVERIFY(found.state == State::Needed);
        QCOMPARE(found.changes.size(), std::size_t { 1 });
        const std::string& diff = found.changes.front().diff;
        QVERIFY2(diff.find("<from onprem/east-west-address>") != std::string::npos, diff.c_str());
        QVERIFY2(diff.find("192.0.2.") == std::string::npos, diff.c_str());
    }

    void rendersAgainOnceTheAddressIsKnown()
    {
        test::FakeRun run;
        const operations::ChartStep chart(run.ports.charts);
        run.ports.charts.rendered = remoteChart;
        const Result<void> early = chart.apply(step("rest"), run.context);
        QVERIFY(early.error().code == ErrorCode::Internal);
        COMPARE_TEXT(run.gke.written(), "");
        run.context.holes[address] = "203.0.113.11";
        COMPARE_TEXT(test::dump(chart.apply(step("rest"), run.context)), "done\n");
        COMPARE_TEXT(json::write(run.gke.at("EndpointSlice", "istiod")["endpoints"]),
                     R"([{"addresses":["203.0.113.11"]}])");
    }

    void splitsDefinitionsFromTheRest()
    {
        test::FakeRun run;
        const operations::ChartStep chart(run.ports.charts);
        run.ports.charts.rendered = remoteChart;
        run.context.holes[address] = "203.0.113.11";
        const auto kinds = [&](const std::string& part) {
            std::string out;
            for (const plan::Change& change : chart.inspect(step(part), run.context).changes) {
                out += change.key.kind + " ";
            }
            return out;
        };
        COMPARE_TEXT(kinds("crds"), "CustomResourceDefinition ");
        COMPARE_TEXT(kinds("rest"), "EndpointSlice ");
        COMPARE_TEXT(kinds(""), "CustomResourceDefinition EndpointSlice ");
        // Their kinds are known to the client before the server serves them.
        COMPARE_TEXT(join(run.gke.learned, " "), "gateways.networking.istio.io");
    }

    void tellsWhyNothingCouldBeRendered()
    {
        test::FakeRun run;
        const operations::ChartStep chart(run.ports.charts);
        run.ports.charts.error = Error { ErrorCode::Preflight,
                                         msg("operations.no-charts"),
                                         "helm is not in the PATH",
                                         "",
                                         msg("operations.say-charts") };
        COMPARE_TEXT(test::dump(chart.inspect(step(), run.context)),
                     "blocked\nerror: no Istio charts are named (gke)\n"
                     "  why: helm is not in the PATH\n"
                     "  do: Set `spec.istio.charts` to a directory, an archive or a repository of "
                     "Istio's charts.\n");
        QVERIFY(chart.apply(step(), run.context).error().code == ErrorCode::Preflight);
        COMPARE_TEXT(run.gke.written(), "");
    }

    void leavesFailurePolicyToIstiod()
    {
        const auto policies = [](const json::Value& desired, const json::Value& live) {
            std::string out;
            const json::Value sent = operations::withoutHandedOver(desired, live);
            for (const json::Value& webhook : sent["webhooks"].array()) {
                out += webhook.contains("failurePolicy") ? webhook["failurePolicy"].string() : "-";
                out += " ";
            }
            return out;
        };
        COMPARE_TEXT(policies(injector("Ignore"), injector("Fail")), "- Fail ");
        COMPARE_TEXT(policies(injector("Fail"), injector("Fail")), "Fail Fail ");
        COMPARE_TEXT(policies(injector("Ignore"), json::Value()), "Ignore Fail ");
        json::Value other = injector("Fail");
        other.member("webhooks").asArray()->front().member("name") = "somebody.else";
        COMPARE_TEXT(policies(injector("Ignore"), other), "Ignore Fail ");
        // A field of that name means nothing in another kind.
        const json::Value service = object("Service", "istiod");
        QVERIFY(operations::withoutHandedOver(service, injector("Fail")) == service);
    }

    void appliesAWebhookAgainWithoutAConflict()
    {
        test::FakeRun run;
        const operations::ChartStep chart(run.ports.charts);
        std::string version = "1";
        run.ports.charts.rendered = [&version](const operations::ChartRequest& /*request*/) {
            json::Value out = injector("Ignore");
            out.member("metadata").member("labels").member("version") = version;
            return std::vector<json::Value> { out };
        };
        run.context.holes[address] = "203.0.113.11";
        QVERIFY(chart.apply(step(), run.context));
        json::Value live = run.gke.at("MutatingWebhookConfiguration", "istio-sidecar-injector");
        live.member("webhooks").asArray()->front().member("failurePolicy") = "Fail"; // istiod
        run.gke.put(live, "isthmus");
        run.gke.writes.clear();
        QVERIFY(chart.inspect(step(), run.context).changes.front().action == plan::Action::None);
        version = "2";
        QVERIFY(chart.apply(step(), run.context));
        QCOMPARE(run.gke.writes.size(), std::size_t { 1 });
        QVERIFY(!run.gke.writes.front().body["webhooks"][0].contains("failurePolicy"));
        QVERIFY(run.gke.writes.front().body["webhooks"][1].contains("failurePolicy"));
    }
};

ISTHMUS_TEST_MAIN(TestChartStep)
#include "tst_chart_step.moc"
