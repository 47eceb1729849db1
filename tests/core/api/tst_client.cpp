// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/client.h"
#include "core/json/parse.h"
#include "core/kube/status.h"
#include "tests/support/fake_transport.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test.h"

#include <thread>

using namespace isthmus;

namespace {

struct Bed
{
    Bed()
        : client(transport,
                 { .context = "onprem", .server = "https://h:1" },
                 { .cluster = ClusterId("onprem"),
                   .clock = clock,
                   .warning = [this](const std::string& warning) { warnings.push_back(warning); } })
    { }

    /// The same with kinds known from the start, so that no discovery is in the way.
    Bed& knowing()
    {
        kube::ResourceMap map;
        map.add({ .apiVersion = "v1", .kind = "ConfigMap", .plural = "configmaps" });
        map.add({ .apiVersion = "v1", .kind = "Secret", .plural = "secrets" });
        client.learn(map);
        return *this;
    }

    test::ManualClock clock;
    test::FakeTransport transport;
    std::vector<std::string> warnings;
    api::Client client;
};

kube::ObjectKey config(const std::string& name)
{
    return { .apiVersion = "v1", .kind = "ConfigMap", .ns = "n", .name = name };
}

api::Write applying(const std::string& name)
{
    return { .key = config(name),
             .body = *json::parse(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")"
                                  + name + R"(","namespace":"n"}})") };
}

const std::string aggregated =
    R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":""},"versions":[{"version":"v1",
    "resources":[{"resource":"configmaps","responseKind":{"kind":"ConfigMap"},"scope":"Namespaced"}]}]}]})";

const std::string collection = "/api/v1/namespaces/n/configmaps";

} // namespace

class TestClient : public test::TestBase
{
    Q_OBJECT

private slots:

    void discoversBeforeTheFirstKeyAndNotAgain()
    {
        Bed bed;
        bed.transport.on("GET /api", test::json(aggregated));
        bed.transport.on("GET /apis", test::json(R"({"kind":"APIGroupDiscoveryList","items":[]})"));
        bed.transport.always("GET " + collection + "/a", test::json(R"({"kind":"ConfigMap"})"));
        QVERIFY(bed.client.get(config("a")));
        QVERIFY(bed.client.get(config("a")));
        COMPARE_TEXT(bed.transport.log(),
                     "GET /api\nGET /apis\nGET " + collection + "/a\nGET " + collection + "/a\n");
        COMPARE_TEXT(bed.transport.header(0, "Accept"),
                     "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                     "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
                     "application/json");
    }

