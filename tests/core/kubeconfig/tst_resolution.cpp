// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/kubeconfig/resolution.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::kubeconfig;

namespace {

/// One context over the given bodies, in flow style.
Resolution
resolve(const std::string& cluster, const std::string& user, const std::string& folder = "/nowhere")
{
    Diagnostics problems;
    const ConfigFile file = readConfig(
        "clusters:\n- name: c\n  cluster: {" + cluster + "}\nusers:\n- name: u\n  user: {" + user
            + "}\ncontexts:\n- name: x\n  context: {cluster: c, user: u}\n",
        folder + "/config",
        problems);
    if (!problems.empty() || file.contexts.empty()) {
        return { {}, problems };
    }
    return resolveContext(file, file.contexts.front());
}

/// "error users[u].token kubeconfig.x why", a line each.
std::string lines(const Resolution& resolution)
{
    std::string out;
    for (const Diagnostic& problem : resolution.problems) {
        out += std::string(problem.severity == Severity::Error ? "error " : "warning ")
            + problem.subject + " " + problem.summary.id + "\n";
        if (problem.remedy.empty() || problem.file.empty()) {
            out += "without remedy or file!\n";
        }
    }
    return out;
}

const std::string server = "server: 'https://h:6443'";

crypto::KeyPair pair()
{
    return std::move(*crypto::makeServer({ "client.example.com" }, 1, SystemClock().now()));
}

std::string base64(std::string_view bytes)
{
    return base64Encode(bytes);
}

} // namespace

class TestResolution : public test::TestBase
{
    Q_OBJECT

private slots:

    void findsEveryFaultOfACluster_data()
    {
        QTest::addColumn<QString>("cluster");
        QTest::addColumn<QString>("problems");
        const auto row = [](const char* cluster, const char* problems) {
            QTest::newRow(cluster) << cluster << problems;
        };
        row("server: 'https://h'", "");
        row("", "error clusters[c].server kubeconfig.no-server\n");
        row("server: 'http://h'", "error clusters[c].server kubeconfig.server-not-encrypted\n");
        row("server: 'https://u:p@h'", "error clusters[c].server kubeconfig.server-with-user\n");
        row("server: h", "error clusters[c].server kubeconfig.bad-server\n");
        row("server: [h]",
            "error clusters[c].server kubeconfig.wrong-shape\n"
            "error clusters[c].server kubeconfig.no-server\n");
        row("server: 'https://h', proxy-url: 'socks4://p'",
            "error clusters[c].proxy-url kubeconfig.bad-proxy\n");
        row("server: 'https://h', proxy-url: 'socks5://p:1080'", "");
        row("server: 'https://h', tls-server-name: 'a b'",
            "error clusters[c].tls-server-name kubeconfig.bad-host-name\n");
        row("server: 'https://h', insecure-skip-tls-verify: true",
            "warning clusters[c].insecure-skip-tls-verify kubeconfig.insecure\n");
        row("server: 'https://h', insecure-skip-tls-verify: true, certificate-authority: missing",
            "error clusters[c].insecure-skip-tls-verify kubeconfig.insecure-and-authority\n"
            "error clusters[c].certificate-authority kubeconfig.credential-file\n");
        row("server: 'https://h', certificate-authority-data: '***'",
            "error clusters[c].certificate-authority-data kubeconfig.bad-base64\n");
        row("server: 'https://h', certificate-authority-data: aGVsbG8=",
            "error clusters[c].certificate-authority crypto.no-certificates\n");
        row("server: 'https://h', certificate-authority: /dev/zero",
            "error clusters[c].certificate-authority kubeconfig.credential-file\n");
        row("server: ftp, proxy-url: x, tls-server-name: '-'",
            "error clusters[c].server kubeconfig.bad-server\n"
            "error clusters[c].tls-server-name kubeconfig.bad-host-name\n"
            "error clusters[c].proxy-url kubeconfig.bad-proxy\n");
    }

    void findsEveryFaultOfACluster()
    {
        QFETCH(QString, cluster);
        QFETCH(QString, problems);
        COMPARE_TEXT(lines(resolve(cluster.toStdString(), "token: t")), problems.toStdString());
    }

