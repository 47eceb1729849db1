// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/seal.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

// Made with Python's hashlib.scrypt and the cryptography package: another implementation of the
// same form.
constexpr const char* vector = R"(isthmus-sealed/v1 scrypt aes-256-gcm
cost: 1024 8 1
salt: AAECAwQFBgcICQoLDA0ODw==
nonce: ZGVmZ2hpamtsbW5v
hsVqybAzDwdP46HJcPFhvyVV+DPcXy0cvX5ZcaeH64Utp6L3st+t6sTEzRGDl3nZS18VhFwVGCjF
sydt96NHewAmZhuXs4k001eoA9ViMQDs
)";

Secret passphrase()
{
    return Secret("correct horse");
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    text.replace(text.find(from), from.size(), to);
    return text;
}

} // namespace

class TestSeal : public test::TestBase
{
    Q_OBJECT

private slots:

    void opensWhatAnotherImplementationSealed()
    {
        const auto secret = crypto::unseal(vector, passphrase());
        QVERIFY2(secret, secret ? "" : describe(secret.error()).c_str());
        COMPARE_TEXT(secret->reveal(),
                     "-----BEGIN PRIVATE KEY-----\nnot really\n-----END PRIVATE KEY-----\n");
    }

    void opensWhatItSealed()
    {
        const std::string bytes("\0binary\xff", 8);
        const auto sealed = crypto::seal(Secret(bytes), passphrase());
        QVERIFY(sealed);
        QVERIFY(
            sealed->starts_with("isthmus-sealed/v1 scrypt aes-256-gcm\ncost: 32768 8 3\nsalt: "));
        QVERIFY(sealed->find("binary") == std::string::npos);
        const auto opened = crypto::unseal(*sealed, passphrase());
        QVERIFY(opened);
        QCOMPARE(opened->reveal(), std::string_view(bytes));
    }

    void neverSealsTwiceAlike()
    {
        QVERIFY(*crypto::seal(Secret("x"), passphrase())
                != *crypto::seal(Secret("x"), passphrase()));
    }

    void refusesAnotherPassphrase()
    {
        const auto secret = crypto::unseal(vector, Secret("correct horsf"));
        QVERIFY(!secret);
        QCOMPARE(secret.error().code, ErrorCode::Refused);
        QCOMPARE(crypto::unseal(vector, Secret()).error().code, ErrorCode::Refused);
    }

    void refusesAnyAlteredPart_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::newRow("cost") << "cost: 1024" << "cost: 2048";
        QTest::newRow("passes") << "8 1" << "8 2";
        QTest::newRow("salt") << "AAECAw" << "AAECBw";
        QTest::newRow("nonce") << "ZGVm" << "ZGVn";
        QTest::newRow("first byte") << "hsVq" << "hsVr";
        QTest::newRow("tag") << "MQDs" << "MQDt";
        QTest::newRow("cut off") << "sydt96NHewAmZhuXs4k001eoA9ViMQDs"
                                 << "sydt96NHewAmZhuXs4k001eoA9Vi";
    }

    void refusesAnyAlteredPart()
    {
        QFETCH(QString, from);
        QFETCH(QString, to);
        const auto secret =
            crypto::unseal(replaced(vector, from.toStdString(), to.toStdString()), passphrase());
        QVERIFY(!secret);
        QCOMPARE(secret.error().code, ErrorCode::Refused);
        QVERIFY(!secret.error().remedy.empty());
    }

    void callsWhatIsNotItsFormInvalid_data()
    {
        QTest::addColumn<QByteArray>("text");
        const std::string good = vector;
        const auto with = [&good](const char* from, const char* to) {
            return QByteArray::fromStdString(replaced(good, from, to));
        };
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("garbage") << QByteArray("hello\nworld\n\n\n\n\n");
        QTest::newRow("another format") << with("/v1", "/v2");
        QTest::newRow("no salt") << with("salt: ", "salt:");
        QTest::newRow("short salt") << with("AAECAwQFBgcICQoLDA0ODw==", "AAEC");
        QTest::newRow("another spelling of the same salt") << with("ODw==", "ODx==");
        QTest::newRow("broken base64") << with("hsVq", "h$Vq");
        QTest::newRow("re-wrapped body") << with("\nsydt", "sydt");
        QTest::newRow("no body") << QByteArray::fromStdString(good.substr(0, good.find("hsVq")));
        QTest::newRow("a memory bomb") << with("1024 8 1", "16777216 8 1");
        QTest::newRow("a memory bomb by r") << with("1024 8 1", "1024 16777216 1");
        QTest::newRow("an endless loop") << with("1024 8 1", "1024 8 16777216");
        QTest::newRow("an overflow") << with("1024 8 1", "9223372036854775807 8 1");
        QTest::newRow("no power of two") << with("1024 8 1", "1000 8 1");
        QTest::newRow("negative") << with("1024 8 1", "-1024 8 1");
        QTest::newRow("too large") << QByteArray(1 << 20, 'x');
    }

    void callsWhatIsNotItsFormInvalid()
    {
        QFETCH(QByteArray, text);
        const auto secret = crypto::unseal(text.toStdString(), passphrase());
        QVERIFY(!secret);
        QCOMPARE(secret.error().code, ErrorCode::Invalid);
    }

    void toleratesSpaceAroundIt()
    {
        QVERIFY(crypto::unseal("\n  " + std::string(vector) + "\n\n", passphrase()));
    }

    void sealsNeitherNothingNorWithoutPassphraseNorTooMuch()
    {
        QCOMPARE(crypto::seal(Secret("x"), Secret()).error().code, ErrorCode::Usage);
        QCOMPARE(crypto::seal(Secret(), passphrase()).error().code, ErrorCode::Invalid);
        QCOMPARE(crypto::seal(Secret(std::string(300'000, 'x')), passphrase()).error().code,
                 ErrorCode::Invalid);
    }
};

ISTHMUS_TEST_MAIN(TestSeal)
#include "tst_seal.moc"
