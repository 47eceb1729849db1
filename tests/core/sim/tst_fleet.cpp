// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/client.h"
#include "core/http/curl_transport.h"
#include "core/json/parse.h"
#include "core/kubeconfig/kubeconfig.h"
#include "core/sim/fleet.h"
#include "tests/support/test.h"

#include <thread>

using namespace isthmus;

namespace {

/// Two served clusters, and our own client to the first, by the kubeconfig that was handed out.
class Bed
{
public:
    Bed()
        : fleet(sim::Fleet::start(clock, { .bookmarkEvery = Milliseconds(20) }))
    {
        const std::string path = folder.write("kubeconfig", fleet->kubeconfig().reveal());
        const auto config = kubeconfig::Kubeconfig::load(kubeconfig::searchPath(path));
        client = std::make_unique<api::Client>(
            transport,
            *config->resolve("sim-1"),
            api::Client::Options { .cluster = ClusterId("sim-1"), .clock = clock });
    }

    SystemClock clock;
    test::TemporaryFolder folder;
    Result<sim::Fleet> fleet;
    http::CurlTransport transport;
    std::unique_ptr<api::Client> client;
};

kube::ObjectKey configMap(const std::string& name)
{
    return { .apiVersion = "v1", .kind = "ConfigMap", .ns = "default", .name = name };
}

api::Write applying(const std::string& name)
{
    return { .key = configMap(name),
             .body = json::Object {
                 { "apiVersion", "v1" },
                 { "kind", "ConfigMap" },
                 { "metadata", json::Object { { "name", name }, { "namespace", "default" } } },
                 { "data", json::Object { { "k", "v" } } } } };
}

} // namespace

class TestFleet : public test::TestBase
{
    Q_OBJECT

private slots:

    void servesOurOwnClientOverTls()
    {
        Bed bed;
        QCOMPARE(bed.fleet->members().size(), std::size_t { 2 });
        const auto version = bed.client->version();
        QVERIFY(version);
        COMPARE_TEXT(version->gitVersion, "v1.32.4+isthmus.sim");
        const auto uid = bed.client->clusterUid();
        QVERIFY(uid);
        const auto written = bed.client->write(applying("a"));
        QVERIFY(written);
        const auto read = bed.client->get(configMap("a"));
        QVERIFY(read);
        COMPARE_TEXT(json::write(*read), json::write(*written));
    }

    void endsAWaitWhenTheObjectComes()
    {
        Bed bed;
        QVERIFY(bed.client->discover());
        Result<json::Value> met = json::Value();
        std::thread waiting([&] {
            met = bed.client->waitFor(
                configMap("late"),
                [](const json::Value& object) { return !object.isNull(); },
                Milliseconds(60'000));
        });
        const auto written = bed.client->write(applying("late"));
        waiting.join();
        QVERIFY(written);
        QVERIFY(met);
        COMPARE_TEXT((*met)["data"]["k"].string(), "v");
    }

    void refusesStrangers()
    {
        Bed bed;
        kubeconfig::Connection stranger = bed.client->connection();
        stranger.clientCertificatePem.clear();
        stranger.clientKeyPem = Secret();
        stranger.token = Secret("no such token");
        api::Client client(
            bed.transport, stranger, { .cluster = ClusterId("sim-1"), .clock = bed.clock });
        const auto answer = client.raw("/api/v1/nodes");
        QVERIFY(answer);
        QCOMPARE(answer->status, 401);
    }

    void stopsWithOpenWatches()
    {
        Bed bed;
        std::thread waiting([&] {
            const auto never = bed.client->waitFor(
                configMap("never"), [](const json::Value&) { return false; }, Milliseconds(1'500));
            QVERIFY(!never);
        });
        const auto written = bed.client->write(applying("a"));
        bed.fleet = Error { ErrorCode::Cancelled, msg("sim.no-port") };
        waiting.join();
        QVERIFY(written);
    }
};

ISTHMUS_TEST_MAIN(TestFleet)
#include "tst_fleet.moc"
