// SPDX-License-Identifier: GPL-3.0-or-later
// core/api where it is not let in: each ends in one clear error and nothing else.
#include "core/kube/event.h"
#include "core/kube/status.h"
#include "tests/real/live_client.h"

#include <QScopeGuard>

using namespace isthmus;
using namespace isthmus::test;

namespace {

const char* const readerRole = R"(
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: default}]
)";

} // namespace

class TestClientRefused : public TestBase
{
    Q_OBJECT

private slots:

    void namesTheRuleThatIsMissing()
    {
        QVERIFY(m_bed.kubectl("c1", { "apply", "-f", "-" }, readerRole).succeeded());
        const auto gone =
            qScopeGuard([this] { (void)m_bed.kubectl("c1", { "delete", "-f", "-" }, readerRole); });
        std::string token = m_bed.kubectl("c1", { "create", "token", "reader" }).output;
        token.erase(token.find_last_not_of('\n') + 1);
        LiveClient client(withToken(connectionOf(m_bed, "c1"), token));
        // The authorizer learns of a binding a moment after it is stored.
        QTRY_VERIFY_WITH_TIMEOUT(client->list("v1", "ConfigMap", "default"), 30'000);
        const auto refused = client->write(applying("forbidden", "green"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Forbidden);
        QCOMPARE(refused.error().retry, Retry::Never);
        COMPARE_TEXT(refused.error().subject, "onprem: ConfigMap default/forbidden");
        COMPARE_TEXT(
            threeLines(refused.error()),
            "system:serviceaccount:default:reader may not patch configmaps\n"
            "configmaps \"forbidden\" is forbidden: User "
            "\"system:serviceaccount:default:reader\" cannot patch resource \"configmaps\" "
            "in API group \"\" in the namespace \"default\"\n"
            "Have this rule added to a Role in default that is bound to "
            "system:serviceaccount:default:reader: {apiGroups: [\"\"], resources: "
            "[\"configmaps\"], verbs: [\"patch\"]}\n");
    }

    void asksToSignInAgain()
    {
        LiveClient client(withToken(connectionOf(m_bed, "c1"), "stale"));
        const auto refused = client->clusterUid();
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unauthorized);
        COMPARE_TEXT(threeLines(refused.error()),
                     "the server does not accept our credentials\n"
                     "Unauthorized\n"
                     "Sign in again, or renew the token or certificate in the kubeconfig.\n");
    }

    void distrustsTheAuthorityOfAnotherCluster()
    {
        kubeconfig::Connection connection = connectionOf(m_bed, "c1");
        connection.caPem = connectionOf(m_bed, "c2").caPem;
        LiveClient client(std::move(connection));
        const auto refused = client->version();
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Tls);
        COMPARE_TEXT(text(refused.error().message),
                     "The certificate of " + host("c1") + " is not accepted");
        COMPARE_TEXT(text(refused.error().remedy), text(msg("http.tls.untrusted.do")));
    }

