// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/fleet/preflight.h"
#include "core/json/parse.h"
#include "tests/support/fake_transport.h"
#include "tests/support/test.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace isthmus;
using checks::Outcome;

namespace {

/// Time stands still but for retries, which pass at once, and for `tick()`. The overall deadline
/// comes when the test says so.
class StillClock final : public Clock
{
public:
    [[nodiscard]] UtcTime now() const override { return *parseTime("2026-11-23T12:00:00Z"); }

    [[nodiscard]] SteadyTime steady() const override
    {
        const std::lock_guard lock(m_mutex);
        return SteadyTime(std::chrono::hours(1)) + m_elapsed;
    }

    bool sleepUntil(SteadyTime until, const std::stop_token& stop) const override
    {
        std::unique_lock lock(m_mutex);
        const auto wait = until - SteadyTime(std::chrono::hours(1)) - m_elapsed;
        if (wait < std::chrono::seconds(30)) {
            m_elapsed += std::max(wait, SteadyTime::duration::zero());
            return !stop.stop_requested();
        }
        return m_changed.wait(lock, stop, [this] { return m_over; });
    }

    void endTheDeadline()
    {
        const std::lock_guard lock(m_mutex);
        m_over = true;
        m_changed.notify_all();
    }

    void tick(Milliseconds by) const
    {
        const std::lock_guard lock(m_mutex);
        m_elapsed += by;
    }

private:
    mutable std::mutex m_mutex;
    mutable std::condition_variable_any m_changed;
    mutable SteadyTime::duration m_elapsed {};
    bool m_over = false;
};

const std::string kinds = R"({"kind":"APIGroupDiscoveryList","items":[
{"metadata":{"name":""},"versions":[{"version":"v1","resources":[
 {"resource":"namespaces","responseKind":{"kind":"Namespace"},"scope":"Cluster"},
 {"resource":"nodes","responseKind":{"kind":"Node"},"scope":"Cluster"},
 {"resource":"pods","responseKind":{"kind":"Pod"},"scope":"Namespaced"},
 {"resource":"services","responseKind":{"kind":"Service"},"scope":"Namespaced"},
 {"resource":"secrets","responseKind":{"kind":"Secret"},"scope":"Namespaced"},
 {"resource":"configmaps","responseKind":{"kind":"ConfigMap"},"scope":"Namespaced"}]}]}]})";

const std::string groups = R"({"kind":"APIGroupDiscoveryList","items":[
{"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[
 {"resource":"deployments","responseKind":{"kind":"Deployment"},"scope":"Namespaced"}]}]},
{"metadata":{"name":"apiextensions.k8s.io"},"versions":[{"version":"v1","resources":[
 {"resource":"customresourcedefinitions","responseKind":{"kind":"CustomResourceDefinition"},"scope":"Cluster"}]}]},
{"metadata":{"name":"networking.istio.io"},"versions":[{"version":"v1","resources":[
 {"resource":"gateways","responseKind":{"kind":"Gateway"},"scope":"Namespaced"}]},
 {"version":"v1beta1","resources":[
 {"resource":"gateways","responseKind":{"kind":"Gateway"},"scope":"Namespaced"}]}]}]})";

const std::string reviews = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const std::string system1 = "/api/v1/namespaces/istio-system";

test::Reply dated(std::string body)
{
    test::Reply reply = test::json(std::move(body));
    reply.headers.emplace_back("Date", "Mon, 23 Nov 2026 12:00:00 GMT");
    return reply;
}

test::Reply missing()
{
    return test::status(404, "NotFound", "not found");
}

/// What the script of a healthy, empty cluster answers.
void bePlain(test::FakeTransport& server, const std::string& uid)
{
    server.always("GET /version", dated(R"({"major":"1","minor":"36","gitVersion":"v1.36.3"})"));
    server.always("GET /api/v1/namespaces/kube-system",
                  test::json(R"({"metadata":{"uid":")" + uid + R"("}})"));
    server.always(reviews, test::json(R"({"status":{"allowed":true}})", 201));
    server.always("GET /api", test::json(kinds));
    server.always("GET /apis", test::json(groups));
    for (const char* path : { "/apis/apps/v1/namespaces/istio-system/deployments",
                              "/api/v1/services",
                              "/api/v1/pods" }) {
        server.always(std::string("GET ") + path, test::json(R"({"items":[]})"));
    }
    server.always("GET /api/v1/nodes",
                  test::json(R"({"items":[{"metadata":{"name":"n1"},"status":{"allocatable":
                  {"cpu":"4","memory":"8Gi"},"conditions":[{"type":"Ready","status":"True"}]}}]})"));
    for (const std::string& path :
         { std::string("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
                       "gateways.networking.istio.io"),
           system1,
           system1 + "/secrets/cacerts",
           system1 + "/secrets/istio-ca-secret",
           system1 + "/configmaps/istio-ca-root-cert",
           std::string("/api/v1/namespaces/kube-system/configmaps/cluster-autoscaler-status"),
           std::string("/api/v1/namespaces/shop") }) {
        server.always("GET " + path, missing());
    }
}

