// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/kube/resource.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

std::string dump(const kube::ResourceMap& map)
{
    std::string out;
    for (const kube::Resource& each : map.all()) {
        out += each.apiVersion + ' ' + each.kind + ' ' + each.plural
            + (each.namespaced ? " namespaced" : " cluster");
        for (const std::string& verb : each.verbs) {
            out += ' ' + verb;
        }
        out += '\n';
    }
    return out;
}

} // namespace

class TestResource : public test::TestBase
{
    Q_OBJECT

private slots:

    void putsCoreUnderApiAndGroupsUnderApis()
    {
        COMPARE_TEXT(kube::groupPath("v1"), "/api/v1");
        COMPARE_TEXT(kube::groupPath("networking.istio.io/v1"), "/apis/networking.istio.io/v1");
    }

    void addsASubresourceToTheObjectsPath()
    {
        const kube::Resource pods { .apiVersion = "v1", .kind = "Pod", .plural = "pods" };
        COMPARE_TEXT(kube::objectPath(pods, "n", "a", "log"), "/api/v1/namespaces/n/pods/a/log");
        COMPARE_TEXT(kube::collectionPath(pods, ""), "/api/v1/pods");
    }

    void readsServedVersionsOfADefinition()
    {
        kube::ResourceMap map;
        map.addFromCrd(*json::parse(R"({"spec":{"group":"networking.istio.io","scope":"Namespaced",
            "names":{"kind":"VirtualService","plural":"virtualservices"},
            "versions":[{"name":"v1","served":true},{"name":"v1beta1","served":true},{"name":"v1alpha3","served":false}]}})"));
        COMPARE_TEXT(dump(map),
                     "networking.istio.io/v1 VirtualService virtualservices namespaced\n"
                     "networking.istio.io/v1beta1 VirtualService virtualservices namespaced\n");
    }

    void readsALegacyListWithoutSubresources()
    {
        kube::ResourceMap map;
        map.addFromDiscovery(
            *json::parse(R"({"kind":"APIResourceList","groupVersion":"apps/v1","resources":[
            {"name":"deployments","kind":"Deployment","namespaced":true,"verbs":["get","list"]},
            {"name":"deployments/scale","kind":"Scale","group":"autoscaling","namespaced":true}]})"));
        COMPARE_TEXT(dump(map), "apps/v1 Deployment deployments namespaced get list\n");
    }

    void readsAggregatedDiscovery()
    {
        kube::ResourceMap map;
        map.addFromAggregated(*json::parse(R"({"kind":"APIGroupDiscoveryList","items":[
            {"metadata":{},"versions":[{"version":"v1","resources":[
              {"resource":"nodes","responseKind":{"group":"","version":"v1","kind":"Node"},"scope":"Cluster","verbs":["list"],
               "subresources":[{"subresource":"status","responseKind":{"kind":"Node"}}]}]}]},
            {"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[
              {"resource":"daemonsets","responseKind":{"kind":"DaemonSet"},"scope":"Namespaced","verbs":["get"]},
              {"resource":"odd","scope":"Namespaced"}]}]}]})"));
        COMPARE_TEXT(dump(map),
                     "apps/v1 DaemonSet daemonsets namespaced get\n"
                     "v1 Node nodes cluster list\n");
        QVERIFY(map.find("apps/v1", "DaemonSet") != nullptr);
        QVERIFY(map.find("apps/v1", "Node") == nullptr);
    }

    void tellsBuiltInGroupsFromOthers()
    {
        QVERIFY(kube::isBuiltIn("v1"));
        QVERIFY(kube::isBuiltIn("apps/v1"));
        QVERIFY(kube::isBuiltIn("rbac.authorization.k8s.io/v1"));
        QVERIFY(!kube::isBuiltIn("gateway.networking.k8s.io/v1"));
        QVERIFY(!kube::isBuiltIn("networking.istio.io/v1"));
    }
};

ISTHMUS_TEST_MAIN(TestResource)
#include "tst_resource.moc"
