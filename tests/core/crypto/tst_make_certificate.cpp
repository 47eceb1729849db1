// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/crypto/odd_certificate.h"
#include "tests/support/test.h"

#include <openssl/bn.h>

using namespace isthmus;
using test::days;
using test::make;
using test::today;

namespace {

crypto::KeyPair root(int lifetime = 3650)
{
    return std::move(*crypto::makeRoot({ .days = lifetime, .now = today }));
}

crypto::CertificateInfo infoOf(const std::string& pem)
{
    return crypto::readCertificates(pem)->front();
}

std::string extension(const std::string& pem, int nid)
{
    const auto certificates = crypto::parseBundle(pem);
    X509* certificate = certificates->front().get();
    X509_EXTENSION* found = X509_get_ext(certificate, X509_get_ext_by_NID(certificate, nid, -1));
    if (found == nullptr) {
        return "none";
    }
    const crypto::Bio memory(BIO_new(BIO_s_mem()));
    X509V3_EXT_print(memory.get(), found, 0, 0);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return std::string(X509_EXTENSION_get_critical(found) != 0 ? "critical " : "")
        + std::string(trimmed({ data, static_cast<std::size_t>(size) }));
}

std::string summary(const std::string& pem)
{
    const crypto::CertificateInfo info = infoOf(pem);
    return "subject " + info.subject + "\nissuer " + info.issuer + "\nfrom "
        + formatTime(info.notBefore) + "\nto " + formatTime(info.notAfter) + "\nkey " + info.key
        + "\nconstraints " + extension(pem, NID_basic_constraints) + "\nusage "
        + extension(pem, NID_key_usage) + "\nextended " + extension(pem, NID_ext_key_usage)
        + "\nnames " + extension(pem, NID_subject_alt_name) + "\n";
}

std::string serial(const std::string& pem)
{
    const auto certificates = crypto::parseBundle(pem);
    const ASN1_INTEGER* number = X509_get0_serialNumber(certificates->front().get());
    return { reinterpret_cast<const char*>(ASN1_STRING_get0_data(number)),
             static_cast<std::size_t>(ASN1_STRING_length(number)) };
}

} // namespace

class TestMakeCertificate : public test::TestBase
{
    Q_OBJECT

private slots:

    void makesARootThatMaySignOnly()
    {
        COMPARE_TEXT(summary(root().certificatePem), R"(subject O=Isthmus, CN=Root CA
issuer O=Isthmus, CN=Root CA
from 2026-05-31T23:50:00.000Z
to 2036-05-29T00:00:00.000Z
key EC P-384
constraints critical CA:TRUE
usage critical Certificate Sign, CRL Sign
extended none
names none
)");
    }

    void makesAnIntermediateForOneCluster()
    {
        const auto pair =
            crypto::makeIntermediate(root(), { .location = "onprem", .days = 365, .now = today });
        QVERIFY(pair);
        COMPARE_TEXT(summary(pair->certificatePem),
                     R"(subject O=Isthmus, CN=Intermediate CA, L=onprem
issuer O=Isthmus, CN=Root CA
from 2026-05-31T23:50:00.000Z
to 2027-06-01T00:00:00.000Z
key EC P-256
constraints critical CA:TRUE, pathlen:0
usage critical Digital Signature, Certificate Sign, CRL Sign
extended none
names DNS:istiod.istio-system.svc
)");
    }

    void linksCertificatesByKeyIdentifiers()
    {
        const crypto::KeyPair top = root();
        const auto pair = crypto::makeIntermediate(top, { .days = 365, .now = today });
        QVERIFY(pair);
        const std::string rootId = extension(top.certificatePem, NID_subject_key_identifier);
        QVERIFY(rootId != "none");
        COMPARE_TEXT(extension(pair->certificatePem, NID_authority_key_identifier), rootId);
        QVERIFY(extension(pair->certificatePem, NID_subject_key_identifier) != rootId);
    }

    void neverOutlivesTheRoot()
    {
        const crypto::KeyPair top = root(100);
        const auto pair = crypto::makeIntermediate(top, { .days = 3650, .now = today });
        QVERIFY(pair);
        QCOMPARE(infoOf(pair->certificatePem).notAfter, infoOf(top.certificatePem).notAfter);
    }

    void makesAServerThatIsItsOwnAuthorityFile()
    {
        const auto pair =
            crypto::makeServer({ "*.Apps.example.com", "shop.example.com" }, 90, today);
        QVERIFY(pair);
        COMPARE_TEXT(summary(pair->certificatePem), R"(subject O=Isthmus, CN=*.apps.example.com
issuer O=Isthmus, CN=*.apps.example.com
from 2026-05-31T23:50:00.000Z
to 2026-08-30T00:00:00.000Z
key EC P-256
constraints critical CA:FALSE
usage critical Digital Signature
extended TLS Web Server Authentication
names DNS:*.apps.example.com, DNS:shop.example.com
)");
        QVERIFY(crypto::verifyChain(pair->certificatePem, {}, pair->certificatePem, today));
        QVERIFY(crypto::covers(infoOf(pair->certificatePem), "shop.apps.example.com"));
    }

