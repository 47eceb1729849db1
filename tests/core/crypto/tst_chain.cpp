// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/crypto/odd_certificate.h"
#include "tests/support/test.h"

using namespace isthmus;
using test::days;
using test::make;
using test::today;

namespace {

using Extensions = std::vector<std::pair<int, std::string>>;
const Extensions authority { { NID_basic_constraints, "critical,CA:TRUE" } };

std::string outcome(const Result<void>& result)
{
    return result ? "holds"
                  : std::string(name(result.error().code)) + " | " + result.error().detail + " | "
            + result.error().subject + " | " + result.error().remedy.id;
}

} // namespace

class TestChain : public test::TestBase
{
    Q_OBJECT

private slots:

    void holdsThroughIntermediatesInAnyOrder()
    {
        const crypto::KeyPair root = make({ .name = "root", .extensions = authority });
        const crypto::KeyPair upper =
            make({ .name = "upper", .extensions = authority, .issuer = &root });
        const crypto::KeyPair lower =
            make({ .name = "lower", .extensions = authority, .issuer = &upper });
        const crypto::KeyPair leaf = make({ .name = "leaf", .issuer = &lower });
        const std::string both = upper.certificatePem + lower.certificatePem;
        COMPARE_TEXT(
            outcome(crypto::verifyChain(leaf.certificatePem, both, root.certificatePem, today)),
            "holds");
        COMPARE_TEXT(outcome(crypto::verifyChain(
                         leaf.certificatePem, lower.certificatePem, root.certificatePem, today)),
                     "tls | unable to get local issuer certificate: CN=upper | CN=lower | "
                     "crypto.check-chain");
    }

    void trustsWhateverStandsInTheRootFile()
    {
        const crypto::KeyPair root = make({ .name = "root", .extensions = authority });
        const crypto::KeyPair lower =
            make({ .name = "lower", .extensions = authority, .issuer = &root });
        const crypto::KeyPair leaf = make({ .name = "leaf", .issuer = &lower });
        const std::string other = make({ .name = "other", .extensions = authority }).certificatePem;
        COMPARE_TEXT(outcome(crypto::verifyChain(
                         leaf.certificatePem, {}, other + lower.certificatePem, today)),
                     "holds");
        COMPARE_TEXT(
            outcome(crypto::verifyChain(root.certificatePem, {}, root.certificatePem, today)),
            "holds");
    }

    void saysWhichCertificateEndedOrHasNotBegun()
    {
        const crypto::KeyPair root = make({ .name = "root", .extensions = authority });
        const crypto::KeyPair lower = make(
            { .name = "lower", .notAfter = days(10), .extensions = authority, .issuer = &root });
        const crypto::KeyPair leaf = make({ .name = "leaf", .issuer = &lower });
        const auto at = [&](UtcTime now) {
            return outcome(crypto::verifyChain(
                leaf.certificatePem, lower.certificatePem, root.certificatePem, now));
        };
        COMPARE_TEXT(at(days(9)), "holds");
        COMPARE_TEXT(at(days(11)),
                     "tls | certificate has expired: it ended 2026-06-11T00:00:00.000Z | CN=lower "
                     "| crypto.renew");
        COMPARE_TEXT(at(days(-2)),
                     "tls | certificate is not yet valid: it begins 2026-05-31T00:00:00.000Z | "
                     "CN=root | crypto.check-clock");
    }

    void refusesAForeignRootOfTheSameName()
    {
        const crypto::KeyPair root = make({ .name = "root", .extensions = authority });
        const crypto::KeyPair twin = make({ .name = "root", .extensions = authority });
        const crypto::KeyPair leaf = make({ .name = "leaf", .issuer = &root });
        COMPARE_TEXT(
            outcome(crypto::verifyChain(leaf.certificatePem, {}, twin.certificatePem, today)),
            "tls | certificate signature failure | CN=leaf | crypto.check-chain");
    }

    void refusesSignersThatAreNoAuthority()
    {
        const crypto::KeyPair root = make({ .name = "root", .extensions = authority });
        const crypto::KeyPair fake =
            make({ .name = "fake",
                   .extensions = { { NID_basic_constraints, "critical,CA:FALSE" } },
                   .issuer = &root });
        const crypto::KeyPair leaf = make({ .name = "leaf", .issuer = &fake });
        COMPARE_TEXT(outcome(crypto::verifyChain(
                         leaf.certificatePem, fake.certificatePem, root.certificatePem, today)),
                     "tls | invalid CA certificate | CN=fake | crypto.check-chain");
    }

    void refusesSha1()
    {
        const crypto::KeyPair root = make({ .name = "root", .extensions = authority });
        const crypto::KeyPair leaf =
            make({ .name = "leaf", .issuer = &root, .digest = EVP_sha1() });
        COMPARE_TEXT(
            outcome(crypto::verifyChain(leaf.certificatePem, {}, root.certificatePem, today)),
            "tls | CA signature digest algorithm too weak | CN=leaf | crypto.check-chain");
    }

    void refusesTextsThatAreNoBundles()
    {
        const std::string good = make({}).certificatePem;
        QCOMPARE(crypto::verifyChain("x", {}, good, today).error().code, ErrorCode::Invalid);
        QCOMPARE(crypto::verifyChain(good, "x", good, today).error().code, ErrorCode::Invalid);
        QCOMPARE(crypto::verifyChain(good, {}, "x", today).error().code, ErrorCode::Invalid);
    }
};

ISTHMUS_TEST_MAIN(TestChain)
#include "tst_chain.moc"
