// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/plan/plan.h"
#include "tests/core/plan/journal_fixture.h"

using namespace isthmus;

namespace {

plan::Plan fullPlan()
{
    plan::Step wait = test::stepOf("gke/wait", "objects", { "onprem/a" });
    wait.title = msg("plan.unknown-step", { { "type", "x" } });
    wait.kind = plan::StepKind::Wait;
    wait.waitsFor = msg("plan.waits-until-gone", { { "object", "y" } });
    wait.deadline = Milliseconds(1234);
    wait.reversible = false;
    wait.inputs.member("address") = plan::marker({ StepId("onprem/a"), "address" });
    plan::Plan out = test::planOf({ test::stepOf("onprem/a", "objects"), wait });
    plan::ClusterIdentity& gke = out.clusters[ClusterId("gke")];
    gke.server = "https://10.0.0.1";
    gke.caFingerprint = "ab";
    gke.context = "gke_x";
    gke.kubeconfig = "/home/x/.kube/config";
    out.expects = { { ClusterId("gke"),
                      kube::keyOf(test::configMap("a", "")),
                      plan::digestOf(test::configMap("a", "1")) } };
    return out;
}

/// "plan.need-not-earlier" and so on, one a line.
std::string problems(const plan::Plan& plan)
{
    std::string out;
    for (const Diagnostic& problem : plan::verifyShape(plan)) {
        out += problem.summary.id + "\n";
    }
    return out;
}

json::Value withMetadata(json::Value object, const std::string& name, const std::string& value)
{
    object.member("metadata").member(name) = value;
    return object;
}

} // namespace

class TestPlan : public test::TestBase
{
    Q_OBJECT

private slots:

    void comesBackFromJsonAsItWas()
    {
        const std::string stored = json::write(plan::toJson(fullPlan()));
        const Result<plan::Plan> read = json::parse(stored).and_then(plan::planFromJson);
        QVERIFY(read);
        COMPARE_TEXT(json::write(plan::toJson(*read)), stored);
        COMPARE_TEXT(plan::planId(*read), plan::planId(fullPlan()));
        const plan::Step* wait = read->find(StepId("gke/wait"));
        QVERIFY(wait != nullptr && wait->kind == plan::StepKind::Wait && !wait->reversible);
        QCOMPARE(wait->deadline.count(), 1234);
        COMPARE_TEXT(text(wait->title), text(fullPlan().steps[1].title));
        QVERIFY(read->find(StepId("nobody")) == nullptr);
    }

    void anotherFormatIsUnsupported()
    {
        json::Value stored = plan::toJson(fullPlan());
        stored.member("format") = 2;
        const Result<plan::Plan> read = plan::planFromJson(stored);
        QVERIFY(!read && read.error().code == ErrorCode::Unsupported);
        QVERIFY(!plan::planFromJson(json::Array()));
    }

    void aKindOfStepThatIsNotKnownIsNoPlan()
    {
        json::Value stored = plan::toJson(fullPlan());
        stored.member("steps").asArray()->front().member("kind") = "ponder";
        const Result<plan::Plan> read = plan::planFromJson(stored);
        QVERIFY(!read && read.error().code == ErrorCode::Unsupported);
    }

    void itsIdHangsOnAllThatItWouldDo()
    {
        const std::string id = plan::planId(fullPlan());
        QCOMPARE(id.size(), std::size_t { 64 });
        COMPARE_TEXT(plan::planId(fullPlan()), id);
        const auto differs = [&id](const std::function<void(plan::Plan&)>& change) {
            plan::Plan other = fullPlan();
            change(other);
            return plan::planId(other) != id;
        };
        QVERIFY(differs([](plan::Plan& p) { p.steps[0].inputs.member("x") = 1; }));
        QVERIFY(differs([](plan::Plan& p) { p.steps[1].needs.clear(); }));
        QVERIFY(differs([](plan::Plan& p) { p.clusters[ClusterId("gke")].uid = ClusterUid("z"); }));
        QVERIFY(differs([](plan::Plan& p) { p.expects.clear(); }));
        QVERIFY(differs([](plan::Plan& p) { p.mesh = "other"; }));
    }

    void showsItsShape()
    {
        COMPARE_TEXT(plan::dump(fullPlan()),
                     "onprem/a  objects\ngke/wait  objects  needs onprem/a\n");
        COMPARE_TEXT(problems(fullPlan()), "");
    }

    void aShapeThatCannotRunIsToldWithEveryFault()
    {
        plan::Plan late = fullPlan();
        std::swap(late.steps[0], late.steps[1]);
        COMPARE_TEXT(problems(late), "plan.need-not-earlier\nplan.hole-not-earlier\n");
        COMPARE_TEXT(problems(test::planOf({ test::stepOf("onprem/a", "x", { "onprem/a" }) })),
                     "plan.need-not-earlier\n");
        COMPARE_TEXT(problems(test::planOf(
                         { test::stepOf("onprem/a", "x"), test::stepOf("onprem/a", "x") })),
                     "plan.step-twice\n");
        COMPARE_TEXT(problems(test::planOf({ test::stepOf("moon/a", "x") })),
                     "plan.unknown-cluster\n");
    }

    void aDigestSeesContentAndIdentityAndNothingElse()
    {
        const json::Value object = withMetadata(test::configMap("a", "1"), "uid", "u");
        const std::string digest = plan::digestOf(object);
        COMPARE_TEXT(plan::digestOf(withMetadata(object, "resourceVersion", "7")), digest);
        QVERIFY(plan::digestOf(withMetadata(object, "uid", "v")) != digest);
        QVERIFY(plan::digestOf(withMetadata(test::configMap("a", "2"), "uid", "u")) != digest);
        QVERIFY(plan::digestOf({}) != digest);
        QCOMPARE(plan::digestOf({}).size(), std::size_t { 64 });
    }

    void aSecretsDigestHangsOnItsVersionAlone()
    {
        json::Value secret = withMetadata(test::configMap("a", "MQ=="), "resourceVersion", "7");
        secret.member("kind") = "Secret";
        json::Value other = secret;
        other.member("data").member("key") = "Mg==";
        COMPARE_TEXT(plan::digestOf(other), plan::digestOf(secret));
        QVERIFY(plan::digestOf(withMetadata(secret, "resourceVersion", "8"))
                != plan::digestOf(secret));
    }
};

ISTHMUS_TEST_MAIN(TestPlan)
#include "tst_plan.moc"
