// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong with real clusters: each ends in one error that says what, why and what to do,
// with its exit code, and nothing lost or half-written.
#include "tests/real/digest.h"
#include "tests/real/walkthrough.h"

#include <sys/mount.h>

#include <QDir>
#include <QFile>
#include <QRegularExpression>

#include <algorithm>

using namespace isthmus;
using namespace isthmus::test;

namespace {

constexpr int usage = 2;
constexpr int preflight = 3;
constexpr int resumable = 4;
constexpr int refused = 5;

/// Undoes a fault also when a test ends early.
class Fault
{
public:
    Fault(const Bed& bed, std::vector<std::string> begin, std::vector<std::string> end)
        : m_bed(bed)
        , m_end(std::move(end))
        , m_begun(bed.fault(begin).succeeded())
    { }

    ~Fault() { (void)m_bed.fault(m_end); }

    Fault(const Fault&) = delete;
    Fault& operator=(const Fault&) = delete;

    [[nodiscard]] bool begun() const { return m_begun; }

private:
    const Bed& m_bed;
    std::vector<std::string> m_end;
    bool m_begun;
};

/// Whether it is an error as the user is owed one: its code, what, why or a remedy, and these
/// words.
bool isError(const Run& run, int exitCode, const std::vector<std::string>& words)
{
    const bool said = run.errors.find("error: ") != std::string::npos
        && run.errors.find("  do:  ") != std::string::npos;
    return run.exitCode == exitCode && said
        && std::ranges::all_of(words, [&run](const std::string& word) {
               return run.errors.find(word) != std::string::npos;
           });
}

/// A node that could not reach its frozen server is marked, and not by us.
Digest withoutNodes(Digest digest)
{
    std::erase_if(digest.lines,
                  [](const std::string& line) { return line.starts_with("v1/Node "); });
    return digest;
}

} // namespace

#define VERIFY_ERROR(run, code, ...)                                                               \
    QVERIFY2(isError((run), (code), std::vector<std::string> __VA_ARGS__), (run).describe().c_str())

class TestBadLuck : public TestBase
{
    Q_OBJECT

    const Bed m_bed = Bed::fromEnvironment();
    const Walkthrough m_job { m_bed };
    std::map<std::string, Digest> m_empty;

    /// The admin's certificate in one context gives way to this token.
    void useToken(const std::string& context, const std::string& tokenKubeconfig) const
    {
        QFile file(QString::fromStdString(tokenKubeconfig));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto match = QRegularExpression(QStringLiteral("\"token\": \"([^\"]+)\""))
                               .match(QString::fromUtf8(file.readAll()));
        QVERIFY(match.hasMatch());
        const std::string kubeconfig = m_job.path("kubeconfig");
        const Run user = test::run({ "kubectl",
                                     { "--kubeconfig",
                                       kubeconfig,
                                       "config",
                                       "set-credentials",
                                       "guest",
                                       "--token=" + match.captured(1).toStdString() } });
        QVERIFY2(user.succeeded(), user.describe().c_str());
        const Run set = test::run(
            { "kubectl",
              { "--kubeconfig", kubeconfig, "config", "set-context", context, "--user=guest" } });
        QVERIFY2(set.succeeded(), set.describe().c_str());
    }

private slots:

    void init()
    {
        const Run init = m_job.init(false);
        QVERIFY2(init.succeeded(), init.describe().c_str());
    }

    void initTestCase()
    {
        for (const char* cluster : { "c1", "c2" }) {
            m_empty[cluster] = settledDigestOf(m_bed, cluster);
            COMPARE_TEXT(m_empty[cluster].error, "");
        }
    }

    /// Whatever happened: nothing was left behind.
    void cleanup()
    {
        for (const auto& [cluster, empty] : m_empty) {
            COMPARE_TEXT(
                withoutNodes(empty).differenceTo(withoutNodes(settledDigestOf(m_bed, cluster))),
                "");
        }
    }

    void aContextThatDoesNotExist()
    {
        m_job.replaceInMesh("context: gke", "context: gke2");
        VERIFY_ERROR(m_job.run({ "plan" }), usage, { "gke2" });
    }

