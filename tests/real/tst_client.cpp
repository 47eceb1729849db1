// SPDX-License-Identifier: GPL-3.0-or-later
// core/api reads from a real API server: discovery, pages, watches, rights, many at once, and the
// ways to prove who one is.
#include "core/json/parse.h"
#include "core/kube/event.h"
#include "core/kube/status.h"
#include "tests/real/live_client.h"

#include <QDir>
#include <QFileInfo>

#include <future>

using namespace isthmus;
using namespace isthmus::test;

namespace {

/// Connections that this process holds open.
int openSockets()
{
    int count = 0;
    for (const QFileInfo& entry :
         QDir(QStringLiteral("/proc/self/fd")).entryInfoList(QDir::System | QDir::Files)) {
        count += entry.symLinkTarget().contains(QLatin1String("socket:")) ? 1 : 0;
    }
    return count;
}

std::vector<std::string> numbered(const std::string& prefix, int count)
{
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) {
        names.push_back(prefix + std::to_string(i));
    }
    return names;
}

} // namespace

class TestClient : public TestBase
{
    Q_OBJECT

private slots:

    void initTestCase()
    {
        std::vector<api::Write> writes;
        LiveClient client(m_bed, "c1");
        for (const std::string& name : numbered("many-", 60)) {
            writes.push_back(applying(name, "green"));
        }
        for (const auto& written : client->writeAll(writes)) {
            QVERIFY2(written, written ? "" : describe(written.error()).c_str());
        }
        QCOMPARE(client->writesSent(), 60);
    }

    void cleanupTestCase()
    {
        QVERIFY(m_bed
                    .kubectl("c1",
                             { "delete",
                               "configmaps",
                               "--field-selector",
                               "metadata.name!=kube-root-ca.crt" })
                    .succeeded());
    }

    void asksForTheVersionAndWhoTheClusterIs()
    {
        LiveClient client(m_bed, "c1");
        const auto version = client->version();
        QVERIFY2(version, version ? "" : describe(version.error()).c_str());
        QCOMPARE(version->major, 1);
        QVERIFY(version->minor >= 22);
        QVERIFY(version->gitVersion.starts_with("v1."));
        const auto uid = client->clusterUid();
        QVERIFY(uid);
        COMPARE_TEXT(
            uid->str(),
            m_bed
                .kubectl("c1",
                         { "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}" })
                .output);
        QVERIFY(client->clockSkew());
    }

    void discoversWhatTheServerServes()
    {
        LiveClient client(m_bed, "c1");
        const auto map = client->discover();
        QVERIFY2(map, map ? "" : describe(map.error()).c_str());
        COMPARE_TEXT(client.takeLog(), "GET /api\nGET /apis\n");
        const kube::Resource* deployment = map->find("apps/v1", "Deployment");
        QVERIFY(deployment != nullptr);
        COMPARE_TEXT(deployment->plural, "deployments");
        QVERIFY(deployment->namespaced);
        const kube::Resource* node = map->find("v1", "Node");
        QVERIFY(node != nullptr && !node->namespaced);
    }

