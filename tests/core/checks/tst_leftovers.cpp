// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/leftovers.h"
#include "tests/support/test.h"

using namespace isthmus;
using checks::Outcome;
using mesh::Owner;

namespace {

checks::LeftoverFacts facts(std::vector<checks::IstioObject> objects)
{
    return { .cluster = ClusterId("onprem"),
             .version = "1.31.0",
             .network = "network1",
             .installs = true,
             .objects = std::move(objects) };
}

checks::IstioObject definition(Owner owner)
{
    return { .key = { .apiVersion = "apiextensions.k8s.io/v1",
                      .kind = "CustomResourceDefinition",
                      .name = "gateways.networking.istio.io" },
             .owner = owner };
}

checks::IstioObject istiod(Owner owner, const char* revision, const char* version = "1.31.0")
{
    return { .key = { .apiVersion = "apps/v1",
                      .kind = "Deployment",
                      .ns = "istio-system",
                      .name = "istiod" },
             .owner = owner,
             .revision = revision,
             .version = version };
}

std::string verdict(const checks::LeftoverFacts& facts)
{
    const auto item = checks::checkLeftovers(facts);
    return std::string(checks::name(item.outcome)) + " " + item.cause.id;
}

} // namespace

class TestLeftovers : public test::TestBase
{
    Q_OBJECT

private slots:

    void passesAnEmptyCluster()
    {
        COMPARE_TEXT(checks::dump({ checks::checkLeftovers(facts({})) }),
                     "P5 onprem pass: nothing of Istio's is here\n");
    }

    void passesWhatIsOurs()
    {
        const auto item = checks::checkLeftovers(facts({ definition(Owner::Isthmus),
                                                         definition(Owner::Isthmus),
                                                         istiod(Owner::Isthmus, "default") }));
        COMPARE_TEXT(checks::dump({ item }),
                     "P5 onprem pass: found: Deployment istio-system/istiod 1.31.0 (Isthmus), "
                     "2 CRDs (Isthmus)\n");
    }

    void warnsOfWhatWouldBeAdopted()
    {
        COMPARE_TEXT(verdict(facts({ definition(Owner::Helm) })), "warn checks.foreign-istio");
        COMPARE_TEXT(verdict(facts({ definition(Owner::Isthmus), istiod(Owner::Unknown, "") })),
                     "warn checks.foreign-istio");
    }

    void warnsThatAControllerWouldPutItBack()
    {
        const auto item = checks::checkLeftovers(
            facts({ definition(Owner::Helm), istiod(Owner::ArgoCd, "default") }));
        QCOMPARE(item.outcome, Outcome::Warn);
        COMPARE_TEXT(text(item.cause),
                     "Istio is run here by Argo CD, which would put our changes back");
    }

    void failsAnotherRevision()
    {
        const auto item = checks::checkLeftovers(facts({ istiod(Owner::Helm, "canary") }));
        QCOMPARE(item.outcome, Outcome::Fail);
        QVERIFY(text(item.cause).starts_with("Istio is here under revision canary"));
        QVERIFY(!item.remedy.empty());
    }

    void onlyWarnsOfItWhereNothingIsInstalled()
    {
        checks::LeftoverFacts watched = facts({ istiod(Owner::Helm, "canary") });
        watched.installs = false;
        COMPARE_TEXT(verdict(watched), "warn checks.other-revision");
    }

    void takesNoRevisionForTheDefaultOne()
    {
        checks::LeftoverFacts plain = facts({ istiod(Owner::Isthmus, "") });
        COMPARE_TEXT(verdict(plain), "pass ");
        plain.revision = "canary";
        plain.objects = { istiod(Owner::Isthmus, "default") };
        COMPARE_TEXT(verdict(plain), "fail checks.other-revision");
    }

    void warnsOfAnotherVersionAndAnotherNetwork()
    {
        COMPARE_TEXT(verdict(facts({ istiod(Owner::Isthmus, "default", "1.29.2") })),
                     "warn checks.other-version");
        checks::LeftoverFacts moved = facts({});
        moved.labelledNetwork = "network7";
        COMPARE_TEXT(verdict(moved), "warn checks.other-network");
        moved.labelledNetwork = "network1";
        COMPARE_TEXT(verdict(moved), "pass ");
    }
};

ISTHMUS_TEST_MAIN(TestLeftovers)
#include "tst_leftovers.moc"
