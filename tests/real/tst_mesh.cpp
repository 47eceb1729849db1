// SPDX-License-Identifier: GPL-3.0-or-later
// The main job, from two empty clusters to the split shop and back, with real requests as the
// judge. The slots build on each other, in this order.
#include "tests/real/digest.h"
#include "tests/real/walkthrough.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace isthmus;
using namespace isthmus::test;

namespace {

constexpr int requests = 400;

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

QJsonObject document(const Run& run)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(run.output)).object();
}

} // namespace

#define VERIFY_RUN(run) QVERIFY2((run).succeeded(), (run).describe().c_str())

class TestMesh : public TestBase
{
    Q_OBJECT

    const Bed m_bed = Bed::fromEnvironment();
    const Walkthrough m_job { m_bed };
    std::map<std::string, Digest> m_empty;

    /// Requests that onprem's ingress gateway has sent to gke's frontend through this address:
    /// Envoy's own count for the endpoint, "outbound|80|gke|frontend…::ADDRESS::rq_total::N".
    [[nodiscard]] long sentThrough(const std::string& address) const
    {
        const Run clusters = m_bed.kubectl("c1",
                                           { "-n",
                                             "istio-system",
                                             "exec",
                                             "deployment/istio-ingressgateway",
                                             "--",
                                             "pilot-agent",
                                             "request",
                                             "GET",
                                             "clusters" });
        for (const QString& line :
             QString::fromStdString(clusters.output).split(QLatin1Char('\n'))) {
            const QStringList fields = line.split(QStringLiteral("::"));
            if (fields.size() == 4
                && fields[0].startsWith(QLatin1String("outbound|80|gke|frontend"))
                && fields[1] == QString::fromStdString(address)
                && fields[2] == QLatin1String("rq_total")) {
                return fields[3].toLong();
            }
        }
        return -1;
    }

    [[nodiscard]] Run curl(std::vector<std::string> arguments) const
    {
        for (const int port : { 80, 443 }) {
            arguments.push_back("--resolve");
            arguments.push_back(m_job.host() + ":" + std::to_string(port) + ":"
                                + m_job.ingressAddress());
        }
        return test::run({ "curl", std::move(arguments) });
    }

private slots:

    void initTestCase()
    {
        for (const char* cluster : { "c1", "c2" }) {
            m_empty[cluster] = settledDigestOf(m_bed, cluster);
            COMPARE_TEXT(m_empty[cluster].error, "");
        }
        const Run init = m_job.init();
        VERIFY_RUN(init);
    }

    void preflightFindsNothingWorseThanAWarning()
    {
        const Run check = m_job.run({ "check", "-o", "json" });
        VERIFY_RUN(check);
        int passed = 0;
        for (const QJsonValue item : document(check)[QLatin1String("items")].toArray()) {
            const QString outcome = item[QLatin1String("outcome")].toString();
            QVERIFY2(outcome != QLatin1String("fail") && outcome != QLatin1String("unknown"),
                     check.output.c_str());
            passed += outcome == QLatin1String("pass") ? 1 : 0;
        }
        QVERIFY(passed >= 12);
    }

    void planShowsTheWholeJobAndWritesNothing()
    {
        const std::string audit = m_job.path("plan.audit");
        const Run plan = m_job.run({ "plan", "-o", "json", "--audit", audit });
        VERIFY_RUN(plan);
        QCOMPARE(writesIn(audit), std::vector<std::string> {});
        const QJsonArray steps = document(plan)[QLatin1String("steps")].toArray();
        QVERIFY2(steps.size() > 25, plan.output.c_str());
        QVERIFY(!contains(plan.output, "BEGIN CERTIFICATE"));
        QVERIFY(!contains(plan.output, "PRIVATE KEY"));
        for (const auto& [cluster, empty] : m_empty) {
            COMPARE_TEXT(empty.differenceTo(digestOf(m_bed, cluster)), "");
        }
    }

    void applyEndsInTheJoinedMesh()
    {
        const std::string audit = m_job.path("apply.audit");
        const Run apply =
            m_job.run({ "apply", "--yes", "--audit", audit }, std::chrono::seconds(600));
        VERIFY_RUN(apply);
        QVERIFY2(contains(apply.output, "proven: istiod has read gke"), apply.output.c_str());
        QVERIFY2(contains(apply.output, "proven: gke trusts the same root"), apply.output.c_str());
        QVERIFY2(contains(apply.output, "answered in gke (HTTP 200"), apply.output.c_str());
        QVERIFY(!contains(apply.output + apply.errors, "PRIVATE KEY"));
        QVERIFY(writesIn(audit).size() > 100);
        // Why the remote's gateway waits, and that it came, is told.
        QVERIFY2(contains(apply.errors, "gke  East-west gateway: waits for"), apply.errors.c_str());
    }