    void fallsBackToLegacyDiscoveryAndToleratesADeadGroup()
    {
        Bed bed;
        bed.transport.on("GET /api", test::json(R"({"kind":"APIVersions","versions":["v1"]})"));
        bed.transport.on(
            "GET /apis",
            test::json(
                R"({"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"groupVersion":"apps/v1"}]},
            {"name":"metrics.k8s.io","versions":[{"groupVersion":"metrics.k8s.io/v1beta1"}]}]})"));
        bed.transport.on(
            "GET /api/v1",
            test::json(
                R"({"groupVersion":"v1","resources":[{"name":"pods","kind":"Pod","namespaced":true}]})"));
        bed.transport.on(
            "GET /apis/apps/v1",
            test::json(
                R"({"groupVersion":"apps/v1","resources":[{"name":"deployments","kind":"Deployment","namespaced":true}]})"));
        bed.transport.on("GET /apis/metrics.k8s.io/v1beta1",
                         test::plainText(503, "service unavailable"));
        const auto map = bed.client.discover();
        QVERIFY(map);
        QVERIFY(map->find("v1", "Pod") != nullptr);
        QVERIFY(map->find("apps/v1", "Deployment") != nullptr);
        QCOMPARE(map->all().size(), std::size_t { 2 });
    }

    void discoversAgainForAKindThatIsNewAndSaysSoIfItIsNot()
    {
        Bed bed;
        bed.transport.always("GET /api", test::json(aggregated));
        bed.transport.always("GET /apis",
                             test::json(R"({"kind":"APIGroupDiscoveryList","items":[]})"));
        bed.transport.always("GET " + collection + "/a", test::json("{}"));
        QVERIFY(bed.client.get(config("a")));
        bed.clock.advance(Milliseconds(5'000));
        const kube::ObjectKey unknown {
            .apiVersion = "x.io/v1", .kind = "Odd", .ns = "n", .name = "a"
        };
        const auto object = bed.client.get(unknown);
        QVERIFY(!object);
        QCOMPARE(object.error().code, ErrorCode::NotFound);
        COMPARE_TEXT(object.error().subject, "onprem: Odd n/a");
        QVERIFY(!bed.client.get(unknown)); // at once: not a third time
        QCOMPARE(bed.transport.requests().size(), std::size_t { 5 });
    }

    void namesClusterAndObjectInErrors()
    {
        Bed bed;
        bed.knowing().transport.on("GET " + collection + "/a", test::status(404, "NotFound", "no"));
        const auto object = bed.client.get(config("a"));
        QVERIFY(!object);
        QCOMPARE(object.error().code, ErrorCode::NotFound);
        COMPARE_TEXT(object.error().subject, "onprem: ConfigMap n/a");
    }

    void takesNoLoginPageForAnAnswer()
    {
        Bed bed;
        test::Reply page = test::plainText(200, "<html>sign in</html>");
        bed.knowing().transport.on("GET " + collection + "/a", page);
        const auto object = bed.client.get(config("a"));
        QVERIFY(!object);
        COMPARE_TEXT(object.error().message.id, "api.not-kubernetes");
        COMPARE_TEXT(object.error().detail, "<html>sign in</html>");
    }

    void followsNoRedirect()
    {
        Bed bed;
        bed.knowing().transport.on(
            "GET " + collection + "/a",
            { .status = 302, .headers = { { "Location", "https://evil" } } });
        const auto object = bed.client.get(config("a"));
        QVERIFY(!object);
        COMPARE_TEXT(object.error().detail, "it points to https://evil");
        QCOMPARE(bed.transport.requests().size(), std::size_t { 1 });
    }

    void readsManyInOrderWhateverFails()
    {
        Bed bed;
        bed.knowing().transport.on("GET " + collection + "/a", test::json(R"({"n":1})"));
        bed.transport.on("GET " + collection + "/c", test::json(R"({"n":3})"));
        const std::vector<kube::ObjectKey> keys {
            config("a"), config("b"), config("c"), config("")
        };
        const auto objects = bed.client.getAll(keys);
        QCOMPARE((*objects[0])["n"].integer(), 1);
        QCOMPARE(objects[1].error().code, ErrorCode::NotFound);
        QCOMPARE((*objects[2])["n"].integer(), 3);
        QCOMPARE(objects[3].error().code, ErrorCode::Invalid);
        COMPARE_TEXT(objects[3].error().subject, "onprem: ConfigMap n/");
    }

    void listsAllPagesAndNamesTheKindOfEachItem()
    {
        Bed bed;
        bed.knowing().transport.on(
            "GET " + collection,
            test::json(R"({"metadata":{"continue":"t/1"},"items":[{"metadata":{"name":"a"}}]})"));
        bed.transport.on("GET " + collection,
                         test::json(R"({"metadata":{},"items":[{"metadata":{"name":"b"}}]})"));
        const auto items =
            bed.client.list("v1", "ConfigMap", "n", { .labelSelector = "x=y", .pageSize = 1 });
        QVERIFY(items);
        COMPARE_TEXT(
            json::write(json::Array(*items)),
            R"([{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}},{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}])");
        COMPARE_TEXT(bed.transport.log(),
                     "GET " + collection
                         + "?labelSelector=x%3Dy&limit=1\n"
                           "GET "
                         + collection + "?labelSelector=x%3Dy&limit=1&continue=t%2F1\n");
    }

    void listsInOnePieceWhereTheTokenExpired()
    {
        Bed bed;
        bed.knowing().transport.on(
            "GET " + collection,
            test::json(R"({"metadata":{"continue":"t"},"items":[{"metadata":{"name":"a"}}]})"));
        bed.transport.on("GET " + collection, test::status(410, "Expired"));
        bed.transport.on(
            "GET " + collection,
            test::json(
                R"({"metadata":{},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]})"));
        const auto items = bed.client.list("v1", "ConfigMap", "n");
        QVERIFY(items);
        QCOMPARE(items->size(), std::size_t { 2 });
        COMPARE_TEXT(bed.transport.log(),
                     "GET " + collection
                         + "?limit=500\n"
                           "GET "
                         + collection
                         + "?limit=500&continue=t\n"
                           "GET "
                         + collection + "\n");
    }

    void writesByServerSideApplyAndCountsIt()
    {
        Bed bed;
        bed.knowing().transport.always("PATCH " + collection + "/a",
                                       test::json(R"({"kind":"ConfigMap"})", 201));
        QVERIFY(bed.client.write(applying("a")));
        api::Write dryRun = applying("a");
        dryRun.dryRun = true;
        QVERIFY(bed.client.write(dryRun));
        COMPARE_TEXT(bed.transport.log(),
                     "PATCH " + collection
                         + "/a?fieldManager=isthmus&fieldValidation=Strict\n"
                           "PATCH "
                         + collection
                         + "/a?fieldManager=isthmus&dryRun=All&fieldValidation=Strict\n");
        QCOMPARE(bed.client.writesSent(), 1);
    }

    void writesManyAndReportsEach()
    {
        Bed bed;
        bed.knowing().transport.on("PATCH " + collection + "/a", test::json("{}"));
        bed.transport.on("PATCH " + collection + "/b", test::broken());
        const std::vector<api::Write> writes { applying("a"), applying("b") };
        std::string seen;
        const auto results =
            bed.client.writeAll(writes, [&](std::size_t i, const Result<json::Value>& result) {
                seen += std::to_string(i)
                    + (result ? " done\n" : " " + std::string(name(result.error().code)) + '\n');
            });
        COMPARE_TEXT(seen, "0 done\n1 unreachable\n");
        QVERIFY(results[0]);
        QCOMPARE(results[1].error().code, ErrorCode::Unreachable);
        QCOMPARE(bed.transport.requests().size(), std::size_t { 2 });
    }

    void handsConflictsToTheCaller()
    {
        Bed bed;
        bed.knowing().transport.on("PATCH " + collection + "/a",
                                   test::json(R"({"kind":"Status","code":409,"reason":"Conflict",
            "details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with 'helm'","field":".data.k"}]}})",
                                              409));
        const auto result = bed.client.write(applying("a"));
        QVERIFY(!result);
        const auto conflicts = kube::conflictsOf(result.error());
        QCOMPARE(conflicts.size(), std::size_t { 1 });
        COMPARE_TEXT(conflicts[0].field, ".data.k");
    }

    void refusesABodyThatIsNotWhatTheKeySays()
    {
        Bed bed;
        bed.knowing();
        api::Write write = applying("a");
        write.key = config("b");
        const auto result = bed.client.write(write);
        QVERIFY(!result);
        COMPARE_TEXT(result.error().message.id, "api.key-mismatch");
        QVERIFY(bed.transport.requests().empty());
    }

    void marksSecretBodiesAsSensitive()
    {
        Bed bed;
        bed.knowing().transport.always("POST /api/v1/namespaces/n/secrets", test::json("{}", 201));
        QVERIFY(bed.client.write(
            { .verb = api::Verb::Create,
              .key = { .apiVersion = "v1", .kind = "Secret", .ns = "n", .name = "a" },
              .body = *json::parse(
                  R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"n"}})"),
              .sensitive = true }));
        QVERIFY(bed.transport.requests()[0].sensitive);
        QVERIFY(bed.transport.requests()[0].freshConnection);
    }

    void retriesAWriteOfAKindThatIsJustBeingServed()
    {
        Bed bed;
        bed.knowing(); // learnt, not discovered; the first answer is a plain 404
        bed.transport.on("PATCH " + collection + "/a", test::plainText(404, "404 page not found"));
        bed.transport.on("PATCH " + collection + "/a", test::json("{}", 201));
        QVERIFY(bed.client.write(applying("a")));
        QCOMPARE(bed.clock.sleeps(), std::vector<Milliseconds> { Milliseconds(100) });
    }

    void takesNotServedForTheAnswerToADryRun()
    {
        Bed bed;
        bed.knowing();
        bed.transport.always("PATCH " + collection + "/a",
                             test::plainText(404, "404 page not found"));
        api::Write write = applying("a");
        write.dryRun = true;
        const auto answer = bed.client.write(write);
        QVERIFY(!answer);
        QCOMPARE(answer.error().code, ErrorCode::NotFound);
        QVERIFY(bed.clock.sleeps().empty());
        QCOMPARE(bed.transport.requests().size(), std::size_t { 1 });
    }

    void asksForRights()
    {
        Bed bed;
        const std::string path = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        bed.transport.on(path, test::json(R"({"status":{"allowed":true}})", 201));
        bed.transport.on(path, test::json(R"({"status":{"allowed":false}})", 201));
        const std::vector<api::AccessReview> reviews { { .verb = "get", .resource = "pods" },
                                                       { .verb = "list", .resource = "pods" } };
        const auto allowed = bed.client.allowed(reviews);
        QVERIFY(allowed);
        QCOMPARE(*allowed, (std::vector<bool> { true, false }));
        QCOMPARE(bed.client.writesSent(), 0);
    }

    void readsVersionAndUid()
    {
        Bed bed;
        bed.transport.on("GET /version",
                         test::json(R"({"major":"1","minor":"36+","gitVersion":"v1.36.3-gke.1"})"));
        bed.transport.on("GET /api/v1/namespaces/kube-system",
                         test::json(R"({"metadata":{"uid":"u-1"}})"));
        const auto version = bed.client.version();
        QVERIFY(version);
        QCOMPARE(version->major, 1);
        QCOMPARE(version->minor, 36);
        COMPARE_TEXT(version->gitVersion, "v1.36.3-gke.1");
        COMPARE_TEXT(bed.client.clusterUid()->str(), "u-1");
    }

    void passesRawAnswersThroughAndProxyErrorsOn()
    {
        Bed bed;
        bed.transport.on("GET /healthz", test::plainText(500, "bad"));
        const auto raw = bed.client.raw("/healthz");
        QVERIFY(raw);
        QCOMPARE(raw->status, 500);
        bed.transport.on("GET /api/v1/namespaces/n/pods/p:15014/proxy/metrics",
                         test::plainText(200, "x 1"));
        COMPARE_TEXT(*bed.client.podProxy("n", "p", 15014, "/metrics"), "x 1");
        bed.transport.on("GET /api/v1/namespaces/n/services/s:80/proxy/",
                         test::plainText(503, "no endpoints"));
        const auto service = bed.client.serviceProxy("n", "s", "80", "/");
        QVERIFY(!service);
        COMPARE_TEXT(service.error().subject, "onprem: Service n/s");
        QCOMPARE(bed.transport.requests().size(), std::size_t { 3 });
    }

    void collectsWarnings()
    {
        Bed bed;
        test::Reply reply = test::json("{}");
        reply.headers.emplace_back("Warning", "299 - \"deprecated\"");
        bed.knowing().transport.on("GET " + collection + "/a", reply);
        QVERIFY(bed.client.get(config("a")));
        QCOMPARE(bed.warnings, std::vector<std::string> { "deprecated" });
    }

    void readsOnePageAsItCame()
    {
        Bed bed;
        bed.knowing().transport.on("GET " + collection, test::json(R"({ "items": [] })"));
        const auto page = bed.client.page({ .apiVersion = "v1", .kind = "ConfigMap", .ns = "n" },
                                          { .limit = 7, .continueToken = "t" });
        QVERIFY(page);
        COMPARE_TEXT(*page, R"({ "items": [] })");
        COMPARE_TEXT(bed.transport.log(), "GET " + collection + "?limit=7&continue=t\n");
    }

    void opensAWatch()
    {
        Bed bed;
        bed.knowing().transport.on("GET " + collection, test::events({ "x" }));
        std::string seen;
        bed.client.watch({ .apiVersion = "v1", .kind = "ConfigMap", .ns = "n" },
                         { .resourceVersion = "5", .seconds = 250 },
                         { .onBytes = [&](std::string_view bytes) { return seen += bytes, true; },
                           .onEnd = [&](const api::StreamEnd&) { seen += "end"; } },
                         {});
        COMPARE_TEXT(seen, "x\nend");
        COMPARE_TEXT(
            bed.transport.log(),
            "GET " + collection
                + "?watch=1&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=250\n");
    }
};

ISTHMUS_TEST_MAIN(TestClient)
#include "tst_client.moc"
