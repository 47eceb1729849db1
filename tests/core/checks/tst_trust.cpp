// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/trust.h"
#include "tests/core/crypto/odd_certificate.h"
#include "tests/support/test.h"

using namespace isthmus;
using checks::Outcome;
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

/// A root and an authority below it.
struct Chain
{
    explicit Chain(const std::string& name)
        : root(make({ .name = name, .notAfter = days(3'000), .extensions = authority() }))
        , ca(make({ .name = name + " ca",
                    .notAfter = days(2'000),
                    .extensions = authority(",pathlen:0"),
                    .issuer = &root }))
    { }

    crypto::KeyPair root;
    crypto::KeyPair ca;
};

checks::AuthorityFacts none(const char* cluster = "onprem")
{
    return { .cluster = ClusterId(cluster) };
}

checks::AuthorityFacts plugged(const Chain& chain, const char* cluster = "onprem")
{
    checks::AuthorityFacts out = none(cluster);
    out.plugged = true;
    out.certificatePem = chain.ca.certificatePem;
    out.chainPem = chain.ca.certificatePem + chain.root.certificatePem;
    out.rootPem = chain.root.certificatePem;
    out.keyPem = chain.ca.keyPem;
    out.trustedPem = chain.root.certificatePem;
    return out;
}

std::string verdict(const checks::CheckItem& item)
{
    return std::string(checks::name(item.outcome)) + " " + item.cause.id;
}

std::string verdict(const checks::AuthorityFacts& facts)
{
    return verdict(checks::checkAuthorities(facts, today));
}

} // namespace

class TestTrust : public test::TestBase
{
    Q_OBJECT

private slots:

    void passesAWholeSet()
    {
        const Chain chain("mesh");
        const auto item = checks::checkAuthorities(plugged(chain), today);
        COMPARE_TEXT(verdict(item), "pass ");
        const std::string evidence = text(item.evidence);
        QVERIFY(evidence.starts_with("cacerts: CN=mesh ca, until "));
        QVERIFY(evidence.find("; root CN=mesh, until ") != std::string::npos);
    }

    void passesAClusterWithoutAnyAuthority()
    {
        COMPARE_TEXT(checks::dump({ checks::checkAuthorities(none(), today) }),
                     "P8 onprem pass: no certificate authority of a mesh is here yet\n");
    }

    void failsAPartOfTheSet()
    {
        checks::AuthorityFacts facts = plugged(Chain("mesh"));
        facts.missingKeys = { "ca-key.pem" };
        COMPARE_TEXT(verdict(facts), "fail checks.cacerts-incomplete");
    }

    void failsASetThatCannotSign()
    {
        const Chain chain("mesh");
        const Chain other("other");
        checks::AuthorityFacts facts = plugged(chain);
        facts.keyPem = other.ca.keyPem;
        COMPARE_TEXT(verdict(facts), "fail crypto.key-mismatch");
        facts = plugged(chain);
        facts.rootPem = other.root.certificatePem;
        COMPARE_TEXT(verdict(facts), "fail crypto.chain-broken");
        facts = plugged(chain);
        facts.certificatePem = "no certificate";
        QCOMPARE(checks::checkAuthorities(facts, today).outcome, Outcome::Fail);
        facts = plugged(chain);
        QCOMPARE(checks::checkAuthorities(facts, days(2'001)).outcome, Outcome::Fail);
    }

    void warnsOfOneThatEndsSoon()
    {
        const auto item = checks::checkAuthorities(plugged(Chain("mesh")), days(1'990));
        COMPARE_TEXT(verdict(item), "warn crypto.expires-soon");
        QVERIFY(!item.remedy.empty());
    }

    void warnsWhereIstiodHasNotTakenItOver()
    {
        checks::AuthorityFacts facts = plugged(Chain("mesh"));
        facts.trustedPem = Chain("own").root.certificatePem;
        COMPARE_TEXT(verdict(facts), "warn checks.root-not-taken");
        facts.remote = true; // a remote's workloads trust the primary's root, whatever lies here
        COMPARE_TEXT(verdict(facts), "pass ");
    }

    void judgesIstiodsOwnRoot()
    {
        const Chain own("own");
        checks::AuthorityFacts facts = none();
        facts.selfSignedPem = own.root.certificatePem;
        COMPARE_TEXT(verdict(facts), "pass ");
        facts.makesRoot = true;
        COMPARE_TEXT(verdict(facts), "warn checks.signs-already");
        COMPARE_TEXT(verdict(checks::checkAuthorities(facts, days(3'001))),
                     "fail checks.self-signed-expired");
        facts.selfSignedPem = "garbage";
        COMPARE_TEXT(verdict(facts), "fail checks.self-signed-broken");
    }

    void passesTwoClustersUnderOneRoot()
    {
        const Chain chain("mesh");
        const auto item = checks::checkSharedRoot(plugged(chain), plugged(chain, "gke"));
        COMPARE_TEXT(verdict(item), "pass ");
        QVERIFY(text(item.evidence).starts_with("both trust CN=mesh, "));
    }

    void failsTwoClustersUnderDifferentRoots()
    {
        const auto item =
            checks::checkSharedRoot(plugged(Chain("one")), plugged(Chain("two"), "gke"));
        COMPARE_TEXT(verdict(item), "fail checks.roots-differ");
        COMPARE_TEXT(item.to.str(), "gke");
        QVERIFY(text(item.evidence).find("gke: CN=two, ") != std::string::npos);
    }

    void onlyWarnsOfWhatAnEarlierMeshLeftInARemote()
    {
        checks::AuthorityFacts remote = none("gke");
        remote.trustedPem = Chain("old").root.certificatePem;
        COMPARE_TEXT(verdict(checks::checkSharedRoot(plugged(Chain("mesh")), remote)),
                     "fail checks.roots-differ");
        remote.remote = true;
        COMPARE_TEXT(verdict(checks::checkSharedRoot(plugged(Chain("mesh")), remote)),
                     "warn checks.root-residue");
    }

    void comparesNothingWithNothing()
    {
        COMPARE_TEXT(verdict(checks::checkSharedRoot(plugged(Chain("mesh")), none("gke"))),
                     "skipped checks.no-root-yet");
    }

    void cannotCompareGarbage()
    {
        checks::AuthorityFacts garbage = none("gke");
        garbage.trustedPem = "garbage";
        QCOMPARE(checks::checkSharedRoot(plugged(Chain("mesh")), garbage).outcome,
                 Outcome::Unknown);
    }

    void findsThePublicSampleKeyWhereverItLies_data()
    {
        QTest::addColumn<QString>("place");
        QTest::newRow("certificate") << "Secret cacerts, ca-cert.pem";
        QTest::newRow("chain") << "Secret cacerts, cert-chain.pem";
        QTest::newRow("root") << "Secret cacerts, root-cert.pem";
        QTest::newRow("self-signed") << "Secret istio-ca-secret";
        QTest::newRow("trusted") << "ConfigMap istio-ca-root-cert";
    }

    void findsThePublicSampleKeyWhereverItLies()
    {
        QFETCH(QString, place);
        const std::string row = QTest::currentDataTag();
        const std::string sample =
            make({ .name = "re-issued", .key = test::sampleKey, .extensions = authority() })
                .certificatePem;
        checks::AuthorityFacts facts = plugged(Chain("mesh"));
        (row == "certificate"       ? facts.certificatePem
             : row == "chain"       ? facts.chainPem
             : row == "root"        ? facts.rootPem
             : row == "self-signed" ? facts.selfSignedPem
                                    : facts.trustedPem) += sample;
        const auto item = checks::checkSampleAuthority(facts);
        COMPARE_TEXT(verdict(item), "fail checks.sample");
        QVERIFY(text(item.evidence).starts_with(place.toStdString() + ": CN=re-issued, SPKI f059"));
        QVERIFY(!item.remedy.empty());
    }

    void leavesTheSampleKeyToItsOwnCheck()
    {
        checks::AuthorityFacts facts = plugged(Chain("mesh"));
        facts.rootPem +=
            make({ .name = "s", .key = test::sampleKey, .extensions = authority() }).certificatePem;
        const auto item = checks::checkAuthorities(facts, today);
        QVERIFY(item.cause.id != "crypto.sample-key");
        QVERIFY(text(item.evidence).find("SPKI") == std::string::npos);
    }

    void passesWhereNobodyHasTheKey()
    {
        COMPARE_TEXT(checks::dump({ checks::checkSampleAuthority(plugged(Chain("mesh"))) }),
                     "P9 onprem pass: no key of Istio's public samples\n");
        COMPARE_TEXT(checks::dump({ checks::checkSampleAuthority(none()) }),
                     "P9 onprem pass: no certificate authority of a mesh is here yet\n");
    }

    void neverShowsAKey()
    {
        checks::AuthorityFacts facts = plugged(Chain("mesh"));
        facts.certificatePem +=
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
        const std::string all = checks::dump({ checks::checkAuthorities(facts, today),
                                               checks::checkSampleAuthority(facts),
                                               checks::checkSharedRoot(facts, facts) });
        QVERIFY(all.find("c2VjcmV0") == std::string::npos);
        QVERIFY(all.find("fail") != std::string::npos);
    }
};

ISTHMUS_TEST_MAIN(TestTrust)
#include "tst_trust.moc"