    void halfOfTheRequestsAreAnsweredOnEachSide()
    {
        const std::string gateway =
            m_bed.address("c2", "istio-system", "istio-eastwestgateway") + ":15443";
        const long before = sentThrough(gateway);
        QVERIFY2(before >= 0, gateway.c_str());
        const Counts counts = m_job.request(requests);
        QVERIFY2(counts.failed() == 0, counts.describe().c_str());
        // The exact two-sided binomial band of 1e-6 for 400 at a half.
        QVERIFY2(counts.of("c1") >= 151 && counts.of("c1") <= 249, counts.describe().c_str());
        QCOMPARE(counts.of("c1") + counts.of("c2"), requests);
        // gke's share crossed from gateway to gateway. The shop's visitors are counted, too.
        QVERIFY(sentThrough(gateway) - before >= counts.of("c2"));
    }

    void theOtherSidesFrontendUsesThePrimarysBackEnds()
    {
        // gke runs no back end: an answer of its frontend with all of them "ok" crossed twice.
        const Run pods = m_bed.kubectl("c2",
                                       { "-n",
                                         "hipster-store",
                                         "get",
                                         "deployments",
                                         "-o",
                                         "jsonpath={.items[*].metadata.name}" });
        COMPARE_TEXT(pods.output, "frontend");
        bool seen = false;
        for (int i = 0; i < 60 && !seen; ++i) {
            const Run answer = curl({ "--silent",
                                      "--cacert",
                                      m_job.certificateFile(),
                                      "https://" + m_job.host() + "/" });
            VERIFY_RUN(answer);
            const QJsonObject shop = document(answer);
            if (shop[QLatin1String("cluster")] == QLatin1String("c2")) {
                seen = true;
                const QJsonObject backends = shop[QLatin1String("backends")].toObject();
                QVERIFY2(backends.size() >= 3, answer.output.c_str());
                for (const QJsonValue state : backends) {
                    QVERIFY2(state == QLatin1String("ok"), answer.output.c_str());
                }
            }
        }
        QVERIFY(seen);
    }

    void port80Redirects()
    {
        const Run answer = curl({ "--silent",
                                  "--output",
                                  "/dev/null",
                                  "--write-out",
                                  "%{http_code} %{redirect_url}",
                                  "http://" + m_job.host() + "/cart" });
        COMPARE_TEXT(answer.output, "301 https://" + m_job.host() + "/cart");
    }

