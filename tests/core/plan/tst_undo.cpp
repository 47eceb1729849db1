// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/journalled_writer.h"
#include "core/plan/undo.h"
#include "tests/core/plan/journal_fixture.h"

using namespace isthmus;

namespace {

using Outcome = plan::WriteRecord::Outcome;

/// Remembers when it was asked for what controllers left.
class Leaving final : public plan::ObjectsBehaviour
{
public:
    explicit Leaving(std::string& asked)
        : m_asked(asked)
    { }

    Result<void> undoResidue(const plan::Step& step,
                             plan::WriteContext& /*context*/,
                             bool writesGone) const override
    {
        m_asked += step.id.str() + (writesGone ? " after\n" : " before\n");
        return {};
    }

private:
    std::string& m_asked;
};

json::Value named(const std::string& apiVersion, const std::string& kind, const std::string& name)
{
    return json::Object { { "apiVersion", apiVersion },
                          { "kind", kind },
                          { "metadata", json::Object { { "name", name } } } };
}

json::Value crd()
{
    json::Value out =
        named("apiextensions.k8s.io/v1", "CustomResourceDefinition", "gateways.example.org");
    out.member("spec") = json::Object {
        { "group", "example.org" },
        { "names", json::Object { { "kind", "Gateway" } } },
        { "versions", json::Array { json::Object { { "name", "v1" } } } },
    };
    return out;
}

json::Value secret(const std::string& value)
{
    json::Value out = named("v1", "Secret", "token");
    out.member("data").member("token") = value;
    return out;
}

plan::WriteRecord recordOf(const json::Value& object, Outcome outcome)
{
    plan::WriteRecord record;
    record.number = 1;
    record.key = kube::keyOf(object);
    record.outcome = outcome;
    record.uid = "uid-1";
    return record;
}

json::Value withUid(json::Value object, const std::string& uid)
{
    object.member("metadata").member("uid") = uid;
    return object;
}

/// "delete ConfigMap shop/a {…}" or "nothing"
std::string dump(const std::optional<kube::Write>& write)
{
    return write ? std::string(kube::name(write->verb)) + " " + text(write->key) + " "
            + json::write(write->body)
                 : "nothing";
}

plan::Step required(plan::Step step)
{
    step.inputs.member("required") = true;
    return step;
}

} // namespace

class TestUndo : public test::TestBase
{
    Q_OBJECT

private slots:

    void theInverseOfAWrite()
    {
        const json::Value live = withUid(test::configMap("a", "new"), "uid-1");
        plan::WriteRecord record = recordOf(live, Outcome::Created);
        COMPARE_TEXT(dump(plan::inverseOf(record, live)),
                     R"(delete ConfigMap shop/a {"uid":"uid-1"})");
        COMPARE_TEXT(dump(plan::inverseOf(record, {})), "nothing");
        COMPARE_TEXT(dump(plan::inverseOf(record, withUid(live, "uid-2"))), "nothing");

        record.outcome = Outcome::Updated;
        record.existed = true;
        record.previous = test::configMap("a", "old");
        COMPARE_TEXT(dump(plan::inverseOf(record, live)),
                     "apply ConfigMap shop/a " + json::write(record.previous));
        record.verb = kube::Verb::JsonPatch;
        record.previous = json::Array { json::Object { { "op", "remove" }, { "path", "/data" } } };
        COMPARE_TEXT(dump(plan::inverseOf(record, live)),
                     R"(patch ConfigMap shop/a [{"op":"remove","path":"/data"}])");
    }

    void aPatchWhoseValuesAreGoneIsNotTakenBackAgain()
    {
        const json::Value live = withUid(test::configMap("a", "new"), "uid-1");
        plan::WriteRecord record = recordOf(live, Outcome::Updated);
        record.existed = true;
        record.verb = kube::Verb::JsonPatch;
        record.previous = json::Array {
            json::Object { { "op", "test" }, { "path", "/data/key" }, { "value", "ours" } },
            json::Object { { "op", "replace" }, { "path", "/data/key" }, { "value", "old" } }
        };
        COMPARE_TEXT(dump(plan::inverseOf(record, live)), "nothing");
    }