    void twoContextsThatAreOneCluster()
    {
        std::vector<std::string> words { "--kubeconfig", m_job.path("kubeconfig"), "config" };
        std::vector<std::string> set = words;
        set.insert(set.end(), { "set-context", "gke" });
        for (const char* part : { "cluster", "user" }) {
            std::vector<std::string> view = words;
            view.insert(view.end(),
                        { "view",
                          "-o",
                          std::string("jsonpath={.contexts[?(@.name==\"onprem\")].context.") + part
                              + "}" });
            set.push_back(std::string("--") + part + "=" + test::run({ "kubectl", view }).output);
        }
        const Run twin = test::run({ "kubectl", set });
        QVERIFY2(twin.succeeded(), twin.describe().c_str());
        const Run plan = m_job.run({ "plan" });
        VERIFY_ERROR(plan, preflight, { "kube-system", "onprem", "gke" });
    }

    void aServerThatIsNotThere()
    {
        const Fault fault(m_bed, { "api-stop", "c2" }, { "api-start", "c2" });
        QVERIFY(fault.begun());
        VERIFY_ERROR(m_job.run({ "plan" }), preflight, { "gke" });
        const Run check = m_job.run({ "check" });
        QCOMPARE(check.exitCode, preflight);
        QVERIFY2(check.output.find("gke") != std::string::npos, check.describe().c_str());
    }

    void aServerThatTakesConnectionsAndSaysNothing()
    {
        const Fault fault(m_bed, { "api-freeze", "c2" }, { "api-thaw", "c2" });
        QVERIFY(fault.begun());
        VERIFY_ERROR(m_job.run({ "plan" }), preflight, { "gke" });
        const Run status = m_job.run({ "status", "-o", "json" });
        QVERIFY2(status.output.find("\"onprem\"") != std::string::npos, status.describe().c_str());
    }