    void findsEveryFaultOfAUser_data()
    {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("problems");
        const auto row = [](const char* user, const char* problems) {
            QTest::newRow(user) << user << problems;
        };
        row("", "");
        row("token: t", "");
        row("token: 'two words'", "error users[u].token kubeconfig.not-a-token\n");
        row("token: \"a\\r\\nX-Evil: b\"", "error users[u].token kubeconfig.not-a-token\n");
        row("token: t, username: u, password: p", "error users[u] kubeconfig.token-and-password\n");
        row("tokenFile: missing", "error users[u].tokenFile kubeconfig.credential-file\n");
        row("tokenFile: missing, token: t",
            "warning users[u].tokenFile kubeconfig.credential-file\n");
        row("tokenFile: /dev/zero", "error users[u].tokenFile kubeconfig.credential-file\n");
        row("tokenFile: /etc/passwd, token: t",
            "error users[u].tokenFile kubeconfig.not-a-token\n");
        row("username: u, password: p", "");
        row("username: 'a:b'", "error users[u].username kubeconfig.odd-characters\n");
        row("client-certificate-data: eA==",
            "error users[u].client-certificate kubeconfig.certificate-without-key\n");
        row("client-key-data: eA==",
            "warning users[u].client-key kubeconfig.key-without-certificate\n");
        row("client-certificate: a, client-key: b",
            "error users[u].client-certificate kubeconfig.credential-file\n"
            "error users[u].client-key kubeconfig.credential-file\n");
        row("client-certificate-data: eA==, client-key-data: '!'",
            "error users[u].client-key-data kubeconfig.bad-base64\n");
        row("client-certificate-data: eA==, client-key-data: eA==",
            "error users[u].client-certificate crypto.no-certificates\n");
        row("token: t, as: jane, as-uid: '7', as-groups: [g], as-user-extra: {k: [v]}", "");
        row("token: t, as-groups: [g]",
            "error users[u].as kubeconfig.impersonation-without-user\n");
        row("token: t, as-uid: '7'", "error users[u].as kubeconfig.impersonation-without-user\n");
        row("token: t, as: \"jane\\nX: y\"", "error users[u].as kubeconfig.odd-characters\n");
        row("exec: {command: p, apiVersion: client.authentication.k8s.io/v1beta1}", "");
        row("exec: {command: p, apiVersion: client.authentication.k8s.io/v1alpha1}", "");
        row("exec: {command: p, apiVersion: client.authentication.k8s.io/v1, interactiveMode: "
            "Never}",
            "");
        row("exec: {command: p, apiVersion: client.authentication.k8s.io/v1}",
            "error users[u].exec.interactiveMode kubeconfig.exec-incomplete\n");
        row("exec: {command: p, apiVersion: client.authentication.k8s.io/v1, interactiveMode: "
            "never}",
            "error users[u].exec.interactiveMode kubeconfig.exec-incomplete\n");
        row("exec: {command: p, apiVersion: client.authentication.k8s.io/v2, interactiveMode: "
            "Never}",
            "error users[u].exec.apiVersion kubeconfig.exec-incomplete\n");
        row("exec: {}",
            "error users[u].exec.command kubeconfig.exec-incomplete\n"
            "error users[u].exec.apiVersion kubeconfig.exec-incomplete\n");
        row("exec: {command: p, apiVersion: client.authentication.k8s.io/v1beta1}, auth-provider: "
            "{name: oidc}",
            "error users[u] kubeconfig.exec-and-provider\n");
        row("auth-provider: {name: gcp}",
            "error users[u].auth-provider kubeconfig.auth-provider\n");
    }

    void findsEveryFaultOfAUser()
    {
        QFETCH(QString, user);
        QFETCH(QString, problems);
        COMPARE_TEXT(lines(resolve(server, user.toStdString())), problems.toStdString());
    }

    void saysHowToMoveAwayFromOldProviders()
    {
        const auto remedy = [](const std::string& name) {
            return resolve(server, "auth-provider: {name: " + name + "}").problems.at(0).remedy.id;
        };
        COMPARE_TEXT(remedy("gcp"), "kubeconfig.migrate-gcp");
        COMPARE_TEXT(remedy("azure"), "kubeconfig.migrate-azure");
        COMPARE_TEXT(remedy("oidc"), "kubeconfig.replace-oidc");
        COMPARE_TEXT(remedy("openstack"), "kubeconfig.replace-provider");
    }