    void port443ShowsExactlyTheConfiguredCertificate()
    {
        const Run shown = test::run({ "openssl",
                                      { "s_client",
                                        "-connect",
                                        m_job.ingressAddress() + ":443",
                                        "-servername",
                                        m_job.host(),
                                        "-showcerts" } });
        const std::string begin = "-----BEGIN CERTIFICATE-----";
        const std::string end = "-----END CERTIFICATE-----\n";
        const std::size_t from = shown.output.find(begin);
        const std::size_t to = shown.output.rfind(end);
        QVERIFY2(from != std::string::npos && to != std::string::npos, shown.describe().c_str());
        QFile file(QString::fromStdString(m_job.certificateFile()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        COMPARE_TEXT(shown.output.substr(from, to + end.size() - from),
                     file.readAll().toStdString());
    }

    void aPodWithoutSidecarIsRefused()
    {
        const Run made = m_bed.kubectl("c1",
                                       { "run",
                                         "outsider",
                                         "--image=curl",
                                         "--restart=Never",
                                         "--command",
                                         "--",
                                         "sleep",
                                         "600" });
        VERIFY_RUN(made);
        const Run ready = m_bed.kubectl(
            "c1", { "wait", "--for=condition=Ready", "pod/outsider", "--timeout=60s" });
        VERIFY_RUN(ready);
        const Run asked = m_bed.kubectl("c1",
                                        { "exec",
                                          "outsider",
                                          "--",
                                          "curl",
                                          "--silent",
                                          "--show-error",
                                          "--max-time",
                                          "10",
                                          "http://frontend.hipster-store.svc.cluster.local/" });
        QVERIFY2(!asked.succeeded(), asked.describe().c_str());
        // Reset by the proxy: neither a name that does not resolve nor a server that is not there.
        QVERIFY2(contains(asked.describe(), "reset by peer"), asked.describe().c_str());
        const Run gone = m_bed.kubectl("c1", { "delete", "pod", "outsider", "--grace-period=1" });
        VERIFY_RUN(gone);
    }

    void statusShowsWhatIsThere()
    {
        const Run status = m_job.run({ "status", "-o", "json" });
        VERIFY_RUN(status);
        const QJsonObject mesh = document(status);
        const QJsonArray clusters = mesh[QLatin1String("clusters")].toArray();
        QCOMPARE(clusters.size(), 2);
        for (const QJsonValue cluster : clusters) {
            QVERIFY2(cluster[QLatin1String("state")] == QLatin1String("reachable"),
                     status.output.c_str());
            for (const QJsonValue gateway : cluster[QLatin1String("gateways")].toArray()) {
                QVERIFY2(!gateway[QLatin1String("address")].toString().isEmpty(),
                         status.output.c_str());
            }
        }
        const QJsonArray routes = mesh[QLatin1String("routes")].toArray();
        QCOMPARE(routes.size(), 1);
        QCOMPARE(routes[0][QLatin1String("weights")][QLatin1String("gke")].toInt(), 50);
        const QJsonArray links = mesh[QLatin1String("links")].toArray();
        QVERIFY2(!links.isEmpty(), status.output.c_str());
        for (const QJsonValue link : links) {
            // Objects and istiod's word show no byte that crossed (design decision 34).
            QVERIFY2(link[QLatin1String("state")] == QLatin1String("unknown")
                         || link[QLatin1String("state")] == QLatin1String("joined"),
                     status.output.c_str());
            QVERIFY2(contains(link[QLatin1String("evidence")].toString().toStdString(), "synced"),
                     status.output.c_str());
        }
    }

    void aSecondApplyWritesNothing()
    {
        std::map<std::string, std::map<std::string, std::string>> before;
        for (const char* cluster : { "c1", "c2" }) {
            const Digest settled = settledDigestOf(m_bed, cluster);
            COMPARE_TEXT(settled.error, "");
            before[cluster] = managedVersions(m_bed, cluster);
            QVERIFY(before[cluster].size() > 40);
        }
        const std::string audit = m_job.path("second.audit");
        const Run second = m_job.run({ "apply", "--yes", "--audit", audit });
        VERIFY_RUN(second);
        QCOMPARE(writesIn(audit), std::vector<std::string> {});
        for (const char* cluster : { "c1", "c2" }) {
            QCOMPARE(managedVersions(m_bed, cluster), before[cluster]);
        }
    }

    void weightsSetMovesTheSplit()
    {
        const Run set = m_job.run({ "weights", "set", "frontend", "onprem=90", "gke=10", "--yes" });
        VERIFY_RUN(set);
        const Run got = m_job.run({ "weights", "get", "frontend", "-o", "json" });
        VERIFY_RUN(got);
        QCOMPARE(document(got)[QLatin1String("weights")][QLatin1String("onprem")].toInt(), 90);
        // What landed is shown by a later command; here the new side's requests tell.
        QTRY_VERIFY_WITH_TIMEOUT(m_job.request(100, "/?backends=no").of("c2") < 30, 20'000);
        const Counts counts = m_job.request(requests);
        QVERIFY2(counts.failed() == 0, counts.describe().c_str());
        QVERIFY2(counts.of("c1") >= 328 && counts.of("c1") <= 386, counts.describe().c_str());
    }

    void aFrozenIstiodRefusesAMoveAndNothingIsHalfWritten()
    {
        const auto weights = [this] {
            return document(m_job.run(
                { "weights", "get", "frontend", "-o", "json" }))[QLatin1String("weights")]
                                                                [QLatin1String("onprem")]
                                                                    .toInt();
        };
        QVERIFY(m_bed.fault({ "istiod-freeze", "c1" }).succeeded());
        const Run set = m_job.run({ "weights", "set", "frontend", "onprem=60", "gke=40", "--yes" });
        const int meanwhile = weights();
        const Counts counts = m_job.request(50);
        QVERIFY(m_bed.fault({ "istiod-thaw", "c1" }).succeeded());
        QVERIFY2(!set.succeeded(), set.describe().c_str());
        QVERIFY2(contains(set.errors, "validation.istio.io"), set.describe().c_str());
        QVERIFY2(contains(set.errors, "  do:  "), set.describe().c_str());
        QCOMPARE(meanwhile, 90);
        QCOMPARE(counts.failed(), 0); // traffic goes on without a control plane
        const Run again =
            m_job.run({ "weights", "set", "frontend", "onprem=60", "gke=40", "--yes" });
        VERIFY_RUN(again);
        QCOMPARE(weights(), 60);
    }

    void undoAllLeavesBothClustersAsTheyWere()
    {
        const Run undo =
            m_job.run({ "operations", "undo", "--all", "--yes" }, std::chrono::seconds(600));
        VERIFY_RUN(undo);
        for (const auto& [cluster, empty] : m_empty) {
            const Digest now = settledDigestOf(m_bed, cluster);
            COMPARE_TEXT(now.error, "");
            COMPARE_TEXT(empty.differenceTo(now), "");
        }
    }
};

ISTHMUS_REAL_TEST_MAIN(TestMesh)
#include "tst_mesh.moc"
