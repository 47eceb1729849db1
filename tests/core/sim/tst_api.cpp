// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/sim/api.h"
#include "tests/core/sim/sim_bed.h"
#include "tests/support/test.h"

using namespace isthmus;
using test::answerOf;
using test::bodyOf;

namespace {

const std::string maps = "/api/v1/namespaces/default/configmaps";
const std::string crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const std::string routes = "/apis/networking.istio.io/v1/namespaces/default/virtualservices";
const std::string deployments = "/apis/apps/v1/namespaces/shop/deployments";

std::string configMap(const std::string& name, const std::string& more = {})
{
    return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name + "\"" + more
        + "}}";
}

const char* const crdText =
    R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
  "metadata":{"name":"virtualservices.networking.istio.io"},
  "spec":{"group":"networking.istio.io","scope":"Namespaced",
   "names":{"kind":"VirtualService","plural":"virtualservices","shortNames":["vs"]},
   "versions":[{"name":"v1","served":true,"storage":true},{"name":"v1beta1","served":true,"storage":false}]}})";

const char* const deploymentText =
    R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,
  "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
  "spec":{"containers":[{"name":"c","image":"i:1","ports":[{"name":"http","containerPort":8080}]}]}}}})";

void makeShop(test::SimBed& bed)
{
    bed.ask("POST",
            "/api/v1/namespaces",
            R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}})");
}

/// "ADDED a, MODIFIED a, ERROR ": what a watch has to tell now.
std::string events(test::SimBed& bed, sim::Watch& watch)
{
    std::string out;
    for (const std::string& line : bed.cluster.next(watch, Milliseconds(0), {}).lines) {
        const auto event = json::parse(line);
        out += (out.empty() ? "" : ", ") + (*event)["type"].string() + ' '
            + (*event)["object"]["metadata"]["name"].string();
    }
    return out;
}

} // namespace

class TestApi : public test::TestBase
{
    Q_OBJECT

private slots:

    void givesAnObjectIdentityAndAVersion()
    {
        test::SimBed bed;
        const json::Value object =
            bodyOf(bed.ask("POST", maps, configMap("a", R"(,"labels":{"a":"b"})")));
        const json::Value& metadata = object["metadata"];
        QCOMPARE(metadata["uid"].string().size(), std::size_t { 36 });
        COMPARE_TEXT(metadata["creationTimestamp"].string(), "2026-11-23T12:00:00Z");
        COMPARE_TEXT(metadata["managedFields"][0]["manager"].string(), "tester");
        QVERIFY(!metadata["resourceVersion"].string().empty());
    }

    void saysWhatIsWrongAsTheRealServerDoes()
    {
        test::SimBed bed;
        bed.ask("POST", maps, configMap("a"));
        COMPARE_TEXT(answerOf(bed.ask("POST", maps, configMap("a"))),
                     "409 configmaps \"a\" already exists");
        COMPARE_TEXT(answerOf(bed.ask("GET", maps + "/b")), "404 configmaps \"b\" not found");
        COMPARE_TEXT(
            answerOf(bed.ask("POST", "/api/v1/namespaces/none/configmaps", configMap("a"))),
            "404 namespaces \"none\" not found");
        COMPARE_TEXT(
            answerOf(bed.ask("PUT", maps + "/a", configMap("a", R"(,"resourceVersion":"1")"))),
            "409 Operation cannot be fulfilled on configmaps \"a\": the object has been modified; "
            "please apply your changes to the latest version and try again");
        COMPARE_TEXT(bed.ask("GET", "/apis/none/v1/things").body, "404 page not found\n");
    }

    void writesNothingInADryRun()
    {
        test::SimBed bed;
        QCOMPARE(bed.ask("POST", maps + "?dryRun=All", configMap("a")).status, 201);
        QCOMPARE(bed.ask("GET", maps + "/a").status, 404);
        bed.ask("POST", maps, configMap("a"));
        QCOMPARE(bed.ask("DELETE", maps + "/a?dryRun=All").status, 200);
        QCOMPARE(bed.ask("GET", maps + "/a").status, 200);
    }

