// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestDigest : public test::TestBase
{
    Q_OBJECT

private slots:

    void hashesTheStandardsExamples()
    {
        COMPARE_TEXT(crypto::sha256Hex("abc"),
                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        COMPARE_TEXT(crypto::sha256Hex(""),
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        COMPARE_TEXT(hexEncode(crypto::sha256("abc")), crypto::sha256Hex("abc"));
    }

    void givesAsManyRandomBytesAsAskedFor()
    {
        QCOMPARE(crypto::randomBytes(0).size(), std::size_t(0));
        QCOMPARE(crypto::randomBytes(33).size(), std::size_t(33));
        QVERIFY(crypto::randomBytes(16) != crypto::randomBytes(16));
    }
};

ISTHMUS_TEST_MAIN(TestDigest)
#include "tst_digest.moc"
