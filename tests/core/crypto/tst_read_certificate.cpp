// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/crypto/odd_certificate.h"
#include "tests/support/test.h"

#include <openssl/pem.h>

using namespace isthmus;
using test::make;

class TestReadCertificate : public test::TestBase
{
    Q_OBJECT

private slots:

    void readsNamesOfEveryKind()
    {
        const crypto::KeyPair pair =
            make({ .name = "Zürich, \"X\"\x01",
                   .extensions = {
                       { NID_subject_alt_name,
                         "DNS:a.example.com,DNS:*.b.example.com,IP:10.0.0.1,IP:2001:db8::1,IP:::,"
                         "IP:1:0:0:2:0:0:0:3,URI:spiffe://cluster.local/ns/a/sa/"
                         "b,email:x@example.com" } } });
        const auto all = crypto::readCertificates(pair.certificatePem);
        QVERIFY(all);
        QCOMPARE(all->size(), std::size_t(1));
        const crypto::CertificateInfo& info = all->front();
        COMPARE_TEXT(info.subject, "CN=\"Zürich, \\\"X\\\"\\01\"");
        COMPARE_TEXT(join(info.dnsNames, " "), "a.example.com *.b.example.com");
        COMPARE_TEXT(join(info.ipAddresses, " "), "10.0.0.1 2001:db8::1 :: 1:0:0:2::3");
        COMPARE_TEXT(join(info.uris, " "), "spiffe://cluster.local/ns/a/sa/b");
        QVERIFY(!info.isCa);
        QCOMPARE(info.fingerprint.size(), std::size_t(64));
    }

