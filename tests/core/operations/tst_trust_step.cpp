// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"
#include "core/crypto/inspection.h"
#include "core/operations/names.h"
#include "core/operations/steps/trust_step.h"
#include "tests/core/crypto/odd_certificate.h"
#include "tests/core/operations/fake_run.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

plan::Step step(json::Object inputs = {})
{
    plan::Step out;
    out.id = StepId("onprem/trust");
    out.cluster = ClusterId("onprem");
    out.type = "trust";
    inputs.emplace("mesh", "mesh1");
    out.inputs = std::move(inputs);
    return out;
}

json::Value secret(const std::string& name, const std::map<std::string, std::string>& files)
{
    json::Value out = json::Object { { "apiVersion", "v1" }, { "kind", "Secret" } };
    out.member("metadata") = json::Object { { "name", name }, { "namespace", "istio-system" } };
    for (const auto& [file, content] : files) {
        out.member("data").member(file) = base64Encode(content);
    }
    return out;
}

struct Authority
{
    crypto::KeyPair root;
    crypto::KeyPair intermediate;
};

Authority makeAuthority(UtcTime now, int days = 3650)
{
    auto root = crypto::makeRoot({ .organization = "Somebody", .days = days, .now = now });
    auto intermediate = crypto::makeIntermediate(*root, { .days = days, .now = now });
    return { std::move(*root), std::move(*intermediate) };
}

json::Value cacerts(const Authority& authority)
{
    return secret("cacerts",
                  { { "ca-cert.pem", authority.intermediate.certificatePem },
                    { "ca-key.pem", std::string(authority.intermediate.keyPem.reveal()) },
                    { "root-cert.pem", authority.root.certificatePem },
                    { "cert-chain.pem",
                      authority.intermediate.certificatePem + authority.root.certificatePem } });
}

std::string field(const json::Value& secret, const std::string& name)
{
    return base64Decode(secret["data"][name].string()).value_or("");
}

json::Value configMap(const std::string& ns, const std::string& root)
{
    json::Value out = json::Object { { "apiVersion", "v1" }, { "kind", "ConfigMap" } };
    out.member("metadata") =
        json::Object { { "name", operations::rootCertificate },
                       { "namespace", ns },
                       { "labels", json::Object { { "istio.io/config", "true" } } } };
    out.member("data").member("root-cert.pem") = root;
    return out;
}

/// Everything that a person or a log may see of a step.
std::string shown(const test::FakeRun& run, const plan::Inspection& found)
{
    return test::dump(found) + run.context.said + json::write(step().inputs);
}

} // namespace

class TestTrustStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void saysWhatItWouldMake()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        COMPARE_TEXT(test::dump(trust.inspect(step(), run.context)),
                     "needed\ncreate onprem Secret istio-system/cacerts\n"
                     "+ a new root, whose key is thrown away, and an intermediate that lives as "
                     "long (10 years)\n");
        COMPARE_TEXT(test::dump(trust.inspect(step({ { "rootKeyFile", "/k/root" } }), run.context)),
                     "needed\ncreate onprem Secret istio-system/cacerts\n"
                     "+ a new root, sealed in /k/root, and an intermediate for one year\n");
        QVERIFY(run.ports.passphrases.asked.empty());
        QVERIFY(run.onprem.writes.empty());
    }

    void makesAnAuthorityThatIstiodCanUse()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        COMPARE_TEXT(test::dump(trust.apply(step(), run.context)), "done\n");
        COMPARE_TEXT(run.onprem.written(), "create Secret istio-system/cacerts\n");
        QVERIFY(run.onprem.writes.front().sensitive);
        const json::Value& made = run.onprem.at("Secret", "cacerts");
        COMPARE_TEXT(isthmus::dump(crypto::checkAuthority(field(made, "ca-cert.pem"),
                                                          field(made, "cert-chain.pem"),
                                                          field(made, "root-cert.pem"),
                                                          Secret(field(made, "ca-key.pem")),
                                                          run.clock.now())),
                     "");
        const auto issuer = crypto::readCertificates(field(made, "ca-cert.pem"));
        const auto root = crypto::readCertificates(field(made, "root-cert.pem"));
        COMPARE_TEXT(kube::annotation(made, "isthmus.io/spki"), issuer->front().spki);
        // Nobody can sign a second intermediate, so this one has to last as long as the root.
        QCOMPARE(formatTime(issuer->front().notAfter), formatTime(root->front().notAfter));
        COMPARE_TEXT(run.context.said, "");
        // Found again it is right, and no key is shown.
        const plan::Inspection found = trust.inspect(step(), run.context);
        COMPARE_TEXT(test::dump(found),
                     "already right\nnone onprem Secret istio-system/cacerts (kept as it is)\n");
        QVERIFY(shown(run, found).find("PRIVATE") == std::string::npos);
    }

    void sealsTheRootAndSignsWithItAgain()
    {
        const test::TemporaryFolder folder;
        const plan::Step sealed = step({ { "rootKeyFile", folder.path("root.sealed") } });
        std::string first;
        for (const char* asked : { "new ", "" }) {
            test::FakeRun run;
            run.ports.passphrases.word = "correct horse";
            const operations::TrustStep trust(run.ports.passphrases);
            COMPARE_TEXT(test::dump(trust.apply(sealed, run.context)), "done\n");
            QCOMPARE(run.ports.passphrases.asked,
                     (std::vector<std::string> { asked + folder.path("root.sealed") }));
            const json::Value& made = run.onprem.at("Secret", "cacerts");
            const std::string root = field(made, "root-cert.pem");
            first = first.empty() ? root : first;
            COMPARE_TEXT(root, first);
            const auto issuer = crypto::readCertificates(field(made, "ca-cert.pem"));
            const auto life = issuer->front().notAfter - run.clock.now();
            QVERIFY(life < std::chrono::hours(24) * 366 && life > std::chrono::hours(24) * 364);
        }
        const std::string file = isthmus::readFile(folder.path("root.sealed")).value_or("");
        QVERIFY(!file.empty());
        QVERIFY(file.find("PRIVATE KEY") == std::string::npos);
    }

    void writesNothingWithoutThePassphrase()
    {
        const test::TemporaryFolder folder;
        const plan::Step sealed = step({ { "rootKeyFile", folder.path("root.sealed") } });
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        QVERIFY(trust.apply(sealed, run.context).error().code == ErrorCode::Refused);
        QVERIFY(!isthmus::readFile(folder.path("root.sealed")));
        run.ports.passphrases.word = "right";
        QVERIFY(trust.apply(sealed, run.context));
        run.onprem.objects.clear();
        run.onprem.writes.clear();
        run.ports.passphrases.word = "wrong";
        const Result<void> refused = trust.apply(sealed, run.context);
        QVERIFY(refused.error().code == ErrorCode::Refused);
        COMPARE_TEXT(refused.error().subject, folder.path("root.sealed"));
        QVERIFY(run.onprem.writes.empty());
    }

    void neverOverwritesAnAuthorityThatCameInBetween()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        const Authority other = makeAuthority(run.clock.now());
        run.context.beforeWrite = [&] { run.onprem.put(cacerts(other)); };
        QVERIFY(trust.apply(step(), run.context).error().code == ErrorCode::AlreadyExists);
        COMPARE_TEXT(field(run.onprem.at("Secret", "cacerts"), "root-cert.pem"),
                     other.root.certificatePem);
    }

    void keepsASoundAuthorityOfSomebodyElse()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        run.onprem.put(cacerts(makeAuthority(run.clock.now())));
        for (const plan::Step& one :
             { step(), step({ { "existing", true } }), step({ { "checkOnly", true } }) }) {
            QVERIFY(trust.inspect(one, run.context).state == plan::Inspection::State::AlreadyRight);
        }
    }

    void refusesAnExpiredAuthority()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        run.onprem.put(cacerts(makeAuthority(run.clock.now() - std::chrono::hours(48), 1)));
        for (const plan::Step& one : { step(), step({ { "checkOnly", true } }) }) {
            const plan::Inspection found = trust.inspect(one, run.context);
            QVERIFY(found.state == plan::Inspection::State::Blocked);
            COMPARE_TEXT(found.problems.front().subject, "onprem: Secret istio-system/cacerts");
            QVERIFY(!found.problems.front().remedy.empty());
        }
    }

    void refusesThePublicSampleAuthority()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        const std::string sample =
            test::make({ .name = "sample", .key = test::sampleKey }).certificatePem;
        run.onprem.put(secret("cacerts",
                              { { "ca-cert.pem", sample },
                                { "root-cert.pem", sample },
                                { "cert-chain.pem", sample } }));
        // Installing onto it, keeping it and joining it are refused alike.
        for (const plan::Step& one :
             { step(), step({ { "existing", true } }), step({ { "checkOnly", true } }) }) {
            const plan::Inspection found = trust.inspect(one, run.context);
            QVERIFY(found.state == plan::Inspection::State::Blocked);
            QVERIFY2(test::dump(found).find(text(msg("crypto.sample-key"))) != std::string::npos,
                     test::dump(found).c_str());
        }
        QVERIFY(run.onprem.writes.empty());
    }

    void readsTheFormOfCertManagerToo()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        const Authority other = makeAuthority(run.clock.now());
        run.onprem.put(secret("cacerts",
                              { { "tls.crt", other.intermediate.certificatePem },
                                { "tls.key", std::string(other.intermediate.keyPem.reveal()) },
                                { "ca.crt", other.root.certificatePem } }));
        COMPARE_TEXT(test::dump(trust.inspect(step(), run.context)),
                     "already right\nnone onprem Secret istio-system/cacerts (kept as it is)\n");
    }

    void refusesASecondRootBesideIstiodsOwn()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        run.onprem.put(secret("istio-ca-secret", { { "ca-cert.pem", "x" } }));
        COMPARE_TEXT(test::dump(trust.inspect(step(), run.context)),
                     "blocked\nerror: onprem already has a root certificate of its own (onprem)\n"
                     "  why: Secret istio-system/istio-ca-secret exists, so its workloads trust "
                     "another root already\n"
                     "  do: Set `trust.root: existing` to keep it; replacing a root is a rotation, "
                     "which this version does not do.\n");
        for (const char* mode : { "existing", "checkOnly" }) {
            COMPARE_TEXT(test::dump(trust.inspect(step({ { mode, true } }), run.context)),
                         "already right\n");
        }
    }

    void findsNoRootToKeep()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        COMPARE_TEXT(test::dump(trust.inspect(step({ { "existing", true } }), run.context)),
                     "blocked\nerror: onprem has no mesh root certificate (onprem)\n"
                     "  why: spec.trust.root is `existing`\n"
                     "  do: Set `trust.root: generate` to make one.\n");
        // An authority that istiod has from elsewhere leaves no Secret.
        COMPARE_TEXT(test::dump(trust.inspect(step({ { "checkOnly", true } }), run.context)),
                     "already right\n");
    }

    void judgesNothingThatItCannotRead()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        run.onprem.unreadable.emplace("Secret",
                                      Error { ErrorCode::Forbidden, msg("kube.forbidden") });
        COMPARE_TEXT(test::dump(trust.inspect(step(), run.context)),
                     "blocked\nerror: the server forbids it (onprem)\n");
    }

    void takesTheRootsAwayThatIstiodLeft()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        QVERIFY(trust.apply(step(), run.context));
        json::Value ours = run.onprem.at("Secret", "cacerts");
        ours.member("metadata").member("annotations").member("isthmus.io/operation") =
            run.context.operation().str();
        run.onprem.put(ours);
        const std::string root = field(ours, "root-cert.pem");
        run.onprem.put(configMap("default", root));
        run.onprem.put(configMap("shop", "another root"));
        json::Value pod = json::Object { { "apiVersion", "v1" }, { "kind", "Pod" } };
        pod.member("metadata") =
            json::Object { { "name", "istiod-x" },
                           { "namespace", "istio-system" },
                           { "labels", json::Object { { "app", "istiod" } } } };
        run.onprem.put(pod);
        run.onprem.writes.clear();
        run.onprem.onList = [&run, looks = 0]() mutable {
            if (++looks == 2) {
                run.onprem.objects.erase({ "v1", "Pod", "istio-system", "istiod-x" });
            }
        };
        COMPARE_TEXT(test::dump(trust.undoResidue(step(), run.context, false)), "done\n");
        COMPARE_TEXT(run.onprem.written(), "delete ConfigMap default/istio-ca-root-cert\n");
        COMPARE_TEXT(run.context.said,
                     "waits until istiod is gone from onprem\n"
                     "removes 1 ConfigMaps that istiod left in the namespaces of onprem\n");
        COMPARE_TEXT(test::dump(trust.undoResidue(step(), run.context, true)), "done\n");
    }

    void leavesRootsThatAreNotOfThisOperation()
    {
        test::FakeRun run;
        const operations::TrustStep trust(run.ports.passphrases);
        const Authority other = makeAuthority(run.clock.now());
        run.onprem.put(cacerts(other));
        run.onprem.put(configMap("default", other.root.certificatePem));
        COMPARE_TEXT(test::dump(trust.undoResidue(step(), run.context, false)), "done\n");
        COMPARE_TEXT(run.onprem.written(), "");
        // A server that does not answer is no sign that nothing is left.
        run.onprem.unreadable.emplace("Secret",
                                      Error { ErrorCode::Unreachable, msg("kube.forbidden") });
        QVERIFY(trust.undoResidue(step(), run.context, false).error().code
                == ErrorCode::Unreachable);
    }
};

ISTHMUS_TEST_MAIN(TestTrustStep)
#include "tst_trust_step.moc"
