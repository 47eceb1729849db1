// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/mesh/owner.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

json::Value object(std::string_view metadata)
{
    return json::parse(
               R"({"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":)"
               + std::string(metadata)
               + R"(,"spec":{"hosts":["a"],"http":[{"route":[]}],"gateways":["g"]}})")
        .value_or(json::Value());
}

std::string
managed(std::string_view manager, std::string_view fields, std::string_view operation = "Update")
{
    return R"({"manager":")" + std::string(manager) + R"(","operation":")" + std::string(operation)
        + R"(","fieldsType":"FieldsV1","fieldsV1":)" + std::string(fields) + "}";
}

std::string text(const mesh::Ownership& ownership)
{
    std::string out = std::string(name(ownership.owner)) + " | " + ownership.evidence + " |";
    for (const std::string& manager : ownership.managers) {
        out += " " + manager;
    }
    return out;
}

const std::string http = R"({"f:spec":{"f:http":{}}})";

} // namespace

class TestOwner : public test::TestBase
{
    Q_OBJECT

private slots:

    void tellsWhoOwnsTheRoutes_data()
    {
        QTest::addColumn<QByteArray>("metadata");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* title, const std::string& metadata, const char* expected) {
            QTest::newRow(title) << QByteArray::fromStdString(metadata) << QByteArray(expected);
        };
        row("nobody", "{}", "somebody else |  |");
        row("Argo CD by annotation",
            R"({"annotations":{"argocd.argoproj.io/tracking-id":"x"}})",
            "Argo CD | annotation argocd.argoproj.io/tracking-id |");
        row("Argo CD by manager",
            R"({"managedFields":[)" + managed("argocd-controller", http) + "]}",
            "Argo CD | field manager argocd-controller | argocd-controller");
        row("the instance label alone",
            R"({"labels":{"app.kubernetes.io/instance":"x"}})",
            "somebody else |  |");
        row("Flux kustomization",
            R"({"labels":{"kustomize.toolkit.fluxcd.io/name":"x"}})",
            "Flux | label kustomize.toolkit.fluxcd.io/name |");
        row("Flux release before Helm",
            R"({"labels":{"helm.toolkit.fluxcd.io/name":"x","app.kubernetes.io/managed-by":"Helm"}})",
            "Flux | label helm.toolkit.fluxcd.io/name |");
        row("Argo Rollouts",
            R"({"annotations":{"argo-rollouts.argoproj.io/managed-by-rollouts":"x"}})",
            "Argo Rollouts | annotation argo-rollouts.argoproj.io/managed-by-rollouts |");
        row("Flagger",
            R"({"ownerReferences":[{"kind":"Canary","name":"x"}]})",
            "Flagger | owned by a Canary |");
        row("Helm by label",
            R"({"labels":{"app.kubernetes.io/managed-by":"Helm"}})",
            "Helm | label app.kubernetes.io/managed-by |");
        row("Helm by annotation",
            R"({"annotations":{"meta.helm.sh/release-name":"x"},"managedFields":[)"
                + managed("helm", http) + "]}",
            "Helm | annotation meta.helm.sh/release-name | helm");
        row("a person",
            R"({"managedFields":[)" + managed("kubectl-client-side-apply", http) + "]}",
            "a person with kubectl | field manager kubectl-client-side-apply | "
            "kubectl-client-side-apply");
        row("another program",
            R"({"managedFields":[)" + managed("kiali", http) + "]}",
            "somebody else | field manager kiali | kiali");
        row("ours",
            R"({"managedFields":[)" + managed("isthmus", http, "Apply") + "]}",
            "Isthmus | field manager isthmus | isthmus");
        row("ours, rendered by helm",
            R"({"labels":{"app.kubernetes.io/managed-by":"Helm"},"annotations":{"isthmus.io/operation":"x"},"managedFields":[)"
                + managed("isthmus", http, "Apply") + "]}",
            "Isthmus | field manager isthmus | isthmus");
        row("ours, managers unknown",
            R"({"labels":{"app.kubernetes.io/managed-by":"Helm"},"annotations":{"isthmus.io/operation":"x"}})",
            "Isthmus | annotation isthmus.io/operation |");
        row("ours, taken over by a person",
            R"({"annotations":{"isthmus.io/operation":"x"},"managedFields":[)"
                + managed("isthmus", R"({"f:spec":{"f:hosts":{}}})", "Apply") + ","
                + managed("kubectl-edit", http) + "]}",
            "a person with kubectl | field manager kubectl-edit | kubectl-edit");
        row("ours, now under Argo CD",
            R"({"annotations":{"argocd.argoproj.io/tracking-id":"x"},"managedFields":[)"
                + managed("isthmus", http, "Apply") + "]}",
            "Argo CD | annotation argocd.argoproj.io/tracking-id | isthmus");
    }

    void tellsWhoOwnsTheRoutes()
    {
        QFETCH(QByteArray, metadata);
        QFETCH(QByteArray, expected);
        COMPARE_TEXT(text(mesh::ownerOf(object(metadata.toStdString()))), expected.toStdString());
    }

    void findsManagersOfAPathAboveAndBelow()
    {
        const json::Value value = object(
            R"({"managedFields":[)" + managed("whole", R"({"f:spec":{}})") + ","
            + managed("below", R"({"f:spec":{"f:http":{"f:x":{}}}})") + ","
            + managed("beside", R"({"f:spec":{"f:hosts":{}}})") + "," + managed("nothing", "{}")
            + "," + R"({"manager":"status","subresource":"status","fieldsV1":{"f:spec":{}}})"
            + "]}");
        QCOMPARE(mesh::managersOf(value, "spec.http"),
                 (std::vector<std::string> { "whole", "below" }));
        QCOMPARE(mesh::managersOf(value, "spec.hosts"),
                 (std::vector<std::string> { "whole", "beside" }));
    }

    void leavesToUsWhatTheOwnerAllows()
    {
        using mesh::Owner;
        using mesh::Steering;
        QVERIFY(mesh::steering(Owner::Isthmus) == Steering::Apply);
        for (const Owner owner : { Owner::Helm, Owner::Person, Owner::Unknown }) {
            QVERIFY(mesh::steering(owner) == Steering::Patch);
        }
        for (const Owner owner :
             { Owner::ArgoCd, Owner::Flux, Owner::ArgoRollouts, Owner::Flagger }) {
            QVERIFY(mesh::steering(owner) == Steering::Export);
        }
    }

    void extractsWhatAManagerApplied()
    {
        const json::Value value = object(
            R"({"name":"a","namespace":"n","uid":"u","resourceVersion":"7","labels":{"ours":"1","theirs":"2"},"annotations":{"x":"y"},"managedFields":[)"
            + managed(
                "isthmus",
                R"({"f:metadata":{"f:labels":{"f:ours":{}}},"f:spec":{"f:http":{},"f:hosts":{}}})",
                "Apply")
            + "," + managed("kubectl-edit", R"({"f:spec":{"f:gateways":{}}})") + "]}");
        COMPARE_TEXT(
            json::write(mesh::appliedBy(value, "isthmus")),
            R"({"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"labels":{"ours":"1"},"name":"a",)"
            R"("namespace":"n","resourceVersion":"7"},"spec":{"hosts":["a"],"http":[{"route":[]}]}})");
        COMPARE_TEXT(
            json::write(mesh::appliedBy(value, "nobody")),
            R"({"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"a","namespace":"n","resourceVersion":"7"}})");
    }

    void knowsARolloutThatSteers()
    {
        const auto rollout = [](const std::string& istio) {
            return json::
                parse(R"({"metadata":{"namespace":"n"},"spec":{"strategy":{"canary":{"trafficRouting":{"istio":)"
                      + istio + "}}}}}")
                    .value_or(json::Value());
        };
        QVERIFY(mesh::rolloutSteers(rollout(R"({"virtualService":{"name":"a"}})"), "n", "a"));
        QVERIFY(mesh::rolloutSteers(
            rollout(R"({"virtualServices":[{"name":"b"},{"name":"a.m"}]})"), "m", "a"));
        QVERIFY(!mesh::rolloutSteers(rollout(R"({"virtualService":{"name":"a"}})"), "m", "a"));
        QVERIFY(!mesh::rolloutSteers(rollout("{}"), "n", "a"));
    }
};

ISTHMUS_TEST_MAIN(TestOwner)
#include "tst_owner.moc"