    void listsInPagesBySelectors()
    {
        test::SimBed bed;
        for (const char* name : { "a", "b", "c" }) {
            bed.ask("POST", maps, configMap(name, R"(,"labels":{"in":"yes"})"));
        }
        const json::Value page = bed.get(maps + "?labelSelector=in%3Dyes&limit=2");
        QCOMPARE(page["items"].array().size(), std::size_t { 2 });
        const json::Value rest = bed.get(maps + "?labelSelector=in%3Dyes&limit=2&continue="
                                         + percentEncode(page["metadata"]["continue"].string()));
        QCOMPARE(rest["items"].array().size(), std::size_t { 1 });
        COMPARE_TEXT(rest["items"][0]["metadata"]["name"].string(), "c");
        QVERIFY(!rest["metadata"].contains("continue"));
        QCOMPARE(bed.get(maps + "?fieldSelector=metadata.name%3Db")["items"].array().size(),
                 std::size_t { 1 });
    }

    void tellsAWatchWhatEntersAndLeavesItsSelection()
    {
        test::SimBed bed;
        const std::string version = bed.get(maps)["metadata"]["resourceVersion"].string();
        sim::Watch watch =
            *bed.ask("GET", maps + "?watch=1&labelSelector=on&resourceVersion=" + version).watch;
        bed.ask("POST", maps, configMap("other"));
        bed.ask("POST", maps, configMap("a", R"(,"labels":{"on":"1"})"));
        bed.ask("PATCH", maps + "/a", R"({"data":{"x":"y"}})", "application/merge-patch+json");
        bed.ask("PATCH",
                maps + "/a",
                R"({"metadata":{"labels":null}})",
                "application/merge-patch+json");
        COMPARE_TEXT(events(bed, watch), "ADDED a, MODIFIED a, DELETED a");
    }

    void answersGoneWhereTheVersionIsForgotten()
    {
        test::SimBed bed;
        sim::Watch watch = *bed.ask("GET", maps + "?watch=1&resourceVersion=1").watch;
        bed.cluster.with([](sim::Model& model) { model.store().compact(); });
        const sim::Cluster::Lines lines = bed.cluster.next(watch, Milliseconds(0), {});
        QVERIFY(lines.ended);
        const auto event = json::parse(lines.lines.back());
        QCOMPARE((*event)["object"]["code"].integer(), std::int64_t { 410 });
        COMPARE_TEXT((*event)["object"]["reason"].string(), "Expired");
    }

    void keepsAnObjectUntilItsFinalizersAreGone()
    {
        test::SimBed bed;
        bed.ask("POST", maps, configMap("a", R"(,"finalizers":["x.example.com/keep"])"));
        bed.ask("DELETE", maps + "/a");
        QVERIFY(bed.get(maps + "/a")["metadata"].contains("deletionTimestamp"));
        bed.ask("PATCH",
                maps + "/a",
                R"({"metadata":{"finalizers":null}})",
                "application/merge-patch+json");
        QCOMPARE(bed.ask("GET", maps + "/a").status, 404);
    }

    void holdsDeletesToTheirPreconditions()
    {
        test::SimBed bed;
        bed.ask("POST", maps, configMap("a"));
        QCOMPARE(bed.ask("DELETE", maps + "/a", R"({"preconditions":{"uid":"other"}})").status,
                 409);
        QCOMPARE(bed.ask("GET", maps + "/a").status, 200);
    }

