// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/inspection.h"
#include "tests/core/crypto/odd_certificate.h"
#include "tests/support/test.h"

using namespace isthmus;
using test::days;
using test::make;
using test::today;

namespace {

using Extensions = std::vector<std::pair<int, std::string>>;

Extensions authority(const std::string& more = {})
{
    return { { NID_basic_constraints, "critical,CA:TRUE" + more },
             { NID_key_usage, "critical,keyCertSign,cRLSign" } };
}

Extensions server()
{
    return { { NID_basic_constraints, "critical,CA:FALSE" },
             { NID_ext_key_usage, "serverAuth" },
             { NID_subject_alt_name, "DNS:*.apps.example.com" } };
}

/// "error key-mismatch CN=a: why", a line each.
std::string lines(const Diagnostics& problems)
{
    std::string out;
    for (const Diagnostic& problem : problems) {
        out += problem.severity == Severity::Error ? "error " : "warning ";
        out += problem.summary.id.substr(7) + " | " + problem.subject
            + (problem.detail.empty() ? "" : " | " + problem.detail) + "\n";
        if (problem.remedy.empty()) {
            out += "no remedy!\n";
        }
    }
    return out;
}

/// A root and an authority below it, as the four files.
struct Files
{
    crypto::KeyPair root = make({ .name = "root", .extensions = authority() });
    crypto::KeyPair ca =
        make({ .name = "ca", .extensions = authority(",pathlen:0"), .issuer = &root });

    [[nodiscard]] std::string check(const std::optional<std::string>& chain = {}) const
    {
        return lines(crypto::checkAuthority(ca.certificatePem,
                                            chain.value_or(ca.certificatePem),
                                            root.certificatePem,
                                            ca.keyPem,
                                            today));
    }
};

std::string
checkPair(const std::string& pem, const Secret& key, const std::vector<std::string>& hosts = {})
{
    return lines(crypto::checkServerPair(pem, key, hosts, today));
}

} // namespace

class TestInspection : public test::TestBase
{
    Q_OBJECT

private slots:

    void findsNothingWrongWithWhatIsthmusMakes()
    {
        const auto root = crypto::makeRoot({ .now = today });
        const auto ca =
            crypto::makeIntermediate(*root, { .location = "onprem", .days = 365, .now = today });
        COMPARE_TEXT(lines(crypto::checkAuthority(ca->certificatePem,
                                                  ca->certificatePem + root->certificatePem,
                                                  root->certificatePem,
                                                  ca->keyPem,
                                                  today)),
                     "");
        COMPARE_TEXT(lines(crypto::checkAuthority(
                         root->certificatePem, {}, root->certificatePem, {}, today)),
                     "");
        const auto pair = crypto::makeServer({ "*.apps.example.com" }, 90, today);
        COMPARE_TEXT(checkPair(pair->certificatePem,
                               pair->keyPem,
                               { "a.apps.example.com", "*.apps.example.com" }),
                     "");
    }

    void namesEachHostThatIsNotCovered()
    {
        const crypto::KeyPair pair = make({ .name = "s", .extensions = server() });
        COMPARE_TEXT(checkPair(pair.certificatePem,
                               pair.keyPem,
                               { "a.apps.example.com", "b.example.com", "c.org" }),
                     "error host-not-covered | CN=s | it is for *.apps.example.com\n"
                     "error host-not-covered | CN=s | it is for *.apps.example.com\n");
    }

    void wantsKeyAndCertificateToBelongTogether()
    {
        const crypto::KeyPair pair = make({ .name = "s", .extensions = server() });
        COMPARE_TEXT(checkPair(pair.certificatePem, make({}).keyPem),
                     "error key-mismatch | CN=s\n");
        COMPARE_TEXT(checkPair(pair.certificatePem, Secret("x")),
                     "error bad-key | key | there is no PEM block PRIVATE KEY in it\n");
        COMPARE_TEXT(
            checkPair("x", Secret("x")),
            "error no-certificates | certificate | there is no PEM block CERTIFICATE in it\n"
            "error bad-key | key | there is no PEM block PRIVATE KEY in it\n");
    }