/// One transport for both clusters: by the server's address.
class TwoServers final : public http::Transport
{
public:
    explicit TwoServers(const StillClock& clock)
        : m_clock(clock)
    { }

    void send(std::shared_ptr<const http::Endpoint> endpoint,
              http::Request request,
              http::Handler handler,
              std::stop_token stop) override
    {
        m_clock.tick(tick);
        test::FakeTransport& server =
            endpoint->url.find("onprem") != std::string::npos ? onprem : gke;
        server.send(std::move(endpoint), std::move(request), std::move(handler), std::move(stop));
    }

    test::FakeTransport onprem;
    test::FakeTransport gke;
    Milliseconds tick { 0 }; ///< that every request takes

private:
    const StillClock& m_clock;
};

const std::string kubeconfig = "apiVersion: v1\n"
                               "kind: Config\n"
                               "clusters:\n"
                               "- {name: onprem, cluster: {server: \"https://onprem:6443\"}}\n"
                               "- {name: gke, cluster: {server: \"https://gke:6443\"}}\n"
                               "users:\n"
                               "- {name: me, user: {token: t}}\n"
                               "contexts:\n"
                               "- {name: onprem, context: {cluster: onprem, user: me}}\n"
                               "- {name: gke, context: {cluster: gke, user: me}}\n";

struct Bed
{
    Bed()
        : servers(clock)
    {
        spec.istio.version = "1.31.0";
        spec.istio.charts.directory = "charts";
        spec.clusters = {
            { .name = ClusterId("onprem"), .context = "onprem", .network = "network1" },
            { .name = ClusterId("gke"),
              .context = "gke",
              .role = mesh::Role::Remote,
              .network = "network2" },
        };
        for (mesh::Cluster& cluster : spec.clusters) {
            cluster.ingress.externalIps = { "192.0.2.1" };
            cluster.eastWest.externalIps = { "192.0.2.1" };
        }
        bePlain(servers.onprem, "u1");
        bePlain(servers.gke, "u2");
    }

    checks::Report run(const std::stop_token& stop = {})
    {
        const auto connections = fleet::Connections::open(
            spec, servers, clock, { .kubeconfig = folder.write("config", kubeconfig) });
        if (!connections) {
            qFatal("%s", describe(connections.error()).c_str());
        }
        return fleet::preflight(spec,
                                *connections,
                                { .clock = clock,
                                  .charts =
                                      [this](const mesh::MeshSpec&, const std::stop_token&) {
                                          return checks::HelmFacts { .asked = true,
                                                                     .wanted = "1.31.0",
                                                                     .program = "helm",
                                                                     .version = "v4.2.0",
                                                                     .charts = chartVersion };
                                      } },
                                stop);
    }

    test::TemporaryFolder folder;
    StillClock clock;
    TwoServers servers;
    mesh::MeshSpec spec;
    std::string chartVersion = "1.31.0";
};

/// "P1 onprem pass", a line each; with the cause's id where there is one.
std::string outcomes(const checks::Report& report)
{
    std::string out;
    for (const checks::CheckItem& item : report.items) {
        out += item.id;
        out += item.from.empty() ? "" : " " + item.from.str();
        out += item.to.empty() ? "" : "-" + item.to.str();
        out += " " + std::string(checks::name(item.outcome));
        out += item.cause.empty() ? "\n" : " " + item.cause.id + "\n";
    }
    return out;
}

/// Those of one check alone.
std::string only(const checks::Report& report, const std::string& id)
{
    std::string out;
    for (const std::string& line : split(outcomes(report), '\n')) {
        out += line.starts_with(id + " ") ? line + "\n" : "";
    }
    return out;
}

