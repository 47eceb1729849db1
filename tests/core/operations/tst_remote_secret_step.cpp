// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/names.h"
#include "core/operations/steps/remote_secret_step.h"
#include "tests/core/operations/fake_run.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

const std::string token = "eyJ-very-secret";

plan::Step step(const std::string& ca = "configured CA")
{
    plan::Step out;
    out.id = StepId("gke/credential");
    out.cluster = ClusterId("onprem");
    out.type = "remote-secret";
    out.inputs = json::Object { { "remote", "gke" },
                                { "primary", "onprem" },
                                { "server", "https://gke.example.com:6443" },
                                { "ca", ca },
                                { "tlsServerName", "kubernetes" } };
    return out;
}

void putReaderToken(test::FakeRun& run, const std::string& value = token)
{
    json::Value secret = json::Object { { "apiVersion", "v1" }, { "kind", "Secret" } };
    secret.member("metadata") =
        json::Object { { "name", operations::readerTokenSecret }, { "namespace", "istio-system" } };
    secret.member("data") = json::Object { { "token", base64Encode(value) },
                                           { "ca.crt", base64Encode("the cluster's CA") } };
    run.gke.put(secret, "isthmus");
}

std::string kubeconfig(const test::FakeRun& run)
{
    return base64Decode(run.onprem.at("Secret", "istio-remote-secret-gke")["data"]["gke"].string())
        .value_or("");
}

/// All that anybody could see of a step, but for the write itself.
bool isShown(const test::FakeRun& run, const plan::Inspection& found, const std::string& word)
{
    const std::string all = test::dump(found) + run.context.said + json::write(step().inputs);
    return all.find(word) != std::string::npos || all.find(base64Encode(word)) != std::string::npos;
}

} // namespace

class TestRemoteSecretStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void triesTheTokenBeforeItWritesIt()
    {
        test::FakeRun run;
        const operations::RemoteSecretStep credential(run.ports.probes);
        putReaderToken(run);
        std::string writtenAtTrial = "nobody asked";
        run.ports.probes.onTrial = [&] { writtenAtTrial = run.onprem.written(); };
        COMPARE_TEXT(test::dump(credential.apply(step(), run.context)), "done\n");
        COMPARE_TEXT(writtenAtTrial, "");
        QCOMPARE(run.ports.probes.trials.size(), std::size_t { 1 });
        const operations::TokenTrial& trial = run.ports.probes.trials.front();
        COMPARE_TEXT(trial.server + " " + trial.caPem + " " + trial.tlsServerName + " "
                         + std::string(trial.token.reveal()),
                     "https://gke.example.com:6443 configured CA kubernetes " + token);
        COMPARE_TEXT(run.onprem.written(), "apply Secret istio-system/istio-remote-secret-gke\n");
        QVERIFY(run.onprem.writes.front().sensitive);
        COMPARE_TEXT(run.context.said,
                     "tries the reader's token at https://gke.example.com:6443\n");
    }

    void writesWhatIstiodReads()
    {
        test::FakeRun run;
        const operations::RemoteSecretStep credential(run.ports.probes);
        putReaderToken(run);
        QVERIFY(credential.apply(step(), run.context));
        const json::Value& made = run.onprem.at("Secret", "istio-remote-secret-gke");
        COMPARE_TEXT(kube::label(made, "istio/multiCluster"), "true");
        COMPARE_TEXT(kube::annotation(made, "networking.istio.io/cluster"), "gke");
        const std::string config = kubeconfig(run);
        for (const std::string& word : { token,
                                         std::string("https://gke.example.com:6443"),
                                         base64Encode("configured CA"),
                                         std::string("kubernetes") }) {
            QVERIFY2(config.find(word) != std::string::npos, word.c_str());
        }
    }

    void trustsTheClustersOwnCaWhereTheKubeconfigNamesNone()
    {
        test::FakeRun run;
        const operations::RemoteSecretStep credential(run.ports.probes);
        putReaderToken(run);
        QVERIFY(credential.apply(step(""), run.context));
        COMPARE_TEXT(run.ports.probes.trials.front().caPem, "the cluster's CA");
        QVERIFY(kubeconfig(run).find(base64Encode("the cluster's CA")) != std::string::npos);
    }

    void handsOverNoTokenThatDoesNotWork()
    {
        test::FakeRun run;
        const operations::RemoteSecretStep credential(run.ports.probes);
        putReaderToken(run);
        run.ports.probes.tokenError = Error {
            ErrorCode::Tls, msg("kube.forbidden"), "certificate signed by another CA", "", {}
        };
        const Result<void> refused = credential.apply(step(), run.context);
        QVERIFY(!refused);
        QVERIFY(refused.error().code == ErrorCode::Tls);
        const std::string shown = test::dump(refused);
        QVERIFY2(shown.find("the token by which the control plane would read gke does not work")
                     != std::string::npos,
                 shown.c_str());
        QVERIFY2(shown.find("certificate signed by another CA") != std::string::npos,
                 shown.c_str());
        QVERIFY(shown.find(token) == std::string::npos);
        COMPARE_TEXT(run.onprem.written(), "");
    }

    void writesNothingBeforeThereIsAToken()
    {
        test::FakeRun run;
        const operations::RemoteSecretStep credential(run.ports.probes);
        QVERIFY(credential.apply(step(), run.context).error().code == ErrorCode::NotFound);
        putReaderToken(run, "");
        const Result<void> empty = credential.apply(step(), run.context);
        QVERIFY(empty.error().code == ErrorCode::NotFound);
        COMPARE_TEXT(text(empty.error().message),
                     "Secret istio-system/istio-reader-service-account-istio-remote-secret-token "
                     "has no token");
        QVERIFY(run.ports.probes.trials.empty());
        COMPARE_TEXT(run.onprem.written(), "");
    }

    void showsNoSecretByte()
    {
        test::FakeRun run;
        const operations::RemoteSecretStep credential(run.ports.probes);
        putReaderToken(run);
        const plan::Inspection before = credential.inspect(step(), run.context);
        COMPARE_TEXT(test::dump(before),
                     "needed\ncreate onprem Secret istio-system/istio-remote-secret-gke\n"
                     "+ data.gke: (kubeconfig with a token, hidden)\n");
        QVERIFY(credential.apply(step(), run.context));
        const plan::Inspection after = credential.inspect(step(), run.context);
        QVERIFY(after.state == plan::Inspection::State::AlreadyRight);
        putReaderToken(run, "another-token");
        const plan::Inspection rotated = credential.inspect(step(), run.context);
        COMPARE_TEXT(test::dump(rotated).substr(0, 20), "needed\nupdate onprem");
        for (const plan::Inspection& found : { before, after, rotated }) {
            QVERIFY(!isShown(run, found, token));
            QVERIFY(!isShown(run, found, "another-token"));
        }
    }

    void renewsItsOwnCredential()
    {
        test::FakeRun run;
        const operations::RemoteSecretStep credential(run.ports.probes);
        putReaderToken(run);
        QVERIFY(credential.apply(step(), run.context));
        QVERIFY(credential.inspect(step("another CA"), run.context).state
                == plan::Inspection::State::Needed);
        QVERIFY(credential.apply(step("another CA"), run.context));
        QVERIFY(kubeconfig(run).find(base64Encode("another CA")) != std::string::npos);
        // What the journal derives the way back from has the object that was there.
        QVERIFY(run.context.prepared.front().live.isNull());
        QVERIFY(!run.context.prepared.back().live.isNull());
    }

    void keepsACredentialOfSomebodyElse()
    {
        test::FakeRun run;
        const operations::RemoteSecretStep credential(run.ports.probes);
        json::Value secret = json::Object { { "apiVersion", "v1" }, { "kind", "Secret" } };
        secret.member("metadata") =
            json::Object { { "name", "istio-remote-secret-gke" }, { "namespace", "istio-system" } };
        secret.member("data").member("gke") = base64Encode("made by istioctl");
        run.onprem.put(secret);
        const plan::Inspection found = credential.inspect(step(), run.context);
        QVERIFY(found.state == plan::Inspection::State::AlreadyRight);
        COMPARE_TEXT(found.changes.front().note, "kept as it is: made by somebody else");
    }

    void decidesNothingOnASecretThatItCannotRead()
    {
        test::FakeRun run;
        const operations::RemoteSecretStep credential(run.ports.probes);
        putReaderToken(run);
        run.onprem.unreadable.emplace("Secret",
                                      Error { ErrorCode::Forbidden, msg("kube.forbidden") });
        QVERIFY(credential.inspect(step(), run.context).state == plan::Inspection::State::Blocked);
        QVERIFY(credential.apply(step(), run.context).error().code == ErrorCode::Forbidden);
        COMPARE_TEXT(run.onprem.written(), "");
    }

    void takesThePrimarysRootsOutOfTheRemote()
    {
        test::FakeRun run;
        const operations::RemoteSecretStep credential(run.ports.probes);
        const auto rootIn = [](const std::string& ns, const std::string& root) {
            json::Value out = json::Object { { "apiVersion", "v1" }, { "kind", "ConfigMap" } };
            out.member("metadata") =
                json::Object { { "name", operations::rootCertificate },
                               { "namespace", ns },
                               { "labels", json::Object { { "istio.io/config", "true" } } } };
            out.member("data").member("root-cert.pem") = root;
            return out;
        };
        run.onprem.put(rootIn("istio-system", "our root"));
        run.gke.put(rootIn("default", "our root"));
        run.gke.put(rootIn("shop", "another root"));
        COMPARE_TEXT(test::dump(credential.undoResidue(step(), run.context, false)), "done\n");
        COMPARE_TEXT(run.gke.written(), ""); // istiod would write them again
        COMPARE_TEXT(test::dump(credential.undoResidue(step(), run.context, true)), "done\n");
        COMPARE_TEXT(run.gke.written(), "delete ConfigMap default/istio-ca-root-cert\n");
        run.onprem.unreadable.emplace("ConfigMap",
                                      Error { ErrorCode::Unreachable, msg("kube.forbidden") });
        QVERIFY(credential.undoResidue(step(), run.context, true).error().code
                == ErrorCode::Unreachable);
    }
};

ISTHMUS_TEST_MAIN(TestRemoteSecretStep)
#include "tst_remote_secret_step.moc"
