// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/rights.h"
#include "tests/support/test.h"

#include <algorithm>
#include <set>

using namespace isthmus;
using checks::Outcome;

namespace {

std::set<std::string> texts(mesh::Role role, const std::vector<std::string>& namespaces)
{
    std::set<std::string> out;
    for (const auto& right : checks::requiredRights(role, namespaces)) {
        out.insert(checks::text(right));
    }
    return out;
}

checks::RightsFacts facts()
{
    checks::RightsFacts out { .cluster = ClusterId("gke"),
                              .asked = checks::requiredRights(mesh::Role::Remote, {}) };
    out.allowed.assign(out.asked.size(), true);
    return out;
}

void deny(checks::RightsFacts& facts, const std::string& right)
{
    for (std::size_t i = 0; i < facts.asked.size(); ++i) {
        if (checks::text(facts.asked[i]) == right) {
            facts.allowed[i] = false;
        }
    }
}

} // namespace

class TestRights : public test::TestBase
{
    Q_OBJECT

private slots:

    void asksForWhatPrecheckAsksForAndMore()
    {
        const auto asked = texts(mesh::Role::Primary, { "shop" });
        for (const char* right :
             { "create namespaces",
               "create clusterroles.rbac.authorization.k8s.io",
               "create clusterrolebindings.rbac.authorization.k8s.io",
               "create customresourcedefinitions.apiextensions.k8s.io",
               "create mutatingwebhookconfigurations.admissionregistration.k8s.io",
               "create validatingwebhookconfigurations.admissionregistration.k8s.io",
               "create roles.rbac.authorization.k8s.io in istio-system",
               "create serviceaccounts in istio-system",
               "create services in istio-system",
               "create deployments.apps in istio-system",
               "create configmaps in istio-system",
               "get secrets in istio-system",
               "delete secrets in istio-system",
               "create serviceaccounts/token in istio-system",
               "get pods/proxy in istio-system",
               "list nodes",
               "patch gateways.networking.istio.io in istio-system",
               "patch virtualservices.networking.istio.io in shop",
               "watch deployments.apps in shop" }) {
            QVERIFY2(asked.contains(right), right);
        }
    }

    void asksEachRightOnce()
    {
        const auto all = checks::requiredRights(mesh::Role::Primary, { "shop", "istio-system" });
        QCOMPARE(texts(mesh::Role::Primary, { "shop", "istio-system" }).size(), all.size());
    }

    void asksNoMeshConfigurationOfARemote()
    {
        const auto asked = texts(mesh::Role::Remote, { "shop" });
        QVERIFY(std::ranges::none_of(asked, [](const std::string& right) {
            return right.find(".istio.io") != std::string::npos;
        }));
        QVERIFY(asked.contains("create services in shop"));
    }

    void passesWhereEverythingIsAllowed()
    {
        const auto item = checks::checkRights(facts());
        QCOMPARE(item.outcome, Outcome::Pass);
        COMPARE_TEXT(text(item.evidence),
                     "all " + std::to_string(facts().asked.size()) + " rights that were asked for");
    }

    void namesWhatIsMissingWithTheVerbsTogether()
    {
        checks::RightsFacts some = facts();
        deny(some, "create secrets in istio-system");
        deny(some, "patch secrets in istio-system");
        deny(some, "list nodes");
        const auto item = checks::checkRights(some);
        QCOMPARE(item.outcome, Outcome::Fail);
        COMPARE_TEXT(text(item.cause),
                     "missing rights: create, patch secrets in istio-system; list nodes");
        QVERIFY(!item.remedy.empty());
    }

    void countsTheRestOfALongList()
    {
        checks::RightsFacts none = facts();
        none.allowed.assign(none.asked.size(), false);
        const std::string cause = text(checks::checkRights(none).cause);
        QVERIFY(cause.ends_with(" more resources"));
        QCOMPARE(std::ranges::count(cause, ';'), 12);
    }

    void takesAMissingAnswerAsNo()
    {
        checks::RightsFacts short1 = facts();
        short1.allowed.pop_back();
        QCOMPARE(checks::checkRights(short1).outcome, Outcome::Fail);
    }
};

ISTHMUS_TEST_MAIN(TestRights)
#include "tst_rights.moc"
