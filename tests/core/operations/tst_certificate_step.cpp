// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/certificate.h"
#include "core/crypto/inspection.h"
#include "core/operations/steps/certificate_step.h"
#include "tests/core/operations/fake_run.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

using State = plan::Inspection::State;

plan::Step step(json::Object inputs = {})
{
    plan::Step out;
    out.id = StepId("onprem/certificate");
    out.cluster = ClusterId("onprem");
    out.type = "certificate";
    inputs.emplace("domain", "apps.example.com");
    inputs.emplace("secret", "isthmus-ingress-certificate");
    inputs.emplace("existing", false);
    out.inputs = std::move(inputs);
    return out;
}

crypto::KeyPair pairFor(const std::string& domain, UtcTime now, int days = 90)
{
    return std::move(*crypto::makeServer({ "*." + domain, domain }, days, now));
}

json::Value secret(const crypto::KeyPair& pair)
{
    json::Value out = json::Object { { "apiVersion", "v1" }, { "kind", "Secret" } };
    out.member("metadata") =
        json::Object { { "name", "isthmus-ingress-certificate" }, { "namespace", "istio-system" } };
    out.member("data") = json::Object { { "tls.crt", base64Encode(pair.certificatePem) },
                                        { "tls.key", base64Encode(pair.keyPem.reveal()) } };
    return out;
}

std::string field(const test::FakeRun& run, const std::string& name)
{
    return base64Decode(
               run.onprem.at("Secret", "isthmus-ingress-certificate")["data"][name].string())
        .value_or("");
}

/// A step whose certificate comes from files, and those files.
struct Files
{
    explicit Files(const crypto::KeyPair& pair)
        : inputs({ { "certificateFile", folder.write("tls.crt", pair.certificatePem) },
                   { "keyFile", folder.write("tls.key", pair.keyPem.reveal()) } })
    { }

    test::TemporaryFolder folder;
    json::Object inputs;
};

} // namespace

class TestCertificateStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void makesACertificateForTheDomain()
    {
        test::FakeRun run;
        const operations::CertificateStep certificate;
        COMPARE_TEXT(test::dump(certificate.inspect(step(), run.context)),
                     "needed\ncreate onprem Secret istio-system/isthmus-ingress-certificate\n"
                     "+ a self-signed certificate for *.apps.example.com\n");
        COMPARE_TEXT(test::dump(certificate.apply(step(), run.context)), "done\n");
        COMPARE_TEXT(run.onprem.written(),
                     "apply Secret istio-system/isthmus-ingress-certificate\n");
        QVERIFY(run.onprem.writes.front().sensitive);
        COMPARE_TEXT(
            isthmus::dump(crypto::checkServerPair(field(run, "tls.crt"),
                                                  Secret(field(run, "tls.key")),
                                                  { "*.apps.example.com", "apps.example.com" },
                                                  run.clock.now())),
            "");
        // What others get is the public half.
        COMPARE_TEXT(run.context.filled.at("certificate"), field(run, "tls.crt"));
        QVERIFY(run.context.filled.at("certificate").find("PRIVATE") == std::string::npos);
        const plan::Inspection again = certificate.inspect(step(), run.context);
        QVERIFY(again.state == State::AlreadyRight);
        COMPARE_TEXT(again.values.at("certificate"), field(run, "tls.crt"));
        QVERIFY(test::dump(again).find("PRIVATE") == std::string::npos);
    }

    void takesAPairFromFiles()
    {
        test::FakeRun run;
        const operations::CertificateStep certificate;
        const crypto::KeyPair pair = pairFor("apps.example.com", run.clock.now());
        const Files files(pair);
        COMPARE_TEXT(test::dump(certificate.inspect(step(files.inputs), run.context)),
                     "needed\ncreate onprem Secret istio-system/isthmus-ingress-certificate\n"
                     "+ certificate and key from the files\n");
        QVERIFY(certificate.apply(step(files.inputs), run.context));
        COMPARE_TEXT(field(run, "tls.crt"), pair.certificatePem);
        QVERIFY(certificate.inspect(step(files.inputs), run.context).state == State::AlreadyRight);
        // What the files are warned of is told each time, not only at first.
        run.clock.advance(std::chrono::hours(24) * 80);
        const plan::Inspection soon = certificate.inspect(step(files.inputs), run.context);
        QVERIFY(soon.state == State::AlreadyRight);
        QCOMPARE(soon.problems.front().summary.id, std::string("crypto.expires-soon"));
        const Files renewed(pairFor("apps.example.com", run.clock.now(), 91));
        COMPARE_TEXT(test::dump(certificate.inspect(step(renewed.inputs), run.context)),
                     "needed\nupdate onprem Secret istio-system/isthmus-ingress-certificate\n"
                     "~ certificate and key from the files\n");
    }

    void refusesFilesThatWouldNotServe()
    {
        test::FakeRun run;
        const operations::CertificateStep certificate;
        const crypto::KeyPair good = pairFor("apps.example.com", run.clock.now());
        const crypto::KeyPair other = pairFor("apps.example.com", run.clock.now());
        const auto problem = [&](const crypto::KeyPair& pair) {
            const Files files(pair);
            const plan::Inspection found = certificate.inspect(step(files.inputs), run.context);
            return (found.state == State::Blocked ? "" : "not blocked ")
                + found.problems.front().summary.id;
        };
        COMPARE_TEXT(problem({ good.certificatePem, other.keyPem }), "crypto.key-mismatch");
        COMPARE_TEXT(problem(pairFor("other.example.com", run.clock.now())),
                     "crypto.host-not-covered");
        COMPARE_TEXT(
            problem(pairFor("apps.example.com", run.clock.now() - std::chrono::hours(72), 1)),
            "crypto.expired");
        const plan::Inspection missing = certificate.inspect(
            step({ { "certificateFile", "/nowhere/tls.crt" }, { "keyFile", "/nowhere/tls.key" } }),
            run.context);
        QVERIFY(missing.state == State::Blocked);
        QVERIFY(test::dump(missing).find("/nowhere/tls.crt") != std::string::npos);
        QVERIFY(run.onprem.writes.empty());
    }

    void refusesToReplaceWhatSomebodyElseMade()
    {
        test::FakeRun run;
        const operations::CertificateStep certificate;
        run.onprem.put(secret(pairFor("apps.example.com", run.clock.now())));
        const Files files(pairFor("apps.example.com", run.clock.now()));
        // To keep it without a word would serve another certificate than the file says.
        const plan::Inspection found = certificate.inspect(step(files.inputs), run.context);
        QVERIFY(found.state == State::Blocked);
        QCOMPARE(found.problems.front().summary.id, std::string("plan.foreign-owner"));
        COMPARE_TEXT(found.problems.front().subject,
                     "onprem: Secret istio-system/isthmus-ingress-certificate");
        // Where any will do, it is kept.
        QVERIFY(certificate.inspect(step(), run.context).state == State::AlreadyRight);
    }

    void renewsOnlyACertificateOfItsOwn()
    {
        test::FakeRun run;
        const operations::CertificateStep certificate;
        for (const crypto::KeyPair& pair :
             { pairFor("apps.example.com", run.clock.now() - std::chrono::hours(72), 1),
               pairFor("before.example.com", run.clock.now()) }) {
            run.onprem.put(secret(pair), "isthmus");
            COMPARE_TEXT(test::dump(certificate.inspect(step(), run.context)),
                         "needed\nupdate onprem Secret istio-system/isthmus-ingress-certificate\n"
                         "~ a new self-signed certificate for *.apps.example.com\n");
            run.onprem.put(secret(pair), "kubectl");
            QVERIFY(certificate.inspect(step(), run.context).state == State::Blocked);
        }
        run.onprem.put(secret(pairFor("before.example.com", run.clock.now())), "isthmus");
        QVERIFY(certificate.apply(step(), run.context));
        QVERIFY(certificate.inspect(step(), run.context).state == State::AlreadyRight);
    }

    void judgesASecretThatTheFileNames()
    {
        test::FakeRun run;
        const operations::CertificateStep certificate;
        const plan::Step existing = step({ { "existing", true } });
        COMPARE_TEXT(test::dump(certificate.inspect(existing, run.context)),
                     "blocked\nerror: Secret istio-system/isthmus-ingress-certificate is not there "
                     "(onprem)\n"
                     "  do: Create it, or let Isthmus make the certificate: `certificate: "
                     "{generate: self-signed}`.\n");
        run.onprem.put(secret(pairFor("apps.example.com", run.clock.now())));
        QVERIFY(certificate.inspect(existing, run.context).state == State::AlreadyRight);
        run.onprem.put(secret(pairFor("other.example.com", run.clock.now())));
        COMPARE_TEXT(test::dump(certificate.inspect(existing, run.context)),
                     "blocked\nerror: the certificate is not for *.apps.example.com (onprem: "
                     "Secret istio-system/isthmus-ingress-certificate)\n"
                     "  why: it is for *.other.example.com, other.example.com\n"
                     "  do: Replace it, or name another Secret or other files in "
                     "ingress.certificate.\n");
        run.onprem.put(secret({ "garbage", Secret("garbage") }));
        QCOMPARE(certificate.inspect(existing, run.context).problems.front().summary.id,
                 std::string("operations.certificate-unreadable"));
    }

    void writesNothingOverASecretThatItCannotRead()
    {
        test::FakeRun run;
        const operations::CertificateStep certificate;
        run.onprem.unreadable.emplace("Secret",
                                      Error { ErrorCode::Forbidden, msg("kube.forbidden") });
        QVERIFY(certificate.inspect(step(), run.context).state == State::Blocked);
        QVERIFY(certificate.apply(step(), run.context).error().code == ErrorCode::Forbidden);
        COMPARE_TEXT(run.onprem.written(), "");
    }
};

ISTHMUS_TEST_MAIN(TestCertificateStep)
#include "tst_certificate_step.moc"