/// Every item of the cluster alone, P1 aside.
std::string restOf(const checks::Report& report, const std::string& cluster)
{
    std::string out;
    for (const std::string& line : split(outcomes(report), '\n')) {
        const bool of = line.find(" " + cluster + " ") != std::string::npos;
        out += of && !line.starts_with("P1 ") && !line.starts_with("P4 ") ? line + "\n" : "";
    }
    return out;
}

} // namespace

class TestPreflight : public test::TestBase
{
    Q_OBJECT

private slots:

    void passesTwoPlainClusters()
    {
        Bed bed;
        const checks::Report report = bed.run();
        COMPARE_TEXT(outcomes(report),
                     "P1 onprem pass\nP1 gke pass\n"
                     "P2 onprem pass\nP2 gke pass\n"
                     "P3 onprem-gke pass\n"
                     "P4 onprem pass\nP4 gke pass\n"
                     "P5 onprem pass\nP5 gke pass\n"
                     "P7 onprem pass\nP7 gke pass\n"
                     "P8 onprem pass\nP8 gke pass\n"
                     "P8 onprem-gke skipped checks.no-root-yet\n"
                     "P9 onprem pass\nP9 gke pass\n"
                     "P10 onprem pass\nP10 gke pass\n"
                     "P12 onprem pass\nP12 gke pass\n"
                     "helm pass\n");
        COMPARE_TEXT(report.stage, "preflight");
        QVERIFY(report.good());
        QVERIFY(checks::blocking(report).empty());
    }

    void writesNothing()
    {
        Bed bed;
        (void)bed.run();
        for (const http::Request& request : bed.servers.onprem.requests()) {
            const bool review =
                request.target.find("selfsubjectaccessreviews") != std::string::npos;
            QVERIFY2(request.method == http::Method::Get || review, request.target.c_str());
        }
    }

    void readsADefinitionOnceHoweverManyVersionsAreServed()
    {
        Bed bed;
        bed.servers.onprem.always(
            "GET "
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gateways.networking.istio.io",
            test::json(
                R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "metadata":{"name":"gateways.networking.istio.io"},"spec":{"group":"networking.istio.io"}})"));
        const checks::Report report = bed.run();
        COMPARE_TEXT(only(report, "P5"), "P5 onprem warn checks.foreign-istio\nP5 gke pass\n");
        const std::string log = bed.servers.onprem.log();
        QVERIFY(log.find("/customresourcedefinitions/")
                == log.rfind("/customresourcedefinitions/"));
    }

    void failsOneClusterWithoutTouchingTheOther_data()
    {
        QTest::addColumn<QString>("how");
        QTest::addColumn<QString>("cause");
        QTest::newRow("unreachable") << "broken" << "test.broken";
        QTest::newRow("no right to be here") << "401" << "kube.unauthorized";
        QTest::newRow("no Kubernetes") << "404" << "";
    }

    void failsOneClusterWithoutTouchingTheOther()
    {
        QFETCH(QString, how);
        QFETCH(QString, cause);
        Bed bed;
        bed.servers.gke.always("GET /version",
                               how == "broken"    ? test::broken()
                                   : how == "401" ? test::status(401, "Unauthorized")
                                                  : test::plainText(404, "no such page"));
        const checks::Report report = bed.run();
        const std::string failed = "P1 onprem pass\nP1 gke fail " + cause.toStdString();
        QVERIFY(only(report, "P1").starts_with(failed));
        COMPARE_TEXT(restOf(report, "gke"),
                     "P2 gke skipped checks.away\nP5 gke skipped checks.away\n"
                     "P7 gke skipped checks.away\nP8 gke skipped checks.away\n"
                     "P9 gke skipped checks.away\nP10 gke skipped checks.away\n"
                     "P12 gke skipped checks.away\n");
        COMPARE_TEXT(restOf(report, "onprem"),
                     "P2 onprem pass\nP5 onprem pass\nP7 onprem pass\nP8 onprem pass\n"
                     "P9 onprem pass\nP10 onprem pass\nP12 onprem pass\n");
        QCOMPARE(checks::blocking(report).size(), std::size_t { 1 });
    }

    void comparesNobodyWithAClusterThatIsAway()
    {
        Bed bed;
        bed.servers.gke.always("GET /version", test::status(401, "Unauthorized"));
        const checks::Report report = bed.run();
        COMPARE_TEXT(only(report, "P3"), "P3 onprem-gke skipped checks.away\n");
        QVERIFY(!report.good());
    }

