// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/mesh_watch.h"
#include "core/topology/dump.h"
#include "tests/support/fake_transport.h"
#include "tests/support/manual_executor.h"
#include "tests/support/test.h"

using namespace isthmus;
using topology::ConnectionState;

namespace {

const std::string pods = "/api/v1/pods";
const std::string secrets = "/api/v1/namespaces/istio-system/secrets";

test::Reply page(const std::string& items, const std::string& version = "1")
{
    return test::json(R"({"metadata":{"resourceVersion":")" + version + R"("},"items":[)" + items
                      + "]}");
}

std::string pod(const std::string& name, const std::string& version, bool ready)
{
    return R"({"metadata":{"namespace":"shop","name":")" + name + R"(","resourceVersion":")"
        + version + R"("},"status":{"phase":"Running","conditions":[{"type":"Ready","status":")"
        + (ready ? "True" : "False") + R"("}]}})";
}

std::string line(const std::string& type, const std::string& content)
{
    return R"({"type":")" + type + R"(","object":)" + content + "}";
}

/// One executor under several names.
class Borrowed final : public watch::Executor
{
public:
    explicit Borrowed(watch::Executor& executor)
        : m_executor(executor)
    { }

    void post(std::function<void()> task) override { m_executor.post(std::move(task)); }

    void postAt(SteadyTime at, std::function<void()> task) override
    {
        m_executor.postAt(at, std::move(task));
    }

    [[nodiscard]] const Clock& clock() const override { return m_executor.clock(); }

private:
    watch::Executor& m_executor;
};

/// One API server per cluster. Every collection is empty and its watch stays open, unless a test
/// says otherwise.
struct Server
{
    Server()
    {
        transport.always("GET /version",
                         test::json(R"({"major":"1","minor":"31","gitVersion":"v1.31.0"})"));
        transport.always("GET /api", test::json(R"({"kind":"APIVersions","versions":["v1"]})"));
        transport.always("GET /apis", test::json(R"({"kind":"APIGroupList","groups":[
                {"name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}]},
                {"name":"networking.istio.io","versions":[{"groupVersion":"networking.istio.io/v1","version":"v1"}]}]})"));
        const auto kinds = [this](const std::string& path, const std::string& resources) {
            transport.always("GET " + path,
                             test::json(R"({"kind":"APIResourceList","groupVersion":")"
                                        + path.substr(path.find('/', 1) + 1) + R"(","resources":[)"
                                        + resources + "]}"));
        };
        kinds("/api/v1",
              resource("namespaces", "Namespace", "false") + ',' + resource("pods", "Pod") + ','
                  + resource("services", "Service") + ',' + resource("secrets", "Secret"));
        kinds("/apis/apps/v1", resource("deployments", "Deployment"));
        kinds("/apis/networking.istio.io/v1",
              resource("virtualservices", "VirtualService") + ','
                  + resource("destinationrules", "DestinationRule"));
        for (const std::string& path :
             { std::string("/api/v1/namespaces"),
               std::string("/api/v1/services"),
               std::string("/apis/apps/v1/deployments"),
               std::string("/apis/networking.istio.io/v1/virtualservices"),
               std::string("/apis/networking.istio.io/v1/destinationrules"),
               secrets }) {
            stays(path, page(""));
        }
    }

    static std::string resource(const std::string& plural,
                                const std::string& kind,
                                const std::string& namespaced = "true")
    {
        return R"({"name":")" + plural + R"(","kind":")" + kind + R"(","namespaced":)" + namespaced
            + R"(,"verbs":["list","watch"]})";
    }

    /// A list once, then a watch that stays open.
    void stays(const std::string& path, test::Reply list)
    {
        transport.on("GET " + path, std::move(list));
        transport.on("GET " + path, test::events({}, true));
    }

    test::FakeTransport transport;
};

class Bed
{
public:
    Bed()
    {
        for (const char* name : { "c1", "c2" }) {
            spec.clusters.push_back({ .name = ClusterId(name), .context = name });
        }
        spec.name = "m";
    }

    Bed& started()
    {
        connections.add(client("c1", c1));
        connections.add(client("c2", c2));
        watch.emplace(spec,
                      connections,
                      fleet::MeshWatchOptions {
                          .clock = clock,
                          .random = [] { return 0.5; },
                          .machinery = fleet::Machinery {
                              .executor = [this] { return std::make_unique<Borrowed>(executor); },
                              .background = [](const std::function<void()>& task) { task(); } } });
        pass(Milliseconds { 200 });
        return *this;
    }

    /// Lets time go by and everything run that is due in it.
    void pass(Milliseconds time)
    {
        for (Milliseconds gone { 0 }; gone < time; gone += Milliseconds { 5 }) {
            clock.advance(Milliseconds { 5 });
            executor.run();
        }
    }

    [[nodiscard]] topology::Connection connection(std::size_t index) const
    {
        return watch->latest()->clusters.at(index).connection;
    }