    void wantsTheLeafFirstAndIssuersBehind()
    {
        const crypto::KeyPair root = make({ .name = "root", .extensions = authority() });
        const crypto::KeyPair ca =
            make({ .name = "ca", .extensions = authority(), .issuer = &root });
        const crypto::KeyPair leaf = make({ .name = "s", .extensions = server(), .issuer = &ca });
        COMPARE_TEXT(
            checkPair(leaf.certificatePem + ca.certificatePem + root.certificatePem, leaf.keyPem),
            "");
        COMPARE_TEXT(checkPair(ca.certificatePem + leaf.certificatePem, leaf.keyPem),
                     "error leaf-not-first | CN=ca | the key belongs to CN=s\n");
        COMPARE_TEXT(
            checkPair(leaf.certificatePem + root.certificatePem + ca.certificatePem, leaf.keyPem),
            "warning chain-order | CN=root | before it stands CN=s, which CN=ca issued\n"
            "warning chain-order | CN=ca | before it stands CN=root, which CN=root issued\n");
    }

    void tellsDatesThatAreOverNearOrAhead()
    {
        const auto check = [](UtcTime from, UtcTime to) {
            const crypto::KeyPair pair =
                make({ .name = "s", .notBefore = from, .notAfter = to, .extensions = server() });
            return checkPair(pair.certificatePem, pair.keyPem);
        };
        COMPARE_TEXT(check(days(-90), days(0)),
                     "error expired | CN=s | it ended 2026-06-01T00:00:00.000Z\n");
        COMPARE_TEXT(check(days(1), days(90)),
                     "error not-yet-valid | CN=s | it begins 2026-06-02T00:00:00.000Z\n");
        COMPARE_TEXT(check(days(-61), days(29)),
                     "warning expires-soon | CN=s | it ends 2026-06-30T00:00:00.000Z\n");
        COMPARE_TEXT(check(days(-3), days(3)), ""); // half of a short life
        COMPARE_TEXT(check(days(-300), days(31)), "");
    }

    void refusesWhatEnvoyWouldNotServe()
    {
        const auto check = [](const std::string& key) {
            const crypto::KeyPair pair = make({ .name = "s", .key = key, .extensions = server() });
            return checkPair(pair.certificatePem, pair.keyPem);
        };
        COMPARE_TEXT(check("RSA-1024"), "error key-not-served | CN=s\n");
        COMPARE_TEXT(check("ED25519"), "error key-not-served | CN=s\n");
        COMPARE_TEXT(check("RSA-2048") + check("P-384"), "");
        const crypto::KeyPair client =
            make({ .name = "c", .extensions = { { NID_ext_key_usage, "clientAuth" } } });
        COMPARE_TEXT(checkPair(client.certificatePem, client.keyPem),
                     "error not-for-servers | CN=c\n");
        const crypto::KeyPair ca = make({ .name = "ca", .extensions = authority() });
        COMPARE_TEXT(checkPair(ca.certificatePem, ca.keyPem), "warning ca-serves | CN=ca\n");
    }

    void refusesAKeyAmongTheCertificates()
    {
        const crypto::KeyPair pair = make({ .name = "s", .extensions = server() });
        COMPARE_TEXT(
            checkPair(pair.certificatePem + std::string(pair.keyPem.reveal()), pair.keyPem),
            "error key-in-bundle | certificate\n");
    }

    void neverRepeatsKeyBytes()
    {
        const crypto::KeyPair pair = make({ .name = "s", .extensions = server() });
        const std::string key(pair.keyPem.reveal());
        const std::string inner = key.substr(30, 40);
        for (const std::string& damaged :
             { key.substr(0, 100), key + "x", "-----BEGIN PRIVATE KEY-----\n" + inner }) {
            const std::string all = dump(crypto::checkServerPair(
                pair.certificatePem + damaged, Secret(damaged), { "a.org" }, today));
            QVERIFY(all.find(inner.substr(0, 16)) == std::string::npos);
        }
    }

    void acceptsTheFourFiles()
    {
        const Files files;
        COMPARE_TEXT(files.check(), "");
        COMPARE_TEXT(files.check(files.ca.certificatePem + files.root.certificatePem), "");
    }

    void wantsTheChainToBeginWithTheAuthority()
    {
        const Files files;
        COMPARE_TEXT(files.check(""), "error chain-misses-ca | CN=ca\n");
        COMPARE_TEXT(files.check(files.root.certificatePem), "error chain-misses-ca | CN=ca\n");
    }