    void leavesOneCheckUnknownWhereAReadIsForbidden()
    {
        Bed bed;
        const std::string words =
            R"(nodes is forbidden: User \"me\" cannot list resource \"nodes\" in API group \"\" at the cluster scope)";
        bed.servers.onprem.always("GET /api/v1/nodes", test::status(403, "Forbidden", words));
        const checks::Report report = bed.run();
        COMPARE_TEXT(only(report, "P10"),
                     "P10 onprem unknown kube.forbidden-right\nP10 gke pass\n");
        COMPARE_TEXT(only(report, "P9"), "P9 onprem pass\nP9 gke pass\n");
        const auto unknown =
            std::ranges::find(report.items, Outcome::Unknown, &checks::CheckItem::outcome);
        QVERIFY(text(unknown->cause).find("nodes") != std::string::npos);
        QVERIFY(!unknown->remedy.empty());
        QVERIFY(!report.good());
        QVERIFY(checks::blocking(report).empty());
    }

    void doesNotJudgeTrustWithoutTheRightToReadSecrets()
    {
        Bed bed;
        bed.servers.gke.always("GET " + system1 + "/secrets/cacerts",
                               test::status(403, "Forbidden"));
        const checks::Report report = bed.run();
        COMPARE_TEXT(only(report, "P8"),
                     "P8 onprem pass\nP8 gke unknown kube.forbidden\n"
                     "P8 onprem-gke unknown kube.forbidden\n");
        COMPARE_TEXT(only(report, "P9"), "P9 onprem pass\nP9 gke unknown kube.forbidden\n");
    }

    void goesOnWhereOnlyTheVersionIsForbidden()
    {
        Bed bed;
        bed.servers.gke.always("GET /version", test::status(403, "Forbidden"));
        const checks::Report report = bed.run();
        COMPARE_TEXT(only(report, "P1"), "P1 onprem pass\nP1 gke unknown kube.forbidden\n");
        COMPARE_TEXT(only(report, "P2"), "P2 onprem pass\nP2 gke pass\n");
    }

    void findsOneClusterBehindTwoContexts()
    {
        Bed bed;
        bed.servers.gke.always("GET /api/v1/namespaces/kube-system",
                               test::json(R"({"metadata":{"uid":"u1"}})"));
        const checks::Report report = bed.run();
        COMPARE_TEXT(only(report, "P3"), "P3 onprem-gke fail checks.one-cluster\n");
        COMPARE_TEXT(checks::blocking(report).front().subject, "onprem, gke");
    }

    void namesMissingRights()
    {
        Bed bed;
        bed.servers.onprem.on(reviews, test::json(R"({"status":{"allowed":false}})", 201));
        COMPARE_TEXT(only(bed.run(), "P2"), "P2 onprem fail checks.rights-missing\nP2 gke pass\n");
    }