    /// "alone 1/1" for each workload.
    [[nodiscard]] std::string workloads() const
    {
        std::string out;
        for (const topology::Workload& one : watch->latest()->workloads) {
            out += one.ref.cluster.str() + "/" + one.ref.name + " " + std::to_string(one.pods.ready)
                + "/" + std::to_string(one.pods.desired) + "\n";
        }
        return out;
    }

    test::ManualClock clock;
    Server c1;
    Server c2;
    mesh::MeshSpec spec;
    test::ManualExecutor executor { clock };
    fleet::Connections connections;
    std::optional<fleet::MeshWatch> watch;

private:
    std::unique_ptr<api::Client> client(const char* name, Server& server)
    {
        return std::make_unique<api::Client>(
            server.transport,
            kubeconfig::Connection { .server = "https://h:1" },
            api::Client::Options { .cluster = ClusterId(name), .clock = clock });
    }
};

} // namespace

class TestMeshWatch : public test::TestBase
{
    Q_OBJECT

private slots:

    void drawsWhatAllClustersHold()
    {
        Bed bed;
        bed.c1.stays("/api/v1/pods", page(pod("a", "1", true)));
        bed.c2.stays("/api/v1/pods", page(pod("b", "1", false)));
        bed.started();
        COMPARE_TEXT(bed.workloads(), "c1/a 1/1\nc2/b 0/1\n");
        QCOMPARE(bed.connection(0).state, ConnectionState::Live);
        COMPARE_TEXT(bed.watch->latest()->clusters[0].kubeVersion, "v1.31.0");
        QCOMPARE(bed.watch->waitSynced({}, {}), bed.watch->latest());
    }

    void readsRemoteSecretsAsMetadataAlone()
    {
        Bed bed;
        bed.c1.stays("/api/v1/pods", page(""));
        bed.c2.stays("/api/v1/pods", page(""));
        bed.started();
        const auto requests = bed.c1.transport.requests();
        int found = 0;
        for (std::size_t i = 0; i < requests.size(); ++i) {
            if (requests[i].target.starts_with(secrets)) {
                ++found;
                QVERIFY(bed.c1.transport.header(i, "Accept").find("as=PartialObjectMetadata")
                        != std::string::npos);
            }
        }
        QCOMPARE(found, 2); // a list and a watch
    }

    void followsChangesOverBookmarksAndAnExpiredVersion()
    {
        Bed bed;
        bed.c2.stays("/api/v1/pods", page(""));
        bed.c1.transport.on("GET " + pods, page(pod("a", "1", false)));
        bed.c1.transport.on(
            "GET " + pods,
            test::events({ line("MODIFIED", pod("a", "2", true)),
                           line("BOOKMARK", R"({"metadata":{"resourceVersion":"9"}})"),
                           line("ERROR", R"({"kind":"Status","code":410,"reason":"Expired"})") }));
        bed.c1.stays("/api/v1/pods",
                     page(pod("a", "2", true) + ',' + pod("new", "11", true), "12"));
        bed.started();
        COMPARE_TEXT(bed.workloads(), "c1/a 1/1\nc1/new 1/1\n");
        QCOMPARE(bed.connection(0).state, ConnectionState::Live);
    }