    void wantsAnAuthorityThatMaySignServers_data()
    {
        QTest::addColumn<QString>("constraints");
        QTest::addColumn<QString>("usage");
        QTest::addColumn<QString>("extended");
        QTest::addColumn<QString>("problem");
        QTest::newRow("leaf") << "CA:FALSE" << "" << "" << "error not-a-ca | CN=ca\n";
        QTest::newRow("usage") << "CA:TRUE" << "critical,digitalSignature" << ""
                               << "error may-not-sign | CN=ca\n";
        QTest::newRow("extended") << "CA:TRUE" << "" << "clientAuth"
                                  << "error not-for-servers | CN=ca\n";
        QTest::newRow("extended with servers") << "CA:TRUE" << "" << "clientAuth,serverAuth" << "";
        QTest::newRow("extended with any") << "CA:TRUE" << "" << "anyExtendedKeyUsage" << "";
    }

    void wantsAnAuthorityThatMaySignServers()
    {
        QFETCH(QString, constraints);
        QFETCH(QString, usage);
        QFETCH(QString, extended);
        QFETCH(QString, problem);
        Files files;
        Extensions extensions { { NID_basic_constraints,
                                  "critical," + constraints.toStdString() } };
        if (!usage.isEmpty()) {
            extensions.emplace_back(NID_key_usage, usage.toStdString());
        }
        if (!extended.isEmpty()) {
            extensions.emplace_back(NID_ext_key_usage, extended.toStdString());
        }
        files.ca = make({ .name = "ca", .extensions = extensions, .issuer = &files.root });
        COMPARE_TEXT(files.check(), problem.toStdString());
    }

    void wantsRoomForWorkloadsBelow()
    {
        Files files;
        files.root = make({ .name = "root", .extensions = authority(",pathlen:0") });
        files.ca = make({ .name = "ca", .extensions = authority(), .issuer = &files.root });
        COMPARE_TEXT(files.check(), "error path-too-long | CN=root\n");
    }

    void saysWhyTheChainDoesNotHold()
    {
        Files files;
        files.root = make({ .name = "other", .extensions = authority() });
        COMPARE_TEXT(
            files.check(),
            "error chain-broken | CN=ca | unable to get local issuer certificate: CN=root\n");
        files = Files {};
        files.ca = make({ .name = "ca",
                          .extensions = authority(),
                          .issuer = &files.root,
                          .digest = EVP_sha1() });
        COMPARE_TEXT(files.check(),
                     "error chain-broken | CN=ca | CA signature digest algorithm too weak\n");
    }

    void tellsEachDateOnceAndNotTheChainAgain()
    {
        Files files;
        files.ca = make({ .name = "ca",
                          .notBefore = days(-300),
                          .notAfter = days(-1),
                          .extensions = authority(),
                          .issuer = &files.root });
        COMPARE_TEXT(files.check(), "error expired | CN=ca | it ended 2026-05-31T00:00:00.000Z\n");
        files.ca = make({ .name = "ca",
                          .notBefore = days(-300),
                          .notAfter = days(65),
                          .extensions = authority(),
                          .issuer = &files.root });
        COMPARE_TEXT(files.check(),
                     "warning expires-soon | CN=ca | it ends 2026-08-05T00:00:00.000Z\n");
    }

    void wantsItsKey()
    {
        Files files;
        files.ca.keyPem = files.root.keyPem;
        COMPARE_TEXT(files.check(), "error key-mismatch | CN=ca\n");
        files.ca.keyPem = Secret("-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----\n");
        QVERIFY(files.check().starts_with("error bad-key | ca-key.pem | "));
    }

    void raisesTheAlarmForSampleKeys()
    {
        Files files;
        files.root = make({ .name = "root", .key = test::sampleKey, .extensions = authority() });
        QVERIFY(files.check().starts_with(
            "error sample-key | CN=root | SPKI "
            "f0592d4d660052580d0c0bfe09f9a4d795ad8ab7c2fa86c33276fbb352145ee5\n"));
    }

    void namesTheFileThatCannotBeRead()
    {
        const Files files;
        COMPARE_TEXT(
            lines(crypto::checkAuthority("", "x", "", Secret("x"), today)),
            "error no-certificates | ca-cert.pem | there is no PEM block CERTIFICATE in it\n"
            "error no-certificates | cert-chain.pem | there is no PEM block CERTIFICATE in it\n"
            "error no-certificates | root-cert.pem | there is no PEM block CERTIFICATE in it\n");
        const std::string leaked =
            files.root.certificatePem + std::string(files.root.keyPem.reveal());
        COMPARE_TEXT(lines(crypto::checkAuthority(
                         files.ca.certificatePem, files.ca.certificatePem, leaked, {}, today)),
                     "error key-in-bundle | root-cert.pem\n");
    }
};

ISTHMUS_TEST_MAIN(TestInspection)
#include "tst_inspection.moc"