    void givesKeysThatMatchAsPkcs8()
    {
        const crypto::KeyPair top = root();
        const auto below = crypto::makeIntermediate(top, { .days = 365, .now = today });
        const auto server = crypto::makeServer({ "a.example.com" }, 1, today);
        QVERIFY(below && server);
        for (const crypto::KeyPair* pair : { &top, &*below, &*server }) {
            QVERIFY(pair->keyPem.reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
            QVERIFY(*crypto::keyMatches(pair->certificatePem, pair->keyPem));
        }
        QVERIFY(!*crypto::keyMatches(top.certificatePem, below->keyPem));
    }

    void numbersCertificatesAtRandom()
    {
        const std::string first = serial(root().certificatePem);
        QCOMPARE(first.size(), std::size_t(16));
        QVERIFY(first != serial(root().certificatePem));
    }

    void passesTheYear2050()
    {
        const auto pair = crypto::makeRoot({ .days = 36'500, .now = today });
        QVERIFY(pair);
        COMPARE_TEXT(formatTime(infoOf(pair->certificatePem).notAfter), "2126-05-08T00:00:00.000Z");
    }

    void signsBelowRootsOfOtherKinds_data()
    {
        QTest::addColumn<QString>("key");
        QTest::newRow("RSA") << "RSA-2048";
        QTest::newRow("P-521") << "P-521";
        QTest::newRow("Ed25519") << "ED25519";
    }

    void signsBelowRootsOfOtherKinds()
    {
        QFETCH(QString, key);
        // No key identifiers either: many old roots lack them.
        const crypto::KeyPair top =
            make({ .key = key.toStdString(),
                   .extensions = { { NID_basic_constraints, "critical,CA:TRUE" } } });
        const auto pair = crypto::makeIntermediate(top, { .days = 30, .now = today });
        QVERIFY2(pair, pair ? "" : describe(pair.error()).c_str());
        QVERIFY(crypto::verifyChain(pair->certificatePem, {}, top.certificatePem, today));
    }

    void refusesRootsThatCannotSign_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("code");
        QTest::newRow("leaf") << "crypto.not-a-ca" << int(ErrorCode::Invalid);
        QTest::newRow("expired") << "crypto.expired" << int(ErrorCode::Invalid);
        QTest::newRow("not begun") << "crypto.chain-broken" << int(ErrorCode::Tls);
        QTest::newRow("sample") << "crypto.key-mismatch" << int(ErrorCode::Invalid);
        QTest::newRow("no key") << "crypto.bad-key" << int(ErrorCode::Invalid);
    }

    void refusesRootsThatCannotSign()
    {
        QFETCH(QString, what);
        QFETCH(int, code);
        const std::string row = QTest::currentDataTag();
        test::OddCertificate odd { .extensions = {
                                       { NID_basic_constraints, "critical,CA:TRUE" } } };
        if (row == "leaf") {
            odd.extensions = { { NID_basic_constraints, "critical,CA:FALSE" } };
        } else if (row == "expired") {
            odd.notBefore = days(-20);
            odd.notAfter = days(-10);
        } else if (row == "not begun") {
            odd.notBefore = days(1);
        } else if (row == "sample") {
            odd.key = test::sampleKey;
        }
        crypto::KeyPair top = make(odd);
        if (row == "no key") {
            top.keyPem = Secret();
        }
        const auto pair = crypto::makeIntermediate(top, { .days = 30, .now = today });
        QVERIFY(!pair);
        QCOMPARE(QString::fromStdString(pair.error().message.id), what);
        QCOMPARE(int(pair.error().code), code);
        QVERIFY(!pair.error().remedy.empty());
    }

    void refusesAnIntermediateWithTheRootsName()
    {
        const auto top = crypto::makeRoot({ .commonName = "Mesh CA", .now = today });
        const auto pair =
            crypto::makeIntermediate(*top, { .commonName = "Mesh CA", .days = 3, .now = today });
        QVERIFY(!pair);
        COMPARE_TEXT(pair.error().message.id, "crypto.bad-subject");
    }

    void refusesNamesAndDaysOutOfRange()
    {
        COMPARE_TEXT(crypto::makeRoot({ .days = 0, .now = today }).error().message.id,
                     "crypto.bad-days");
        COMPARE_TEXT(crypto::makeRoot({ .days = 36'501, .now = today }).error().message.id,
                     "crypto.bad-days");
        COMPARE_TEXT(crypto::makeRoot({ .commonName = std::string(65, 'x'), .now = today })
                         .error()
                         .message.id,
                     "crypto.bad-subject");
    }

    void refusesHostsThatNoClientAccepts_data()
    {
        QTest::addColumn<QString>("host");
        for (const char* host : { "",
                                  "*",
                                  "*.com",
                                  "a.*.com",
                                  "a b.com",
                                  "x\ny.com",
                                  "-a.com",
                                  "a..com",
                                  "a.com,DNS:evil.com",
                                  "DNS:a.com",
                                  "ä.com",
                                  "*.*.example.com" }) {
            QTest::addRow("%s", host) << QString::fromUtf8(host);
        }
    }

    void refusesHostsThatNoClientAccepts()
    {
        QFETCH(QString, host);
        const auto pair = crypto::makeServer({ "good.example.com", host.toStdString() }, 30, today);
        QVERIFY(!pair);
        COMPARE_TEXT(pair.error().message.id, "crypto.bad-host");
    }

    void leavesOutACommonNameThatIsTooLong()
    {
        const std::string host = std::string(60, 'a') + ".example.com";
        const auto pair = crypto::makeServer({ host }, 30, today);
        QVERIFY(pair);
        COMPARE_TEXT(infoOf(pair->certificatePem).subject, "O=Isthmus");
        QVERIFY(crypto::covers(infoOf(pair->certificatePem), host));
        QVERIFY(!crypto::makeServer({}, 30, today));
    }
};

ISTHMUS_TEST_MAIN(TestMakeCertificate)
#include "tst_make_certificate.moc"