    void showsAClusterThatIsAwayAndReadsTheOther()
    {
        Bed bed;
        bed.c1.stays("/api/v1/pods", page(pod("a", "1", true)));
        bed.c2.transport.always("GET /version", test::broken());
        bed.started();
        bed.pass(Milliseconds { 2'000 });
        COMPARE_TEXT(bed.workloads(), "c1/a 1/1\n");
        QCOMPARE(bed.connection(1).state, ConnectionState::Away);
        QCOMPARE(*bed.connection(1).error, ErrorCode::Unreachable);
        QCOMPARE(bed.watch->waitSynced({}, {}), bed.watch->latest());
        // It comes back by itself.
        bed.c2.stays("/api/v1/pods", page(pod("b", "1", true)));
        bed.c2.transport.always("GET /version", test::json(R"({"gitVersion":"v1.31.0"})"));
        bed.pass(Milliseconds { 60'000 });
        COMPARE_TEXT(bed.workloads(), "c1/a 1/1\nc2/b 1/1\n");
        QCOMPARE(bed.connection(1).state, ConnectionState::Live);
    }

    void keepsTheLastPictureOfAClusterThatStopsAnswering()
    {
        Bed bed;
        bed.c1.stays("/api/v1/pods", page(pod("a", "1", true)));
        bed.c2.transport.on("GET " + pods, page(pod("b", "1", true)));
        test::Reply cut = test::events({});
        cut.failure = test::broken().failure;
        bed.c2.transport.on("GET " + pods, cut);
        bed.c2.transport.always("GET " + pods, test::broken());
        bed.started();
        bed.pass(Milliseconds { 3'000 });
        COMPARE_TEXT(bed.workloads(), "c1/a 1/1\nc2/b 1/1\n");
        QCOMPARE(bed.connection(0).state, ConnectionState::Live);
        QCOMPARE(bed.connection(1).state, ConnectionState::Stale);
        QVERIFY(bed.connection(1).heardAt);
        QVERIFY(bed.clock.steady() - *bed.connection(1).heardAt >= Milliseconds { 3'000 });
    }

    void namesAKindThatMayNotBeReadAndLivesOn()
    {
        Bed bed;
        bed.c1.stays("/api/v1/pods", page(pod("a", "1", true)));
        bed.c2.transport.always("GET " + pods, test::status(403, "Forbidden", "no pods for you"));
        bed.started();
        QCOMPARE(bed.connection(1).state, ConnectionState::Live);
        QCOMPARE(bed.connection(1).missing,
                 (std::vector<topology::MissingKind> { { .kind = "Pod", .denied = true } }));
        QCOMPARE(bed.watch->waitSynced({}, {}), bed.watch->latest());
    }

    void asksIstiodForItsWord()
    {
        Bed bed;
        bed.c1.stays("/api/v1/pods",
                     page(R"({"metadata":{"namespace":"istio-system","name":"istiod-1",
                              "labels":{"app":"istiod"}},"status":{"phase":"Running"}})"));
        bed.c2.stays("/api/v1/pods", page(""));
        bed.c1.transport.always(
            "GET /api/v1/namespaces/istio-system/pods/istiod-1:15014/proxy/metrics",
            test::plainText(
                200, "istiod_remote_cluster_sync_status{cluster=\"c2\",status=\"timeout\"} 1\n"));
        bed.started();
        COMPARE_TEXT(std::string(topology::name(bed.watch->latest()->links[0].state)), "broken");
    }

    void publishesNoFasterThanItsPaceAndNothingAfterTheSubscription()
    {
        Bed bed;
        bed.c1.stays("/api/v1/pods", page(""));
        bed.c2.stays("/api/v1/pods", page(""));
        bed.started();
        std::vector<SteadyTime> heard;
        std::optional<fleet::Subscription> subscription = bed.watch->subscribe(
            [&](const topology::SnapshotPtr&) { heard.push_back(bed.clock.steady()); });
        bed.executor.run();
        QCOMPARE(heard.size(), std::size_t { 1 }); // the newest at once
        for (int i = 0; i < 20; ++i) {
            bed.watch->report({ .from = ClusterId("c1"),
                                .to = ClusterId("c2"),
                                .state = topology::DirectionState::Up,
                                .at = bed.clock.steady() });
            bed.pass(Milliseconds { 10 });
        }
        QVERIFY(heard.size() > 3 && heard.size() <= 6);
        for (std::size_t i = 2; i < heard.size(); ++i) {
            QVERIFY(heard[i] - heard[i - 1] >= Milliseconds { 50 });
        }
        const std::size_t before = heard.size();
        subscription.reset();
        bed.watch->report({ .from = ClusterId("c1"), .to = ClusterId("c2") });
        bed.pass(Milliseconds { 200 });
        QCOMPARE(heard.size(), before);
    }

    void forgetsEvidenceWithoutAnybodysHelp()
    {
        Bed bed;
        bed.c1.stays("/api/v1/pods", page(""));
        bed.c2.stays("/api/v1/pods", page(""));
        bed.started();
        bed.watch->report({ .from = ClusterId("c1"),
                            .to = ClusterId("c2"),
                            .state = topology::DirectionState::Up,
                            .at = bed.clock.steady() });
        bed.pass(Milliseconds { 100 });
        QCOMPARE(bed.watch->latest()->links[0].forth.state, topology::DirectionState::Up);
        bed.pass(Milliseconds { 60'100 });
        QCOMPARE(bed.watch->latest()->links[0].forth.state, topology::DirectionState::Unknown);
    }

    void endsWithItsOwnThreadsWhileStreamsAreOpen()
    {
        Server server;
        server.stays("/api/v1/pods", page(pod("a", "1", true)));
        const SystemClock clock;
        mesh::MeshSpec spec;
        spec.clusters.push_back({ .name = ClusterId("c1"), .context = "c1" });
        fleet::Connections connections;
        connections.add(std::make_unique<api::Client>(
            server.transport,
            kubeconfig::Connection { .server = "https://h:1" },
            api::Client::Options { .cluster = ClusterId("c1"), .clock = clock }));
        fleet::MeshWatch watch(spec, connections, { .clock = clock });
        const topology::SnapshotPtr mesh = watch.waitSynced(std::chrono::seconds(60), {});
        QCOMPARE(mesh->workloads.size(), std::size_t { 1 });
    }
};

ISTHMUS_TEST_MAIN(TestMeshWatch)
#include "tst_mesh_watch.moc"
