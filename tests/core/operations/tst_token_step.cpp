// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/names.h"
#include "core/operations/steps/token_step.h"
#include "tests/core/operations/fake_run.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

using State = plan::Inspection::State;

const std::string token = base64Encode("eyJ-very-secret");

json::Value wanted()
{
    json::Value out = json::Object { { "apiVersion", "v1" }, { "kind", "Secret" } };
    out.member("metadata") = json::Object {
        { "name", operations::readerTokenSecret },
        { "namespace", "istio-system" },
        { "annotations",
          json::Object { { "kubernetes.io/service-account.name", operations::readerAccount } } }
    };
    out.member("type") = "kubernetes.io/service-account-token";
    return out;
}

plan::Step step()
{
    plan::Step out;
    out.id = StepId("gke/reader-token");
    out.cluster = ClusterId("gke");
    out.type = "reader-token";
    out.inputs = plan::toJson(plan::ObjectsInputs { .objects = { wanted() } });
    return out;
}

void fill(test::FakeRun& run)
{
    json::Value secret = run.gke.at("Secret", std::string(operations::readerTokenSecret));
    secret.member("data") = json::Object { { "token", token }, { "ca.crt", base64Encode("CA") } };
    run.gke.put(secret, "isthmus");
}

} // namespace

class TestTokenStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void makesTheSecretAndWaitsForItsToken()
    {
        test::FakeRun run;
        const operations::TokenStep reader;
        QVERIFY(reader.inspect(step(), run.context).state == State::Needed);
        QVERIFY(reader.apply(step(), run.context));
        QVERIFY(reader.inspect(step(), run.context).state == State::Needed); // made, not filled
        run.gke.events = { [] {}, [&] { fill(run); } };
        COMPARE_TEXT(test::dump(reader.verify(step(), run.context)), "done\n");
        QVERIFY(reader.inspect(step(), run.context).state == State::AlreadyRight);
    }

    void showsNoTokenInADiff()
    {
        test::FakeRun run;
        const operations::TokenStep reader;
        QVERIFY(reader.apply(step(), run.context));
        fill(run);
        plan::Step other = step();
        other.inputs.member("objects")
            .asArray()
            ->front()
            .member("metadata")
            .member("labels")
            .member("x") = "y";
        run.context.forReview = true;
        const plan::Inspection found = reader.inspect(other, run.context);
        QVERIFY(found.changes.front().action == plan::Action::Update);
        const std::string shown = test::dump(found) + run.context.said;
        QVERIFY2(shown.find("x: \"y\"") != std::string::npos, shown.c_str());
        QVERIFY(shown.find(token) == std::string::npos);
        QVERIFY(shown.find("eyJ-very-secret") == std::string::npos);
    }

    void saysWhoDidNotFillIt()
    {
        test::FakeRun run;
        const operations::TokenStep reader;
        QVERIFY(reader.apply(step(), run.context));
        COMPARE_TEXT(
            test::dump(reader.verify(step(), run.context)),
            "timeout: Secret istio-system/istio-reader-service-account-istio-remote-secret-token "
            "has no token\n"
            "  why: the cluster's token controller did not fill it\n"
            "  where: gke\n"
            "  do: Check that the ServiceAccount istio-reader-service-account exists and the "
            "cluster's controller manager runs; then resume.\n");
    }

    void passesOtherErrorsOn()
    {
        test::FakeRun run;
        const operations::TokenStep reader;
        run.gke.unreadable.emplace("Secret", Error { ErrorCode::Forbidden, msg("kube.forbidden") });
        QVERIFY(reader.inspect(step(), run.context).state == State::Blocked);
        QVERIFY(reader.verify(step(), run.context).error().code == ErrorCode::Forbidden);
    }
};

ISTHMUS_TEST_MAIN(TestTokenStep)
#include "tst_token_step.moc"