    void tellsThePlaceOfTheValue()
    {
        const Resolution resolution = resolve("server: 'ftp://h'", "token: t");
        QCOMPARE(resolution.problems.at(0).line, 3);
        QCOMPARE(resolution.problems.at(0).column, 21);
        COMPARE_TEXT(resolution.problems.at(0).file, "/nowhere/config");
    }

    void takesInlineDataBeforeFiles()
    {
        const test::TemporaryFolder folder;
        const crypto::KeyPair inlined = pair();
        const crypto::KeyPair other = pair();
        (void)folder.write("ca.pem", other.certificatePem);
        (void)folder.write("c.pem", other.certificatePem);
        (void)folder.write("k.pem", other.keyPem.reveal());
        const std::string files = "client-certificate: c.pem, client-key: k.pem";
        const Resolution both =
            resolve(server + ", certificate-authority: ca.pem, certificate-authority-data: "
                        + base64(inlined.certificatePem),
                    files + ", client-certificate-data: " + base64(inlined.certificatePem)
                        + ", client-key-data: " + base64(inlined.keyPem.reveal()),
                    folder.path());
        COMPARE_TEXT(lines(both),
                     "warning clusters[c].certificate-authority kubeconfig.data-and-file\n"
                     "warning users[u].client-certificate kubeconfig.data-and-file\n"
                     "warning users[u].client-key kubeconfig.data-and-file\n");
        COMPARE_TEXT(both.connection.caPem, inlined.certificatePem);
        COMPARE_TEXT(both.connection.clientCertificatePem, inlined.certificatePem);
        COMPARE_TEXT(both.connection.clientKeyPem.reveal(), inlined.keyPem.reveal());
        const Resolution fromFiles =
            resolve(server + ", certificate-authority: ca.pem", files, folder.path());
        COMPARE_TEXT(lines(fromFiles), "");
        COMPARE_TEXT(fromFiles.connection.caPem, other.certificatePem);
        COMPARE_TEXT(fromFiles.connection.clientCertificatePem, other.certificatePem);
        COMPARE_TEXT(fromFiles.connection.clientKeyPem.reveal(), other.keyPem.reveal());
    }

    void refusesAKeyOfAnotherCertificate()
    {
        const Resolution resolution =
            resolve(server,
                    "client-certificate-data: " + base64(pair().certificatePem)
                        + ", client-key-data: " + base64(pair().keyPem.reveal()));
        COMPARE_TEXT(lines(resolution), "error users[u].client-key kubeconfig.key-mismatch\n");
        QVERIFY(resolution.connection.clientKeyPem.empty());
    }

    void prefersAReadableTokenFile()
    {
        const test::TemporaryFolder folder;
        (void)folder.write("t", "from-file\n");
        const Resolution read = resolve(server, "token: fixed, tokenFile: t", folder.path());
        COMPARE_TEXT(lines(read), "");
        COMPARE_TEXT(read.connection.token.reveal(), "from-file");
        COMPARE_TEXT(read.connection.tokenFile->string(), folder.path("t"));
        const Resolution fallen =
            resolve(server, "token: fixed, tokenFile: missing", folder.path());
        COMPARE_TEXT(fallen.connection.token.reveal(), "fixed");
        QVERIFY(!fallen.connection.tokenFile);
    }

    void sendsNoFileThatIsNoCredential()
    {
        const test::TemporaryFolder folder;
        (void)folder.write("ssh", pair().keyPem.reveal());
        (void)folder.write("large", std::string((64 << 10) + 1, 'x'));
        (void)folder.write("empty", "");
        COMPARE_TEXT(lines(resolve(server, "tokenFile: ssh", folder.path())),
                     "error users[u].tokenFile kubeconfig.not-a-token\n");
        COMPARE_TEXT(lines(resolve(server, "tokenFile: large", folder.path())),
                     "error users[u].tokenFile kubeconfig.credential-file\n");
        COMPARE_TEXT(lines(resolve(server, "tokenFile: empty", folder.path())),
                     "error users[u].tokenFile kubeconfig.not-a-token\n");
        COMPARE_TEXT(lines(resolve(server, "tokenFile: .", folder.path())),
                     "error users[u].tokenFile kubeconfig.credential-file\n");
        COMPARE_TEXT(
            lines(resolve(server, "client-certificate: large, client-key: large", folder.path())),
            "error users[u].client-certificate kubeconfig.credential-file\n"
            "error users[u].client-key kubeconfig.credential-file\n");
    }

