// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/journalled_writer.h"
#include "core/plan/objects.h"
#include "tests/core/plan/journal_fixture.h"

using namespace isthmus;

namespace {

struct Bench
{
    test::FakeClusters clusters = {};
    test::ManualClock clock = test::ManualClock();
    std::stop_source stop = {};
    test::FakeContext context { plan::ReadContext { clusters, clock, stop.get_token() } };
    plan::ObjectsBehaviour behaviour = {};
    test::FakeCluster& gke = clusters.gke;
};

plan::Step step(std::vector<json::Value> objects)
{
    return test::objectsStep("gke/a", std::move(objects));
}

json::Value deployment(int ready)
{
    return json::Object {
        { "apiVersion", "apps/v1" },
        { "kind", "Deployment" },
        { "metadata",
          json::Object { { "name", "web" }, { "namespace", "shop" }, { "generation", 1 } } },
        { "spec",
          json::Object {
              { "replicas", 1 },
              { "selector",
                json::Object { { "matchLabels", json::Object { { "app", "web" } } } } } } },
        { "status",
          json::Object {
              { "observedGeneration", 1 },
              { "replicas", 1 },
              { "updatedReplicas", 1 },
              { "readyReplicas", ready },
              { "availableReplicas", ready },
              { "conditions",
                json::Array { json::Object { { "type", "Available" },
                                             { "status", ready > 0 ? "True" : "False" } } } } } },
    };
}

plan::Step waiting()
{
    json::Value wanted = deployment(0);
    wanted.erase("status");
    plan::Step out = step({ wanted });
    out.inputs.member("awaitReady") = true;
    return out;
}

} // namespace

class TestObjects : public test::TestBase
{
    Q_OBJECT

private slots:

    void makesWhatIsMissingAndThenAllIsRight()
    {
        Bench bench;
        const plan::Step wanted = step({ test::configMap("a", "1"), test::configMap("b", "1") });
        bench.gke.put(test::configMap("b", "1"), "isthmus");
        COMPARE_TEXT(plan::dump(bench.behaviour.inspect(wanted, bench.context).changes),
                     "gke  create  ConfigMap shop/a\n");
        COMPARE_TEXT(test::dump(bench.behaviour.apply(wanted, bench.context)), "done\n");
        COMPARE_TEXT(bench.gke.written(), "apply ConfigMap shop/a\n");
        COMPARE_TEXT(test::dump(bench.behaviour.inspect(wanted, bench.context)),
                     "already right\nnone gke ConfigMap shop/a\nnone gke ConfigMap shop/b\n");
    }

    void sendsWhatOthersDependOnFirst()
    {
        Bench bench;
        const json::Value space =
            json::Object { { "apiVersion", "v1" },
                           { "kind", "Namespace" },
                           { "metadata", json::Object { { "name", "shop" } } } };
        const plan::Step wanted = step({ test::configMap("a", "1"), space });
        COMPARE_TEXT(test::dump(bench.behaviour.apply(wanted, bench.context)), "done\n");
        COMPARE_TEXT(bench.gke.written(), "apply Namespace shop\napply ConfigMap shop/a\n");
    }

    void anErrorEndsTheWaves()
    {
        Bench bench;
        const json::Value space =
            json::Object { { "apiVersion", "v1" },
                           { "kind", "Namespace" },
                           { "metadata", json::Object { { "name", "shop" } } } };
        bench.gke.refusals.emplace(kube::keyOf(space),
                                   Error { ErrorCode::Forbidden, msg("plan.stopped") });
        const plan::Step wanted = step({ test::configMap("a", "1"), space });
        QVERIFY(!bench.behaviour.apply(wanted, bench.context));
        COMPARE_TEXT(bench.gke.written(), "apply Namespace shop\n");
    }

    void writesNothingWithAnOpenHole()
    {
        Bench bench;
        json::Value holed = test::configMap("a", "");
        holed.member("data").member("key") = plan::marker({ StepId("gke/x"), "address" });
        const plan::Step wanted = step({ holed });
        QVERIFY(bench.behaviour.inspect(wanted, bench.context).state
                == plan::Inspection::State::Needed);
        COMPARE_TEXT(
            test::dump(bench.behaviour.apply(wanted, bench.context)),
            "internal: the value gke/x#address is not known\n  why: \n  where: \n  do: \n");
        COMPARE_TEXT(bench.gke.written(), "");
        bench.context.holes[{ StepId("gke/x"), "address" }] = "10.0.0.1";
        COMPARE_TEXT(test::dump(bench.behaviour.apply(wanted, bench.context)), "done\n");
        COMPARE_TEXT(bench.gke.at("ConfigMap", "a")["data"]["key"].string(), "10.0.0.1");
    }

    void waitsUntilAllIsReadyAndSaysWhy()
    {
        Bench bench;
        bench.gke.put(deployment(0), "isthmus");
        QVERIFY(bench.behaviour.inspect(waiting(), bench.context).state
                == plan::Inspection::State::Needed);
        bench.gke.events = { [] {}, [&] { bench.gke.put(deployment(1), "isthmus"); } };
        COMPARE_TEXT(test::dump(bench.behaviour.verify(waiting(), bench.context)), "done\n");
        QVERIFY2(bench.context.said.starts_with("waits for Deployment shop/web: "),
                 bench.context.said.c_str());
        QCOMPARE(std::ranges::count(bench.context.said, '\n'), 1); // each reason once
        QVERIFY(bench.behaviour.inspect(waiting(), bench.context).state
                == plan::Inspection::State::AlreadyRight);
    }

    void aTimeoutCarriesTheLastReason()
    {
        Bench bench;
        bench.gke.put(deployment(0), "isthmus");
        const Result<void> waited = bench.behaviour.verify(waiting(), bench.context);
        QVERIFY(!waited && waited.error().code == ErrorCode::Timeout);
        COMPARE_TEXT(text(waited.error().message),
                     "Deployment shop/web was not ready after 1 min 00 s");
        QVERIFY2(bench.context.said.find(waited.error().detail) != std::string::npos
                     && !waited.error().detail.empty(),
                 waited.error().detail.c_str());
    }

    void ofSomebodyElsesObjectItTouchesNothingUnlessItMust()
    {
        Bench bench;
        bench.gke.put(test::configMap("a", "theirs"));
        plan::Step wanted = step({ test::configMap("a", "ours") });
        COMPARE_TEXT(test::dump(bench.behaviour.inspect(wanted, bench.context)),
                     "already right\n"
                     "none gke ConfigMap shop/a (kept as it is: managed by kubectl)\n");
        wanted.inputs.member("required") = true;
        QVERIFY(bench.behaviour.inspect(wanted, bench.context).state
                == plan::Inspection::State::Needed);
        QVERIFY(!plan::isOurs(bench.gke.at("ConfigMap", "a")));
        COMPARE_TEXT(test::dump(bench.behaviour.apply(wanted, bench.context)), "done\n");
        QVERIFY(plan::isOurs(bench.gke.at("ConfigMap", "a")));
    }

    void aClusterThatTheRunDoesNotHaveIsAnError()
    {
        Bench bench;
        plan::Step wanted = step({ test::configMap("a", "1") });
        wanted.cluster = ClusterId("moon");
        const plan::Inspection found = bench.behaviour.inspect(wanted, bench.context);
        QVERIFY(found.state == plan::Inspection::State::Blocked);
        QVERIFY(found.failure && found.failure->code == ErrorCode::Internal);
        QVERIFY(!bench.behaviour.apply(wanted, bench.context));
    }
};

ISTHMUS_TEST_MAIN(TestObjects)
#include "tst_objects.moc"