    void aSecretIsNeverAppliedAgain()
    {
        const json::Value live = withUid(secret("bmV3"), "uid-1");
        plan::WriteRecord record = recordOf(live, Outcome::Updated);
        record.existed = true;
        record.previous = plan::previousIntent(live);
        COMPARE_TEXT(dump(plan::inverseOf(record, live)), "nothing");
    }

    void takesTheNewestStepBackFirst()
    {
        test::PlanRun bench;
        const plan::Plan plan = test::planOf(
            { test::objectsStep("onprem/a", { test::configMap("a", "1") }),
              test::objectsStep("onprem/b",
                                { test::configMap("b", "1"), named("v1", "Namespace", "n") },
                                { "onprem/a" }) });
        COMPARE_TEXT(test::dump(bench.run(plan)), "done\n");
        bench.onprem.writes.clear();
        COMPARE_TEXT(test::dump(bench.undo()), "undone\n");
        // Within a step, kinds in the reverse of the order they were made in.
        COMPARE_TEXT(bench.onprem.written(),
                     "delete ConfigMap shop/b\ndelete Namespace n\ndelete ConfigMap shop/a\n");
        QVERIFY(bench.onprem.objects.empty());
        COMPARE_TEXT(test::dumpSteps(bench.stored()), "onprem/a undone\nonprem/b undone\n");
        QVERIFY(bench.stored().state == plan::RunState::Undone);
    }

    void anObjectThatAStepWroteTwiceIsTakenBackNewestFirst()
    {
        // Made, then cut off; resumed after somebody had changed it, and so applied once more.
        test::PlanRun bench;
        plan::Step step = test::objectsStep("onprem/a", { test::configMap("a", "1") });
        Result<plan::Journal> journal = bench.begin(test::planOf({ step }));
        QVERIFY(journal);
        plan::JournalledWriter writer(*journal, bench.clusters, {});
        for (const char* value : { "1", "2" }) {
            plan::PreparedWrite one;
            one.write.body = test::configMap("a", value);
            one.write.key = kube::keyOf(one.write.body);
            one.live = bench.onprem.at("ConfigMap", "a");
            std::vector<plan::PreparedWrite> writes;
            writes.push_back(std::move(one));
            QVERIFY(journal->step(step.id, plan::StepState::Running));
            QVERIFY(writer.write(step.id, step.cluster, std::move(writes), {}));
        }
        {
            const plan::Journal closed = std::move(*journal);
        }
        COMPARE_TEXT(test::dumpWrites(bench.stored()),
                     "1 onprem apply ConfigMap shop/a created\n"
                     "2 onprem apply ConfigMap shop/a updated\n");
        COMPARE_TEXT(test::dump(bench.undo()), "undone\n");
        QVERIFY(bench.onprem.objects.empty());
    }