    void acceptsACaFileAsLargeAsTheSystems()
    {
        const test::TemporaryFolder folder;
        std::string bundle;
        while (bundle.size() < (200 << 10)) {
            bundle += pair().certificatePem + "# " + std::string(2000, '-') + "\n";
        }
        (void)folder.write("ca.pem", bundle);
        COMPARE_TEXT(
            lines(resolve(server + ", certificate-authority: ca.pem", "token: t", folder.path())),
            "");
    }

    void keepsThePluginOnlyWithoutAnotherCredential()
    {
        const std::string exec =
            "exec: {command: plug, apiVersion: client.authentication.k8s.io/v1beta1}";
        QVERIFY(resolve(server, exec).connection.exec);
        COMPARE_TEXT(resolve(server, exec).connection.exec->command, "plug");
        QVERIFY(!resolve(server, exec + ", token: t").connection.exec);
        QVERIFY(!resolve(server, exec + ", username: u").connection.exec);
    }

    void carriesEverythingElseOver()
    {
        const Connection connection =
            resolve(server
                        + ", tls-server-name: n, proxy-url: 'http://p', disable-compression: true",
                    "username: u, password: pw, as: jane, as-uid: '7', as-groups: [g, h], "
                    "as-user-extra: {k: [v]}")
                .connection;
        COMPARE_TEXT(connection.context, "x");
        COMPARE_TEXT(connection.server, "https://h:6443");
        COMPARE_TEXT(connection.tlsServerName, "n");
        COMPARE_TEXT(connection.proxyUrl, "http://p");
        QVERIFY(connection.disableCompression);
        QVERIFY(!connection.insecureSkipVerify);
        COMPARE_TEXT(connection.username, "u");
        COMPARE_TEXT(connection.password.reveal(), "pw");
        COMPARE_TEXT(connection.impersonation.user + connection.impersonation.uid, "jane7");
        COMPARE_TEXT(join(connection.impersonation.groups, ","), "g,h");
        COMPARE_TEXT(connection.impersonation.extra.at(0).first, "k");
        COMPARE_TEXT(connection.defaultNamespace, "default");
    }

    void findsFaultsOfTheContextItself()
    {
        Diagnostics problems;
        const ConfigFile file = readConfig(R"(contexts:
- {name: empty}
- {name: dangling, context: {cluster: a, user: b, namespace: 'No!'}}
)",
                                           "/x/config",
                                           problems);
        COMPARE_TEXT(lines(resolveContext(file, file.contexts.at(0))),
                     "error contexts[empty].cluster kubeconfig.no-cluster\n");
        COMPARE_TEXT(lines(resolveContext(file, file.contexts.at(1))),
                     "error contexts[dangling].namespace kubeconfig.bad-namespace\n"
                     "error contexts[dangling].cluster kubeconfig.cluster-missing\n"
                     "error contexts[dangling].user kubeconfig.user-missing\n");
    }

    void namesTheCredential_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("") << "none";
        QTest::newRow("as: jane") << "none";
        QTest::newRow("token: t") << "token";
        QTest::newRow("token: t, tokenFile: f") << "token file";
        QTest::newRow("username: u") << "basic";
        QTest::newRow("client-certificate: c, client-key: k, token: t") << "client certificate";
        QTest::newRow("exec: {command: gke-gcloud-auth-plugin}") << "exec gke-gcloud-auth-plugin";
        QTest::newRow("auth-provider: {name: oidc}") << "auth-provider oidc";
    }

    void namesTheCredential()
    {
        QFETCH(QString, text);
        Diagnostics problems;
        const ConfigFile file = readConfig("users:\n- name: u\n  user: {"
                                               + std::string(QTest::currentDataTag()) + "}\n",
                                           "/c",
                                           problems);
        COMPARE_TEXT(credentialText(&file.users.at(0)), text.toStdString());
    }

    void namesNoCredentialWithoutUser() { COMPARE_TEXT(credentialText(nullptr), "none"); }
};

ISTHMUS_TEST_MAIN(TestResolution)
#include "tst_resolution.moc"
