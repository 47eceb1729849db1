// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/order.h"
#include "tests/support/test.h"

#include <algorithm>

using namespace isthmus;

namespace {

kube::ObjectKey key(const char* apiVersion, const char* kind)
{
    return { .apiVersion = apiVersion, .kind = kind, .ns = "n", .name = "a" };
}

const std::vector<kube::ObjectKey> shuffled {
    key("networking.istio.io/v1", "VirtualService"),
    key("apps/v1", "Deployment"),
    key("v1", "Secret"),
    key("v1", "Namespace"),
    key("rbac.authorization.k8s.io/v1", "RoleBinding"),
    key("networking.istio.io/v1", "DestinationRule"),
    key("v1", "ConfigMap"),
    key("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
    key("v1", "Service"),
    key("serving.knative.dev/v1", "Service"),
    key("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    key("rbac.authorization.k8s.io/v1", "ClusterRole"),
    key("networking.istio.io/v1", "Gateway"),
    key("v1", "ServiceAccount")
};

std::string dump(const std::vector<std::vector<std::size_t>>& waves)
{
    std::string out;
    for (const auto& wave : waves) {
        for (const std::size_t i : wave) {
            out += (i == wave.front() ? "" : ", ") + shuffled[i].kind;
        }
        out += '\n';
    }
    return out;
}

} // namespace

class TestOrder : public test::TestBase
{
    Q_OBJECT

private slots:

    void appliesWhatOthersStandOnFirst()
    {
        COMPARE_TEXT(dump(kube::applyWaves(shuffled)),
                     "Namespace\n"
                     "CustomResourceDefinition\n"
                     "ConfigMap, ClusterRole, ServiceAccount\n"
                     "Secret, RoleBinding\n"
                     "Service\n"
                     "Deployment\n"
                     "MutatingWebhookConfiguration\n"
                     "DestinationRule, Service, Gateway\n"
                     "VirtualService\n");
    }

    void removesInTheReverseOrder()
    {
        auto waves = kube::applyWaves(shuffled);
        std::ranges::reverse(waves);
        QCOMPARE(kube::removalWaves(shuffled), waves);
    }

    void readsTheKeysOfObjects()
    {
        const std::vector<json::Value> objects {
            json::Object { { "apiVersion", "v1" }, { "kind", "Pod" } },
            json::Object { { "apiVersion", "v1" }, { "kind", "Namespace" } }
        };
        QCOMPARE(kube::applyWaves(objects),
                 (std::vector<std::vector<std::size_t>> { { 1 }, { 0 } }));
    }
};

ISTHMUS_TEST_MAIN(TestOrder)
#include "tst_order.moc"