    void aCertificateOfAnotherAuthority()
    {
        const Fault fault(m_bed, { "cert-break", "c2" }, { "cert-mend", "c2" });
        QVERIFY(fault.begun());
        QTest::qWait(2'000); // the server reads the file once a second
        VERIFY_ERROR(m_job.run({ "plan" }), preflight, { "gke", "certificate" });
    }

    void aTokenThatWasRevoked()
    {
        const Run made = m_bed.fault({ "token-make", "c2" });
        QVERIFY2(made.succeeded(), made.describe().c_str());
        useToken("gke", QString::fromStdString(made.output).trimmed().toStdString());
        const Run valid = m_job.run({ "plan" });
        QVERIFY2(valid.succeeded(), valid.describe().c_str());
        QVERIFY(m_bed.fault({ "token-revoke", "c2" }).succeeded());
        // A good token is remembered by the server for ten seconds.
        QTRY_COMPARE_WITH_TIMEOUT(m_job.run({ "plan" }).exitCode, preflight, 20'000);
        VERIFY_ERROR(m_job.run({ "plan" }), preflight, { "gke", "credentials" });
        for (const char* what : { "serviceaccount", "clusterrolebinding" }) {
            QVERIFY(
                m_bed.kubectl("c2", { "-n", "kube-system", "delete", what, "guest" }).succeeded());
        }
    }

    void rightsThatLackOneVerb()
    {
        const Run made = m_bed.fault({ "token-make", "c2" });
        useToken("gke", QString::fromStdString(made.output).trimmed().toStdString());
        const std::vector<std::string> steps[] = {
            { "delete", "clusterrolebinding", "guest" },
            { "create",
              "clusterrole",
              "guest",
              "--verb=get,list,watch,create,update,delete",
              "--resource=*.*" },
            { "create",
              "clusterrolebinding",
              "guest",
              "--clusterrole=guest",
              "--serviceaccount=kube-system:guest" },
        };
        for (const auto& step : steps) {
            const Run done = m_bed.kubectl("c2", step);
            QVERIFY2(done.succeeded(), done.describe().c_str());
        }
        const Run check = m_job.run({ "check" });
        const Run install = m_job.run({ "apply", "--yes" });
        for (const std::vector<std::string>& words :
             { std::vector<std::string> { "delete", "clusterrole", "guest" },
               { "delete", "clusterrolebinding", "guest" },
               { "-n", "kube-system", "delete", "serviceaccount", "guest" },
               { "-n", "kube-system", "delete", "secret", "guest-token" } }) {
            QVERIFY(m_bed.kubectl("c2", words).succeeded());
        }
        QCOMPARE(check.exitCode, preflight);
        QVERIFY2(check.output.find("patch") != std::string::npos, check.describe().c_str());
        QVERIFY2(!install.succeeded(), install.describe().c_str());
        QVERIFY2(install.errors.find("patch") != std::string::npos, install.describe().c_str());
        for (const auto& [id, state] : m_job.operations()) {
            if (state != "undone") {
                const Run undo = m_job.run({ "operations", "undo", id, "--yes" });
                QVERIFY2(undo.succeeded(), undo.describe().c_str());
            }
        }
    }

    void noHelm()
    {
        const Run plan = test::run({ "env",
                                     { "PATH=/usr/bin:/bin",
                                       "ISTHMUS_STATE_DIR=" + m_job.path("state"),
                                       m_job.program(),
                                       "plan",
                                       "-f",
                                       m_job.meshFile(),
                                       "--kubeconfig",
                                       m_job.path("kubeconfig") } });
        VERIFY_ERROR(plan, preflight, { "helm" });
    }

    void chartsOfAnotherVersionThanTheFileSays()
    {
        m_job.replaceInMesh("    # version: 1.31.0", "    version: 1.30.2");
        VERIFY_ERROR(m_job.run({ "plan" }), preflight, { "1.30.2", "1.31.0" });
    }

    void aLoadBalancerThatNeverGetsAnAddressIsLeftAndResumed()
    {
        Run stopped;
        {
            const Fault fault(m_bed, { "lb-never", "c1", "on" }, { "lb-never", "c1", "off" });
            QVERIFY(fault.begun());
            stopped = m_job.run({ "install", "--yes", "--timeout", "20s" });
            VERIFY_ERROR(stopped, resumable, { "operations resume" });
            QVERIFY2(stopped.errors.find("Service istio-system/istio-eastwestgateway")
                         != std::string::npos,
                     stopped.describe().c_str());
        }
        QVERIFY(!m_job.operations().empty());
        const std::string id = m_job.operations().front().first;
        const Run resumed = m_job.run({ "operations", "resume", id, "--yes" });
        QVERIFY2(resumed.succeeded(), resumed.describe().c_str());
        const Run undone = m_job.run({ "operations", "undo", id, "--yes" });
        QVERIFY2(undone.succeeded(), undone.describe().c_str());
    }

    void aFullDiskUnderTheJournalWritesNothing()
    {
        const std::string state = m_job.path("state");
        QVERIFY(QDir().mkpath(QString::fromStdString(state)));
        QCOMPARE(::mount("tmpfs", state.c_str(), "tmpfs", 0, "size=4k,nr_inodes=3"), 0);
        const std::string audit = m_job.path("full.audit");
        const Run apply = m_job.run({ "install", "--yes", "--audit", audit });
        QCOMPARE(::umount(state.c_str()), 0);
        VERIFY_ERROR(apply, resumable, { "space" });
        QCOMPARE(writesIn(audit), std::vector<std::string> {});
    }

    void aNamespaceThatSomebodyElseLabelledIsNotTakenOver()
    {
        QVERIFY(m_bed.kubectl("c1", { "create", "namespace", "istio-system" }).succeeded());
        QVERIFY(
            m_bed
                .kubectl(
                    "c1",
                    { "label", "namespace", "istio-system", "topology.istio.io/network=elsewhere" })
                .succeeded());
        const Run plan = m_job.run({ "install", "--yes" });
        QVERIFY(m_bed.kubectl("c1", { "delete", "namespace", "istio-system" }).succeeded());
        VERIFY_ERROR(plan, refused, { "istio-system" });
    }
};

ISTHMUS_REAL_TEST_MAIN(TestBadLuck)
#include "tst_bad_luck.moc"