    void discoversADefinitionThatIsNew()
    {
        LiveClient client(m_bed, "c1");
        QVERIFY(client->discover());
        QVERIFY(m_bed.kubectl("c1", { "apply", "-f", "-" }, definition).succeeded());
        QVERIFY(
            m_bed
                .kubectl("c1",
                         { "wait", "--for=condition=established", "crd/lanterns.test.example.com" })
                .succeeded());
        const auto isServed = [&] {
            const auto listed = client->list("test.example.com/v1", "Lantern", "default");
            return listed && listed->empty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(isServed(), 30'000);
        QVERIFY(m_bed.kubectl("c1", { "delete", "crd", "lanterns.test.example.com" }).succeeded());
    }

    void listsPageByPage()
    {
        LiveClient client(m_bed, "c1");
        QVERIFY(client->discover());
        (void)client.takeLog();
        const auto listed =
            client->list("v1",
                         "ConfigMap",
                         "default",
                         { .fieldSelector = "metadata.name!=kube-root-ca.crt", .pageSize = 25 });
        QVERIFY2(listed, listed ? "" : describe(listed.error()).c_str());
        QCOMPARE(listed->size(), std::size_t { 60 });
        COMPARE_TEXT((*listed)[59]["kind"].string(), "ConfigMap");
        const std::string log = client.takeLog();
        QCOMPARE(QString::fromStdString(log).count(QLatin1String("limit=25")), 3);
        QCOMPARE(QString::fromStdString(log).count(QLatin1String("continue=")), 2);
    }

    void getsManyAtOnceOverFewConnections()
    {
        LiveClient client(m_bed, "c1");
        QVERIFY(client->discover());
        const int before = openSockets();
        std::vector<kube::ObjectKey> keys;
        for (const std::string& name : numbered("many-", 60)) {
            keys.push_back(configMap(name));
        }
        const auto found = client->getAll(keys);
        QCOMPARE(found.size(), keys.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            QVERIFY2(found[i], found[i] ? "" : describe(found[i].error()).c_str());
            COMPARE_TEXT((*found[i])["metadata"]["name"].string(), keys[i].name);
        }
        // Connections opened beside those of discovery show that requests overlapped; kept alive
        // they number at most what may be in flight.
        const int opened = openSockets() - before;
        QVERIFY2(opened >= 1 && opened <= 8, std::to_string(opened).c_str());
    }

    void watchesWithBookmarks()
    {
        LiveClient client(m_bed, "c1");
        const api::Collection all { .apiVersion = "v1", .kind = "ConfigMap", .ns = "default" };
        const auto page = client->page(all, { .limit = 1 });
        QVERIFY(page);
        const std::string from = (*json::parse(*page))["metadata"]["resourceVersion"].string();
        QVERIFY(client->write(applying("watched", "red")));
        QVERIFY(client->write(applying("watched", "blue")));
        QVERIFY(client->write({ .verb = api::Verb::Delete, .key = configMap("watched") }));
        // A bookmark comes where the cluster went on and the watch has seen nothing of it. A server
        // that knows when the watch will end sends it two seconds before.
        std::promise<void> open;
        auto stopped = std::async(std::launch::async, [&] {
            return watchToItsEnd(
                client, all, { .resourceVersion = from, .seconds = 8 }, [&] { open.set_value(); });
        });
        open.get_future().wait();
        QVERIFY(m_bed.kubectl("c1", { "-n", "kube-public", "create", "configmap", "elsewhere" })
                    .succeeded());
        QVERIFY(m_bed.kubectl("c1", { "-n", "kube-public", "delete", "configmap", "elsewhere" })
                    .succeeded());
        const Stream stream = stopped.get();
        QVERIFY2(!stream.end.error, describe(stream.end.error.value_or(Error {})).c_str());
        std::string seen;
        std::string bookmark;
        for (const std::string& line : stream.lines) {
            const auto event = kube::parseEvent(line);
            QVERIFY2(event, line.c_str());
            if (event->type == kube::EventType::Bookmark) {
                bookmark = kube::resourceVersion(event->object);
                continue;
            }
            seen += (*json::parse(line))["type"].string() + " "
                + event->object["data"]["colour"].string() + "\n";
        }
        COMPARE_TEXT(seen, "ADDED red\nMODIFIED blue\nDELETED blue\n");
        QVERIFY2(!bookmark.empty(), "no bookmark came");
        QVERIFY(std::stoll(bookmark) >= std::stoll(from) + 5);
    }

    void tellsWhatItMayDo()
    {
        LiveClient admin(m_bed, "c1");
        const std::vector<api::AccessReview> reviews {
            { .verb = "patch", .resource = "configmaps", .ns = "default" },
            { .verb = "get", .resource = "secrets", .ns = "kube-system" },
            { .verb = "create", .group = "apps", .resource = "deployments" }
        };
        const auto all = admin->allowed(reviews);
        QVERIFY2(all, all ? "" : describe(all.error()).c_str());
        QVERIFY(*all == std::vector<bool>({ true, true, true }));
        LiveClient nobody(withToken(connectionOf(m_bed, "c1"), tokenOf("default")));
        const auto none = nobody->allowed(reviews);
        QVERIFY2(none, none ? "" : describe(none.error()).c_str());
        QVERIFY(*none == std::vector<bool>({ false, false, false }));
        QCOMPARE(nobody->writesSent(), 0);
    }

    void readsATokenFileAgainWhenItsTokenIsRefused()
    {
        const TemporaryFolder folder;
        const std::string file = folder.write("token", "not-a-token\n");
        kubeconfig::Connection connection = withToken(connectionOf(m_bed, "c1"), "not-a-token");
        connection.tokenFile = file;
        LiveClient client(std::move(connection));
        const std::vector<api::AccessReview> review { { .verb = "get", .resource = "pods" } };
        const auto refused = client->allowed(review);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unauthorized);
        (void)folder.write("token", tokenOf("default") + "\n");
        const auto good = client->allowed(review);
        QVERIFY2(good, good ? "" : describe(good.error()).c_str());
    }

    void checksTheCertificateForAnotherNameWhereToldTo()
    {
        kubeconfig::Connection connection = connectionOf(m_bed, "c1");
        connection.tlsServerName = "kubernetes.default.svc";
        LiveClient client(std::move(connection));
        QVERIFY(client->version());
    }

    void saysWhatTheProxyOfAServiceAnswered()
    {
        LiveClient client(m_bed, "c1");
        const auto absent = client->serviceProxy("default", "nowhere", "80", "/metrics");
        QVERIFY(!absent);
        QCOMPARE(absent.error().code, ErrorCode::NotFound);
        COMPARE_TEXT(absent.error().subject, "onprem: Service default/nowhere");
        const auto pod = client->podProxy("default", "nobody", 15014, "/metrics");
        QVERIFY(!pod);
        QCOMPARE(pod.error().code, ErrorCode::NotFound);
        COMPARE_TEXT(pod.error().subject, "onprem: Pod default/nobody");
        COMPARE_TEXT(client.takeLog(),
                     "GET /api/v1/namespaces/default/services/nowhere:80/proxy/metrics\n"
                     "GET /api/v1/namespaces/default/pods/nobody:15014/proxy/metrics\n");
    }

private:
    std::string tokenOf(const std::string& account) const
    {
        std::string token = m_bed.kubectl("c1", { "create", "token", account }).output;
        token.erase(token.find_last_not_of('\n') + 1);
        return token;
    }

    static constexpr const char* definition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lanterns.test.example.com}
spec:
  group: test.example.com
  scope: Namespaced
  names: {kind: Lantern, plural: lanterns, singular: lantern, listKind: LanternList}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
)";

    Bed m_bed = Bed::fromEnvironment();
};

ISTHMUS_REAL_TEST_MAIN(TestClient)
#include "tst_client.moc"