    void namesKeysAsPeopleDo_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("text");
        QTest::newRow("RSA") << "RSA-2048" << "RSA-2048";
        QTest::newRow("P-256") << "P-256" << "EC P-256";
        QTest::newRow("P-384") << "P-384" << "EC P-384";
        QTest::newRow("other curve") << "secp256k1" << "EC secp256k1";
        QTest::newRow("Ed25519") << "ED25519" << "Ed25519";
    }

    void namesKeysAsPeopleDo()
    {
        QFETCH(QString, key);
        QFETCH(QString, text);
        const auto all =
            crypto::readCertificates(make({ .key = key.toStdString() }).certificatePem);
        QVERIFY(all);
        COMPARE_TEXT(all->front().key, text.toStdString());
    }

    void readsABundleInOrderAndSkipsWhatIsBetween()
    {
        const crypto::KeyPair a = make({ .name = "a" });
        const crypto::KeyPair b = make({ .name = "b" });
        const auto all =
            crypto::readCertificates("# first\n" + a.certificatePem + "\nsubject=b\n"
                                     + std::string(a.keyPem.reveal()) + b.certificatePem + "\n");
        QVERIFY(all);
        QCOMPARE(all->size(), std::size_t(2));
        COMPARE_TEXT((*all)[0].subject + (*all)[1].subject, "CN=aCN=b");
    }

    void refusesWhatIsNoBundle_data()
    {
        QTest::addColumn<QByteArray>("pem");
        const std::string good = make({}).certificatePem;
        std::string damaged = good;
        damaged[100] = '$';
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("hello");
        QTest::newRow("only a key")
            << QByteArray::fromStdString(std::string(make({}).keyPem.reveal()));
        QTest::newRow("damaged") << QByteArray::fromStdString(damaged);
        QTest::newRow("second damaged") << QByteArray::fromStdString(good + damaged);
        QTest::newRow("cut off") << QByteArray::fromStdString(good.substr(0, good.size() / 2));
        QTest::newRow("DER") << QByteArray("\x30\x82\x01\x00\x30\x82", 6);
        QTest::newRow("no certificate inside")
            << QByteArray("-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n");
        QTest::newRow("too large") << QByteArray((1 << 20) + 1, '\n');
        QTest::newRow("too many") << QByteArray::fromStdString(good).repeated(501);
    }

    void refusesWhatIsNoBundle()
    {
        QFETCH(QByteArray, pem);
        const auto all = crypto::readCertificates(pem.toStdString());
        QVERIFY(!all);
        QCOMPARE(all.error().code, ErrorCode::Invalid);
        QVERIFY(!all.error().detail.empty());
        QVERIFY(!all.error().remedy.empty());
    }

    void matchesKeysOfEveryForm()
    {
        const crypto::KeyPair rsa = make({ .key = "RSA-2048" });
        const crypto::KeyPair ec = make({});
        QVERIFY(*crypto::keyMatches(rsa.certificatePem, rsa.keyPem));
        QVERIFY(!*crypto::keyMatches(rsa.certificatePem, ec.keyPem));
        QVERIFY(!*crypto::keyMatches(ec.certificatePem, make({}).keyPem));
        // What `openssl ecparam -genkey` writes: parameters first, then SEC1.
        const auto key = crypto::parseKey(ec.keyPem);
        const crypto::Bio memory(BIO_new(BIO_s_mem()));
        PEM_write_bio_PrivateKey_traditional(
            memory.get(), key->get(), nullptr, nullptr, 0, nullptr, nullptr);
        char* data = nullptr;
        const long size = BIO_get_mem_data(memory.get(), &data);
        const std::string sec1 =
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
            + std::string(data, static_cast<std::size_t>(size));
        QVERIFY(sec1.find("BEGIN EC PRIVATE KEY") != std::string::npos);
        const auto matches = crypto::keyMatches(ec.certificatePem, Secret(sec1));
        QVERIFY2(matches, matches ? "" : describe(matches.error()).c_str());
        QVERIFY(*matches);
    }

    void neverAsksForTheKeysPassphrase()
    {
        const crypto::KeyPair pair = make({});
        const auto key = crypto::parseKey(pair.keyPem);
        const crypto::Bio memory(BIO_new(BIO_s_mem()));
        PEM_write_bio_PKCS8PrivateKey(
            memory.get(), key->get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
        char* data = nullptr;
        const long size = BIO_get_mem_data(memory.get(), &data);
        const auto matches = crypto::keyMatches(pair.certificatePem,
                                                Secret({ data, static_cast<std::size_t>(size) }));
        QVERIFY(!matches);
        COMPARE_TEXT(matches.error().remedy.id, "crypto.decrypt-key");
    }

    void comparesRootsAsSets()
    {
        const std::string a = make({ .name = "a" }).certificatePem;
        const std::string b = make({ .name = "b" }).certificatePem;
        const std::string c = make({ .name = "c" }).certificatePem;
        QVERIFY(*crypto::sameRoots(a, "# comment\n" + a));
        QVERIFY(*crypto::sameRoots(a + b, c + b));
        QVERIFY(!*crypto::sameRoots(a + b, c));
        QVERIFY(!crypto::sameRoots(a, ""));
        QVERIFY(!crypto::sameRoots("x", a));
    }

    void coversHostsAsClientsDo_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<bool>("covered");
        QTest::newRow("exact") << "shop.example.com" << true;
        QTest::newRow("case") << "SHOP.Example.COM" << true;
        QTest::newRow("final dot") << "shop.example.com." << true;
        QTest::newRow("wildcard") << "a.apps.example.com" << true;
        QTest::newRow("punycode below a wildcard") << "xn--bcher-kva.apps.example.com" << true;
        QTest::newRow("the wildcard itself") << "*.apps.example.com" << true;
        QTest::newRow("two labels") << "a.b.apps.example.com" << false;
        QTest::newRow("no label") << "apps.example.com" << false;
        QTest::newRow("empty label") << ".apps.example.com" << false;
        QTest::newRow("suffix") << "evilshop.example.com" << false;
        QTest::newRow("a whole top-level domain") << "x.org" << false;
        QTest::newRow("partial wildcard") << "foo.partial.com" << false;
        QTest::newRow("common name") << "common.example.com" << false;
        QTest::newRow("address") << "10.0.0.1" << true;
        QTest::newRow("address by name") << "10.0.0.2" << false;
        QTest::newRow("IPv6") << "2001:DB8:0::1" << true;
        QTest::newRow("IPv6 in brackets") << "[2001:db8::1]" << true;
        QTest::newRow("empty") << "" << false;
        QTest::newRow("dot") << "." << false;
    }

    void coversHostsAsClientsDo()
    {
        QFETCH(QString, host);
        QFETCH(bool, covered);
        const auto all = crypto::readCertificates(
            make({ .name = "common.example.com",
                   .extensions = { { NID_subject_alt_name,
                                     "DNS:shop.example.com,DNS:*.apps.Example.com,DNS:*.org,DNS:f*."
                                     "partial.com,"
                                     "DNS:10.0.0.2,IP:10.0.0.1,IP:2001:db8::1" } } })
                .certificatePem);
        QVERIFY(all);
        QCOMPARE(crypto::covers(all->front(), host.toStdString()), covered);
    }

    void knowsIstiosSampleKeysInAnyCertificate()
    {
        const auto all = crypto::readCertificates(
            make({ .name = "re-issued", .key = test::sampleKey }).certificatePem);
        QVERIFY(all);
        COMPARE_TEXT(all->front().spki,
                     "f0592d4d660052580d0c0bfe09f9a4d795ad8ab7c2fa86c33276fbb352145ee5");
        QVERIFY(crypto::isPublicSampleKey(all->front().spki));
        QVERIFY(!crypto::isPublicSampleKey(
            crypto::readCertificates(make({}).certificatePem)->front().spki));
        QVERIFY(!crypto::isPublicSampleKey(""));
    }
};

ISTHMUS_TEST_MAIN(TestReadCertificate)
#include "tst_read_certificate.moc"