    void distrustsACertificateForAnotherName()
    {
        kubeconfig::Connection connection = connectionOf(m_bed, "c1");
        connection.tlsServerName = "elsewhere.example.com";
        LiveClient client(std::move(connection));
        const auto refused = client->version();
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Tls);
        COMPARE_TEXT(text(refused.error().remedy), text(msg("http.tls.name.do")));
        QVERIFY2(refused.error().detail.find("elsewhere.example.com") != std::string::npos,
                 refused.error().detail.c_str());
    }

    void isRefusedWithTheClientCertificateOfAnotherCluster()
    {
        kubeconfig::Connection connection = connectionOf(m_bed, "c1");
        kubeconfig::Connection other = connectionOf(m_bed, "c2");
        connection.clientCertificatePem = other.clientCertificatePem;
        connection.clientKeyPem = std::move(other.clientKeyPem);
        LiveClient client(std::move(connection));
        const auto refused = client->clusterUid();
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unauthorized);
    }

    void distrustsAServerWhoseCertificateWasReplaced()
    {
        QVERIFY(m_bed.fault({ "cert-break", "c2" }).succeeded());
        const auto mended = qScopeGuard([this] { (void)m_bed.fault({ "cert-mend", "c2" }); });
        // Each on a new connection: the server takes the new certificate up within a second.
        std::optional<Error> error;
        const auto isDistrusted = [&] {
            const auto version = LiveClient(m_bed, "c2")->version();
            error = version ? std::nullopt : std::optional(version.error());
            return error.has_value();
        };
        QTRY_VERIFY_WITH_TIMEOUT(isDistrusted(), 30'000);
        QCOMPARE(error->code, ErrorCode::Tls);
        COMPARE_TEXT(text(error->message), "The certificate of " + host("c2") + " is not accepted");
        COMPARE_TEXT(text(error->remedy), text(msg("http.tls.untrusted.do")));
        QVERIFY(m_bed.fault({ "cert-mend", "c2" }).succeeded());
        QTRY_VERIFY_WITH_TIMEOUT(LiveClient(m_bed, "c2")->version().has_value(), 30'000);
    }

    void doesNotWaitForeverForAFrozenServer()
    {
        LiveClient warm(m_bed, "c2");
        QVERIFY(warm->discover());
        QVERIFY(m_bed.fault({ "api-freeze", "c2" }).succeeded());
        const auto thawed = qScopeGuard([this] { (void)m_bed.fault({ "api-thaw", "c2" }); });
        LiveClient cold(m_bed, "c2");
        const auto silent = cold->write(applying("frozen", "green"));
        QVERIFY(!silent);
        QCOMPARE(silent.error().code, ErrorCode::Timeout);
        COMPARE_TEXT(text(silent.error().message),
                     "No connection to " + host("c2") + " within 5.0 s");
        QVERIFY(!http::mayHaveArrived(silent.error()));
        COMPARE_TEXT(text(silent.error().remedy), text(msg("http.unreachable.do")));
        // On a connection that was good before: the write may have arrived, and the error says so.
        const auto unknown = warm->write(applying("frozen", "green"));
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().code, ErrorCode::Timeout);
        QVERIFY(http::mayHaveArrived(unknown.error()));
        QCOMPARE(warm->writesSent(), 1);
    }

    void saysThatAStoppedServerCannotBeReached()
    {
        QVERIFY(m_bed.fault({ "api-stop", "c2" }).succeeded());
        const auto started = qScopeGuard([this] {
            const Run start = m_bed.fault({ "api-start", "c2" });
            QVERIFY2(start.succeeded(), start.describe().c_str());
        });
        LiveClient client(m_bed, "c2");
        const auto refused = client->write(applying("lost", "green"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unreachable);
        COMPARE_TEXT(text(refused.error().message), host("c2") + " cannot be reached");
        COMPARE_TEXT(text(refused.error().remedy), text(msg("http.unreachable.do")));
        QCOMPARE(client->writesSent(), 0);
    }

    /// After its restart, above, the server knows no event from before it.
    void isToldThatAWatchStartsTooFarBack()
    {
        LiveClient client(m_bed, "c2");
        const Stream stream = watchToItsEnd(client,
                                            { .apiVersion = "v1", .kind = "ConfigMap" },
                                            { .resourceVersion = "1", .seconds = 4 });
        QCOMPARE(stream.lines.size(), std::size_t { 1 });
        const auto event = kube::parseEvent(stream.lines.front());
        QVERIFY(event);
        QCOMPARE(event->type, kube::EventType::Error);
        const Error error = kube::errorOf(event->object);
        QCOMPARE(error.code, ErrorCode::Gone);
        COMPARE_TEXT(text(error.message),
                     "the version of the data that was asked for is no longer kept");
    }

private:
    /// "127.0.0.1:27013"
    std::string host(const std::string& cluster) const
    {
        return connectionOf(m_bed, cluster).server.substr(std::string("https://").size());
    }

    Bed m_bed = Bed::fromEnvironment();
};

ISTHMUS_REAL_TEST_MAIN(TestClientRefused)
#include "tst_client_refused.moc"