    void takesItsFieldsFromAnObjectOfSomebodyElse()
    {
        test::PlanRun bench;
        json::Value theirs = named("v1", "Namespace", "shop");
        theirs.member("metadata").member("labels").member("team") = "a";
        bench.onprem.put(theirs);
        json::Value ours = named("v1", "Namespace", "shop");
        ours.member("metadata").member("labels").member("istio-injection") = "enabled";
        COMPARE_TEXT(test::dump(bench.run(
                         test::planOf({ required(test::objectsStep("onprem/a", { ours })) }))),
                     "done\n");
        const auto labels = [&] {
            return json::write(bench.onprem.at("Namespace", "shop")["metadata"]["labels"]);
        };
        COMPARE_TEXT(labels(), R"({"istio-injection":"enabled","team":"a"})");
        COMPARE_TEXT(test::dump(bench.undo()), "undone\n");
        COMPARE_TEXT(labels(), R"({"team":"a"})");
        COMPARE_TEXT(json::write(bench.onprem.writes.back().body),
                     R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}})");
    }

    void leavesWhatSomebodyMadeAnew()
    {
        test::PlanRun bench;
        COMPARE_TEXT(test::dump(bench.run(test::planOf(
                         { test::objectsStep("onprem/a", { test::configMap("a", "1") }) }))),
                     "done\n");
        bench.onprem.objects.clear();
        bench.onprem.put(test::configMap("a", "theirs"));
        COMPARE_TEXT(test::dump(bench.undo()), "undone\n");
        COMPARE_TEXT(json::write(bench.onprem.at("ConfigMap", "a")["data"]), R"({"key":"theirs"})");
    }

    void keepsADefinitionThatIsInUse_data()
    {
        QTest::addColumn<bool>("used");
        QTest::newRow("used") << true;
        QTest::newRow("unused") << false;
    }

    void keepsADefinitionThatIsInUse()
    {
        QFETCH(const bool, used);
        test::PlanRun bench;
        COMPARE_TEXT(
            test::dump(bench.run(test::planOf({ test::objectsStep("onprem/crds", { crd() }) }))),
            "done\n");
        if (used) {
            bench.onprem.put(named("example.org/v1", "Gateway", "theirs"));
        }
        bench.events.clear();
        COMPARE_TEXT(test::dump(bench.undo()), "undone\n");
        QCOMPARE(bench.onprem.at("CustomResourceDefinition", "gateways.example.org").isNull(),
                 !used);
        const bool said = std::ranges::any_of(bench.events, [](const plan::Event& event) {
            return event.message.id == "plan.kept-in-use";
        });
        QCOMPARE(said, used);
    }

    void asksForResidueOnlyWhereTheStepWroteSomething()
    {
        test::PlanRun bench;
        std::string asked;
        bench.behaviours.add("leaving", std::make_unique<Leaving>(asked));
        bench.onprem.put(test::configMap("a", "1"), "isthmus");
        std::vector<plan::Step> steps {
            test::objectsStep("onprem/a", { test::configMap("a", "1") }),
            test::objectsStep("onprem/b", { test::configMap("b", "1") }),
            test::objectsStep("onprem/c", { test::configMap("c", "1") }),
            test::objectsStep("onprem/d", { test::configMap("d", "1") }, { "onprem/c" })
        };
        for (plan::Step& step : steps) {
            step.type = "leaving";
        }
        bench.onprem.refusals.emplace(kube::keyOf(test::configMap("c", "")),
                                      Error { ErrorCode::Forbidden, msg("plan.stopped") });
        COMPARE_TEXT(test::dump(bench.run(test::planOf(steps))),
                     "failed at onprem/c: forbidden plan.stopped\n");
        COMPARE_TEXT(test::dumpSteps(bench.stored()),
                     "onprem/a alreadyRight\nonprem/b done\nonprem/c failed\nonprem/d skipped\n");
        COMPARE_TEXT(test::dump(bench.undo()), "undone\n");
        COMPARE_TEXT(asked, "onprem/b before\nonprem/b after\n");
        COMPARE_TEXT(bench.onprem.at("ConfigMap", "a")["data"]["key"].string(), "1");
    }

    void anUndoThatWasCutOffGoesOn()
    {
        test::PlanRun bench;
        const plan::Plan plan = test::planOf(
            { test::objectsStep("onprem/a", { test::configMap("a", "1") }),
              test::objectsStep("onprem/b", { test::configMap("b", "1") }, { "onprem/a" }) });
        COMPARE_TEXT(test::dump(bench.run(plan)), "done\n");
        bench.onprem.onSend = [](const kube::Write& write, bool&) -> std::optional<Error> {
            return write.key.name == "a"
                ? std::optional(Error { ErrorCode::Unreachable, msg("plan.stopped") })
                : std::nullopt;
        };
        COMPARE_TEXT(test::dump(bench.undo()), "stopped at onprem/a: unreachable plan.stopped\n");
        COMPARE_TEXT(test::dumpSteps(bench.stored()), "onprem/a failed\nonprem/b undone\n");
        bench.onprem.onSend = {};
        bench.onprem.writes.clear();
        COMPARE_TEXT(test::dump(bench.undo()), "undone\n");
        COMPARE_TEXT(bench.onprem.written(), "delete ConfigMap shop/a\n");
    }

    void refusesAnotherCluster()
    {
        test::PlanRun bench;
        COMPARE_TEXT(test::dump(bench.run(test::planOf(
                         { test::objectsStep("onprem/a", { test::configMap("a", "1") }) }))),
                     "done\n");
        bench.onprem.identity = ClusterUid("another");
        COMPARE_TEXT(test::dump(bench.undo()), "undoFailed: refused plan.another-cluster\n");
        QVERIFY(!bench.onprem.at("ConfigMap", "a").isNull());
    }
};

ISTHMUS_TEST_MAIN(TestUndo)
#include "tst_undo.moc"