    void findsWhatWouldNotFit()
    {
        Bed bed;
        bed.servers.onprem.always(
            "GET /api/v1/pods",
            test::json(
                R"({"items":[{"spec":{"nodeName":"n1","containers":[{"resources":{"requests":
            {"memory":"7Gi"}}}]},"status":{"phase":"Running"}}]})"));
        COMPARE_TEXT(only(bed.run(), "P10"), "P10 onprem fail checks.no-room\nP10 gke pass\n");
        bed.servers.onprem.always(
            "GET /api/v1/namespaces/kube-system/configmaps/cluster-autoscaler-status",
            test::json(R"({"kind":"ConfigMap"})"));
        COMPARE_TEXT(only(bed.run(), "P10"), "P10 onprem warn checks.no-room\nP10 gke pass\n");
    }

    void needsNoRoomForWhatRunsAlready()
    {
        Bed bed;
        bed.servers.gke.always("GET /apis/apps/v1/namespaces/istio-system/deployments",
                               test::json(R"({"items":[{"metadata":{"name":"istio-eastwestgateway",
            "namespace":"istio-system"}}]})"));
        (void)bed.run();
        QVERIFY(bed.servers.gke.log().find("GET /api/v1/nodes") == std::string::npos);
        QVERIFY(bed.servers.onprem.log().find("GET /api/v1/nodes") != std::string::npos);
    }

    void judgesLoadBalancersAndClocks()
    {
        Bed bed;
        bed.spec.clusters[0].eastWest.externalIps.clear();
        bed.servers.onprem.always(
            "GET /api/v1/services",
            test::json(R"({"items":[{"metadata":{"name":"a","namespace":"n","creationTimestamp":
            "2026-11-23T11:00:00Z"},"spec":{"type":"LoadBalancer"}}]})"));
        test::Reply late = test::json(R"({"major":"1","minor":"36","gitVersion":"v1.36.3"})");
        late.headers.emplace_back("Date", "Mon, 23 Nov 2026 11:50:00 GMT");
        bed.servers.gke.always("GET /version", late);
        const checks::Report report = bed.run();
        COMPARE_TEXT(only(report, "P7"), "P7 onprem fail checks.balancer-dead\nP7 gke pass\n");
        COMPARE_TEXT(only(report, "P12"), "P12 onprem pass\nP12 gke fail checks.clock-off\n");
    }

    void comparesEveryNamespaceOfTheFile()
    {
        Bed bed;
        bed.spec.routes = { { .name = "r", .ns = "shop" } };
        COMPARE_TEXT(only(bed.run(), "P13"), "P13 onprem-gke pass\n");
        const auto labelled = [](const char* value) {
            const json::Value labels = json::Object { { "istio-injection", value } };
            return test::json(json::write(
                json::Object { { "metadata", json::Object { { "labels", labels } } } }));
        };
        bed.servers.onprem.always("GET /api/v1/namespaces/shop", labelled("enabled"));
        bed.servers.gke.always("GET /api/v1/namespaces/shop", labelled("disabled"));
        COMPARE_TEXT(only(bed.run(), "P13"), "P13 onprem-gke fail checks.injection-differs\n");
    }

    void judgesTheCharts()
    {
        Bed bed;
        bed.chartVersion = "1.30.3";
        COMPARE_TEXT(only(bed.run(), "helm"), "helm fail checks.charts-other\n");
    }

    void looksForNoHelmWhereNoChartsAreNamed()
    {
        const checks::HelmFacts facts = fleet::lookForCharts({}, {});
        QVERIFY(!facts.asked);
        QVERIFY(!facts.error);
    }

    void measuresEachCheckByTheClock()
    {
        Bed bed;
        bed.spec.clusters.resize(1);
        bed.servers.tick = Milliseconds { 10 };
        const checks::Report report = bed.run();
        const auto took = [&report](const std::string& id) {
            const auto found = std::ranges::find(report.items, id, &checks::CheckItem::id);
            return found != report.items.end() ? found->took.count() : -1;
        };
        QCOMPARE(took("P1"), 10);
        QCOMPARE(took("P7"), 10); // one list
        QCOMPARE(took("P8"), 30); // three objects
        QCOMPARE(took("P12"), 0);
    }

    void leavesWhatIsOpenUnknownWhenTheTimeIsOver()
    {
        Bed bed;
        test::Reply hanging = test::json("{}");
        hanging.held = true;
        bed.servers.gke.always("GET /version", hanging);
        bed.servers.onprem.always("GET /api/v1/services", hanging);
        std::jthread later([&bed] {
            bed.servers.gke.awaitRequests(1);
            const test::FakeTransport& onprem = bed.servers.onprem;
            for (std::size_t seen = 0;
                 onprem.log().find("GET /api/v1/services") == std::string::npos;) {
                bed.servers.onprem.awaitRequests(++seen);
            }
            bed.clock.endTheDeadline();
        });
        const checks::Report report = bed.run();
        COMPARE_TEXT(only(report, "P1"), "P1 onprem pass\nP1 gke fail checks.deadline\n");
        COMPARE_TEXT(restOf(report, "onprem"),
                     "P2 onprem pass\nP5 onprem pass\nP7 onprem unknown checks.deadline\n"
                     "P8 onprem unknown checks.deadline\nP9 onprem unknown checks.deadline\n"
                     "P10 onprem unknown checks.deadline\nP12 onprem pass\n");
    }

    void skipsEverythingAfterAStop()
    {
        Bed bed;
        std::stop_source stopped;
        stopped.request_stop();
        const checks::Report report = bed.run(stopped.get_token());
        QVERIFY(bed.servers.onprem.requests().empty());
        COMPARE_TEXT(only(report, "P1"),
                     "P1 onprem skipped api.not-sent\nP1 gke skipped api.not-sent\n");
        QVERIFY(checks::blocking(report).empty());
    }
};

ISTHMUS_TEST_MAIN(TestPreflight)
#include "tst_preflight.moc"
