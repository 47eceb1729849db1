// SPDX-License-Identifier: GPL-3.0-or-later
// isthmusctl installs a primary on a real API server, finds nothing to do the second time, and
// takes it all back. No istiod runs on a lite bed: the test writes what it would have written.
#include "tests/real/bed.h"
#include "tests/real/digest.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <fstream>

using namespace isthmus;
using namespace isthmus::test;

namespace {

const char* const injector = "mutatingwebhookconfiguration/istio-sidecar-injector";
const char* const validator = "validatingwebhookconfiguration/istio-validator-istio-system";

QJsonObject parsed(const std::string& text)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
}

/// "PATCH /api/…" of each line of an audit file that changed something.
std::vector<std::string> writesIn(const std::string& auditFile)
{
    std::vector<std::string> out;
    std::ifstream in(auditFile);
    for (std::string line; std::getline(in, line);) {
        const QJsonObject record = parsed(line);
        const std::string verb = record["verb"].toString().toStdString();
        const std::string path = record["path"].toString().toStdString();
        if (verb != "GET" && !record["dryRun"].toBool()
            && path.find("selfsubjectaccessreviews") == std::string::npos) {
            out.push_back(verb + " " + path);
        }
    }
    return out;
}

} // namespace

class TestLiteInstall : public TestBase
{
    Q_OBJECT

private slots:

    void initTestCase()
    {
        m_mesh = m_program.folder().write("mesh.yaml", meshFile());
        for (const char* cluster : { "c1", "c2" }) {
            m_before.push_back(settledDigestOf(m_bed, cluster));
            COMPARE_TEXT(m_before.back().error, "");
        }
    }

    void plansWithoutWriting()
    {
        const std::string audit = m_program.folder().path("plan.audit");
        const Run plan =
            m_program.run({ "plan", "install", "-f", m_mesh, "-o", "json", "--audit", audit });
        QVERIFY2(plan.succeeded(), plan.describe().c_str());
        QVERIFY(parsed(plan.output)["steps"].toArray().size() >= 10);
        QVERIFY(writesIn(audit).empty());
        COMPARE_TEXT(m_before[0].differenceTo(digestOf(m_bed, "c1")), "");
    }

    void installs()
    {
        const std::string audit = m_program.folder().path("install.audit");
        const auto install =
            m_program.start({ "install", "-f", m_mesh, "--yes", "--audit", audit });
        // It waits until istiod has put its certificate where pods are injected.
        QTRY_VERIFY_WITH_TIMEOUT(m_bed.kubectl("c1", { "get", injector }).succeeded(), 60'000);
        playIstiod();
        QVERIFY(install->waitForFinished(240'000));
        QVERIFY2(install->exitCode() == 0,
                 (install->readAllStandardOutput() + install->readAllStandardError()).constData());
        QVERIFY(writesIn(audit).size() > 30);
        for (const char* deployment :
             { "istiod", "istio-eastwestgateway", "istio-ingressgateway" }) {
            const Run ready = m_bed.kubectl("c1",
                                            { "-n",
                                              "istio-system",
                                              "rollout",
                                              "status",
                                              std::string("deployment/") + deployment,
                                              "--timeout=10s" });
            QVERIFY2(ready.succeeded(), ready.describe().c_str());
        }
        COMPARE_TEXT(m_before[1].differenceTo(digestOf(m_bed, "c2")), "");
    }

    void writesNothingTheSecondTime()
    {
        const Digest installed = settledDigestOf(m_bed, "c1");
        const std::string audit = m_program.folder().path("second.audit");
        const Run again = m_program.run({ "install", "-f", m_mesh, "--yes", "--audit", audit });
        QVERIFY2(again.succeeded(), again.describe().c_str());
        QVERIFY(std::ifstream(audit).good());
        std::string writes;
        for (const std::string& write : writesIn(audit)) {
            writes += write + "\n";
        }
        COMPARE_TEXT(writes, "");
        COMPARE_TEXT(installed.differenceTo(digestOf(m_bed, "c1")), "");
    }

    void takesItBack()
    {
        const Run undo = m_program.run({ "operations", "undo", "--all", "-f", m_mesh, "--yes" });
        QVERIFY2(undo.succeeded(), undo.describe().c_str());
        COMPARE_TEXT(m_before[0].differenceTo(settledDigestOf(m_bed, "c1")), "");
        COMPARE_TEXT(m_before[1].differenceTo(settledDigestOf(m_bed, "c2")), "");
        const Run list = m_program.run({ "operations", "-o", "json" });
        const QJsonArray items = parsed(list.output)["items"].toArray();
        QVERIFY2(!items.isEmpty(), list.describe().c_str());
        for (const QJsonValue& item : items) {
            QCOMPARE(item["state"].toString(), QStringLiteral("undone"));
        }
    }

private:
    std::string meshFile() const
    {
        const Run version = test::run(
            { .path = "sed",
              .arguments = { "-n", "s/^appVersion: *//p", m_bed.charts() + "/base/Chart.yaml" } });
        // A loopback address is of no use to another cluster; the file says what is.
        return "apiVersion: isthmus/v1\nkind: Mesh\nmetadata: {name: mesh1}\nspec:\n"
               "  istio:\n    version: "
            + version.output + "    charts: {directory: " + m_bed.charts()
            + "}\n  trust: {root: generate, rootKey: discard}\n  clusters:\n"
              "    - {name: onprem, context: c1, role: primary, network: network1,\n"
              "       apiServer: {url: \"https://onprem.example.com:6443\"}}\n"
              "    - {name: gke, context: c2, role: remote, network: network2,\n"
              "       apiServer: {url: \"https://gke.example.com:6443\"}}\n";
    }

    /// What istiod writes when it is ready: the certificate into its webhooks, from where on the
    /// validation fails closed, and the root for the pods.
    void playIstiod() const
    {
        for (const char* webhooks : { injector, validator }) {
            const QJsonObject object =
                parsed(m_bed.kubectl("c1", { "get", webhooks, "-o", "json" }).output);
            QJsonArray patch;
            for (qsizetype i = 0; i < object["webhooks"].toArray().size(); ++i) {
                const QString at = QStringLiteral("/webhooks/%1/").arg(i);
                patch << QJsonObject { { "op", "add" },
                                       { "path", at + "clientConfig/caBundle" },
                                       { "value", "bm90IGEgY2VydGlmaWNhdGU=" } };
                patch << QJsonObject { { "op", "replace" },
                                       { "path", at + "failurePolicy" },
                                       { "value", "Fail" } };
            }
            const Run done = m_bed.kubectl("c1",
                                           { "patch",
                                             webhooks,
                                             "--field-manager=pilot-discovery",
                                             "--type=json",
                                             "-p",
                                             QJsonDocument(patch).toJson().toStdString() });
            QVERIFY2(done.succeeded(), done.describe().c_str());
        }
        const Run root = m_bed.kubectl("c1",
                                       { "-n",
                                         "istio-system",
                                         "create",
                                         "configmap",
                                         "istio-ca-root-cert",
                                         "--from-literal=root-cert.pem=not-a-certificate" });
        QVERIFY2(root.succeeded(), root.describe().c_str());
    }

    Bed m_bed = Bed::fromEnvironment();
    Isthmusctl m_program { m_bed };
    std::string m_mesh;
    std::vector<Digest> m_before;
};

ISTHMUS_REAL_TEST_MAIN(TestLiteInstall)
#include "tst_lite_install.moc"