    void servesTheKindsOfADefinitionInEachVersion()
    {
        test::SimBed bed;
        QCOMPARE(bed.ask("GET", routes).status, 404);
        bed.ask("POST", crds, crdText);
        const json::Value crd = bed.get(crds + "/virtualservices.networking.istio.io");
        COMPARE_TEXT(crd["status"]["conditions"][1]["type"].string(), "Established");
        bed.apply(routes + "/a",
                  "mesh",
                  R"({"apiVersion":"networking.istio.io/v1","kind":"VirtualService",
                      "metadata":{"name":"a"},"spec":{"http":[{"name":"x"}]}})");
        const json::Value older =
            bed.get("/apis/networking.istio.io/v1beta1/namespaces/default/virtualservices/a");
        COMPARE_TEXT(older["apiVersion"].string(), "networking.istio.io/v1beta1");
        QCOMPARE(older["metadata"]["generation"].integer(), std::int64_t { 1 });
        bed.ask("DELETE", crds + "/virtualservices.networking.istio.io");
        QCOMPARE(bed.ask("GET", routes).status, 404);
    }

    void runsADeploymentAndPutsItsPodsBehindAService()
    {
        test::SimBed bed;
        makeShop(bed);
        bed.ask("POST", deployments, deploymentText);
        bed.ask("POST",
                "/api/v1/namespaces/shop/services",
                R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":
                    {"type":"LoadBalancer","selector":{"app":"web"},"ports":[{"port":80,"targetPort":"http"}]}})");
        QCOMPARE(bed.get(deployments + "/web")["status"]["readyReplicas"].integer(),
                 std::int64_t { 2 });
        const json::Value slices =
            bed.get("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices");
        QCOMPARE(slices["items"][0]["endpoints"].array().size(), std::size_t { 2 });
        QCOMPARE(slices["items"][0]["ports"][0]["port"].integer(), std::int64_t { 8080 });
        QVERIFY(!bed.get("/api/v1/namespaces/shop/services/web")["status"]["loadBalancer"]
                                                                ["ingress"][0]["ip"]
                                                                    .string()
                                                                    .empty());
        bed.ask("PATCH",
                deployments + "/web/scale",
                R"({"spec":{"replicas":0}})",
                "application/merge-patch+json");
        QCOMPARE(bed.get("/api/v1/namespaces/shop/pods")["items"].array().size(),
                 std::size_t { 0 });
    }

    void emptiesANamespaceBeforeItGoes()
    {
        test::SimBed bed;
        makeShop(bed);
        bed.ask("POST", deployments, deploymentText);
        bed.ask("POST",
                "/api/v1/namespaces/shop/configmaps",
                configMap("held", R"(,"finalizers":["x.example.com/keep"])"));
        bed.ask("DELETE", "/api/v1/namespaces/shop");
        COMPARE_TEXT(bed.get("/api/v1/namespaces/shop")["status"]["phase"].string(), "Terminating");
        QCOMPARE(bed.get("/api/v1/namespaces/shop/pods")["items"].array().size(),
                 std::size_t { 0 });
        COMPARE_TEXT(
            answerOf(bed.ask("POST", "/api/v1/namespaces/shop/configmaps", configMap("b"))),
            "403 configmaps \"b\" is forbidden: unable to create new content in namespace "
            "shop because it is being terminated");
        bed.ask("PATCH",
                "/api/v1/namespaces/shop/configmaps/held",
                R"({"metadata":{"finalizers":null}})",
                "application/merge-patch+json");
        QCOMPARE(bed.ask("GET", "/api/v1/namespaces/shop").status, 404);
    }

    void makesATokenThatKnowsItsAccountAndNoMoreThanItsRoles()
    {
        test::SimBed bed;
        bed.ask("POST",
                "/api/v1/namespaces/default/secrets",
                R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"t","annotations":
                    {"kubernetes.io/service-account.name":"default"}},"type":"kubernetes.io/service-account-token"})");
        const json::Value secret = bed.get("/api/v1/namespaces/default/secrets/t");
        const auto token = base64Decode(secret["data"]["token"].string());
        QVERIFY(token);
        const auto identity = bed.cluster.identityOf(*token);
        QVERIFY(identity);
        COMPARE_TEXT(identity->user, "system:serviceaccount:default:default");
        COMPARE_TEXT(
            answerOf(bed.cluster.handle(
                { .method = "GET", .target = "/api/v1/nodes", .identity = *identity })),
            "403 nodes is forbidden: User \"system:serviceaccount:default:default\" cannot "
            "list resource \"nodes\" in API group \"\" at the cluster scope");
    }

    void patchesListsByTheirKeys()
    {
        test::SimBed bed;
        makeShop(bed);
        bed.ask("POST", deployments, deploymentText);
        const sim::Reply reply = bed.ask(
            "PATCH",
            deployments + "/web",
            R"({"spec":{"template":{"spec":{"containers":[{"name":"c","env":[{"name":"A","value":"1"}]}]}}}})",
            "application/strategic-merge-patch+json");
        const json::Value container = bodyOf(reply)["spec"]["template"]["spec"]["containers"][0];
        COMPARE_TEXT(container["image"].string(), "i:1");
        COMPARE_TEXT(container["env"][0]["value"].string(), "1");
        QCOMPARE(bodyOf(reply)["metadata"]["generation"].integer(), std::int64_t { 2 });
    }
};

ISTHMUS_TEST_MAIN(TestApi)
#include "tst_api.moc"
