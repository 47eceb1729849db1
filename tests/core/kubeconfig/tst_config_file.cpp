// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kubeconfig/config_file.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::kubeconfig;

namespace {

constexpr const char* ordinary = R"(apiVersion: v1
kind: Config
preferences: {}
extensions: [{name: x, extension: {any: thing}}]
current-context: onprem
clusters:
- name: onprem
  cluster:
    server: https://10.0.0.1:6443
    insecure-skip-tls-verify: true
    future-key: 1
contexts:
- name: onprem
  context: {cluster: onprem, user: admin, namespace: shop}
users:
- name: admin
  user:
    token: t0ken
    as: jane
    as-groups: [a, b]
    as-user-extra: {scopes: [view, edit]}
)";

/// "error kubeconfig.x subject 3:5", a line each.
std::string lines(const Diagnostics& problems)
{
    std::string out;
    for (const Diagnostic& problem : problems) {
        out += std::string(problem.severity == Severity::Error ? "error " : "warning ")
            + problem.summary.id + " " + problem.subject + " " + std::to_string(problem.line) + ":"
            + std::to_string(problem.column) + "\n";
    }
    return out;
}

ConfigFile read(std::string_view text, Diagnostics& problems)
{
    return readConfig(text, "/home/jane/.kube/config", problems);
}

} // namespace

class TestConfigFile : public test::TestBase
{
    Q_OBJECT

private slots:

    void readsEntriesWithTheirPlaces()
    {
        Diagnostics problems;
        const ConfigFile config = read(ordinary, problems);
        COMPARE_TEXT(lines(problems), "");
        QCOMPARE(config.clusters.size(), std::size_t(1));
        QCOMPARE(config.clusters[0].server.line, 9);
        QCOMPARE(config.clusters[0].server.column, 13);
        QVERIFY(config.clusters[0].insecureSkipVerify);
        COMPARE_TEXT(config.contexts.at(0).defaultNamespace, "shop");
        COMPARE_TEXT(config.users.at(0).token.reveal(), "t0ken");
        QCOMPARE(config.users[0].impersonation.extra.size(), std::size_t(2));
        COMPARE_TEXT(config.users[0].impersonation.extra[1].first, "scopes");
        COMPARE_TEXT(config.users[0].impersonation.extra[1].second, "edit");
        COMPARE_TEXT(config.currentContext, "onprem");
    }

    void readsJsonWithTabsAndLargeData()
    {
        const std::string data(8000, 'A');
        Diagnostics problems;
        const ConfigFile config =
            read("{\n\t\"clusters\": [\n\t\t{\"name\": \"a\\/b\", \"cluster\": {\"server\": "
                 "\"https:\\/\\/h\","
                 " \"disable-compression\": true, \"certificate-authority-data\": \""
                     + data + "\"}}\n\t],\n\t\"users\": null,\n\t\"contexts\": []\n}\n",
                 problems);
        COMPARE_TEXT(lines(problems), "");
        COMPARE_TEXT(config.clusters.at(0).name.text, "a/b");
        COMPARE_TEXT(config.clusters.at(0).server.text, "https://h");
        QVERIFY(config.clusters.at(0).disableCompression);
        QCOMPARE(config.clusters.at(0).authorityData.text.size(), data.size());
    }

    void readsFlowStyleThatIsNotJson()
    {
        Diagnostics problems;
        const ConfigFile config =
            read("{clusters: [{name: a, cluster: {server: 'https://h'}}]}", problems);
        COMPARE_TEXT(lines(problems), "");
        COMPARE_TEXT(config.clusters.at(0).server.text, "https://h");
    }

    void takesEmptyFilesAndListsAsNothing_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("comment") << QByteArray("# nothing yet\n");
        QTest::newRow("null lists")
            << QByteArray("clusters: null\nusers:\ncontexts: []\ncurrent-context: \"\"\n");
        QTest::newRow("empty JSON") << QByteArray("{}");
    }

    void takesEmptyFilesAndListsAsNothing()
    {
        QFETCH(QByteArray, text);
        Diagnostics problems;
        const ConfigFile config = read(text.toStdString(), problems);
        COMPARE_TEXT(lines(problems), "");
        QVERIFY(config.clusters.empty() && config.users.empty() && config.contexts.empty());
    }

    void givesOneProblemForAnUnusableFile_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("problem");
        const auto row = [](const char* name, const QByteArray& text, const char* problem) {
            QTest::newRow(name) << text << problem;
        };
        row("binary",
            QByteArray("\x7f"
                       "ELF\0\0\0",
                       7),
            "kubeconfig.not-a-kubeconfig");
        row("broken UTF-8", "users: \xff\xfe", "kubeconfig.not-a-kubeconfig");
        row("text", "hello", "kubeconfig.not-a-kubeconfig");
        row("a list", "- a\n- b\n", "kubeconfig.not-a-kubeconfig");
        row("another kind", "kind: Mesh\napiVersion: v1\n", "kubeconfig.not-a-kubeconfig");
        row("another version", "kind: Config\napiVersion: v2\n", "kubeconfig.not-a-kubeconfig");
        row("aliases", "users: &a []\nclusters: *a\ncontexts: *a\n", "yaml.anchor");
        row("two documents", "kind: Config\n---\nkind: Config\n", "yaml.second-document");
        row("a key twice", "users: []\nusers: []\n", "yaml.duplicate-key");
        row("a key twice in JSON", R"({"users": [], "users": []})", "yaml.duplicate-key");
        row("too large", QByteArray("# ") + QByteArray(1 << 20, 'x'), "yaml.too-large");
        row("too deep", "users: " + QByteArray(100, '[') + QByteArray(100, ']'), "yaml.too-deep");
        row("entries not in a list", "users: {admin: {token: x}}\n", "kubeconfig.wrong-shape");
        row("a name twice", "users:\n- name: a\n- name: a\n", "kubeconfig.name-twice");
    }

    void givesOneProblemForAnUnusableFile()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, problem);
        Diagnostics problems;
        (void)read(text.toStdString(), problems);
        QVERIFY2(problems.size() == 1, dump(problems).c_str());
        QVERIFY(hasErrors(problems));
        COMPARE_TEXT(problems[0].summary.id, problem.toStdString());
        COMPARE_TEXT(problems[0].file, "/home/jane/.kube/config");
        QVERIFY(!problems[0].remedy.empty());
    }

    void keepsShapeProblemsWithTheEntryTheyConcern()
    {
        Diagnostics problems;
        const ConfigFile config = read(R"(clusters:
- name: odd
  cluster:
    server: [https://h]
    insecure-skip-tls-verify: "true"
- name: text
  cluster: https://h
- name: good
  cluster: {server: https://h}
users:
- name: odd
  user:
    token: {secret: value}
    as-groups: a
    as-user-extra: {scopes: view}
    exec: {command: x, args: {a: b}, env: [{name: A, value: [1]}]}
)",
                                       problems);
        COMPARE_TEXT(lines(problems), "");
        COMPARE_TEXT(lines(config.clusters.at(0).problems),
                     "error kubeconfig.wrong-shape clusters[odd].server 4:13\n"
                     "error kubeconfig.wrong-shape clusters[odd].insecure-skip-tls-verify 5:31\n");
        COMPARE_TEXT(lines(config.clusters.at(1).problems),
                     "error kubeconfig.wrong-shape clusters[text] 7:12\n");
        COMPARE_TEXT(lines(config.clusters.at(2).problems), "");
        COMPARE_TEXT(lines(config.users.at(0).problems),
                     "error kubeconfig.wrong-shape users[odd].token 13:12\n"
                     "error kubeconfig.wrong-shape users[odd].as-groups 14:16\n"
                     "error kubeconfig.wrong-shape users[odd].as-user-extra.scopes 15:29\n"
                     "error kubeconfig.wrong-shape users[odd].exec.args 16:30\n"
                     "error kubeconfig.wrong-shape users[odd].exec.env.value 16:61\n");
    }

    void leavesOutEntriesWithoutName()
    {
        Diagnostics problems;
        const ConfigFile config =
            read("users:\n- user: {token: x}\n- name: a\n  user:\n", problems);
        COMPARE_TEXT(lines(problems), "warning kubeconfig.no-name users[] 0:0\n");
        QCOMPARE(config.users.size(), std::size_t(1));
    }

    void neverRepeatsWhatMayBeASecret_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("a line that slipped")
            << QByteArray("users:\n- name: a\n  user:\n    token:\nS3cr3tS3cr3t\n");
        QTest::newRow("a line that slipped in a map") << QByteArray(
            "users:\n- name: a\n  user:\n    token: |\n    S3cr3tS3cr3t\n    as: b\n");
        QTest::newRow("a tag") << QByteArray(
            "users:\n- name: a\n  user:\n    token: !S3cr3tS3cr3t\n");
        QTest::newRow("an alias") << QByteArray(
            "users:\n- name: a\n  user:\n    token: *S3cr3tS3cr3t\n");
        QTest::newRow("an open quote")
            << QByteArray("users:\n- name: a\n  user:\n    token: \"S3cr3tS3cr3t\n");
        QTest::newRow("broken JSON")
            << QByteArray(R"({"users": [{"user": {"token": "S3cr3tS3cr3t"}])");
        QTest::newRow("a list") << QByteArray(
            "users:\n- name: a\n  user:\n    token: [S3cr3tS3cr3t]\n");
    }

    void neverRepeatsWhatMayBeASecret()
    {
        QFETCH(QByteArray, text);
        Diagnostics problems;
        const ConfigFile config = read(text.toStdString(), problems);
        for (const UserEntry& user : config.users) {
            problems.insert(problems.end(), user.problems.begin(), user.problems.end());
        }
        QVERIFY(!problems.empty());
        QVERIFY2(dump(problems).find("S3cr3t") == std::string::npos, dump(problems).c_str());
    }

    void readsExecPlugins()
    {
        Diagnostics problems;
        const ConfigFile config =
            read("users:\n"
                 "- name: a\n"
                 "  user:\n"
                 "    exec:\n"
                 "      apiVersion: client.authentication.k8s.io/v1beta1\n"
                 "      command: ../bin/plugin\n"
                 "      args: [get-token, --cluster, 7]\n"
                 "      env: [{name: AWS_PROFILE, value: prod}]\n"
                 "      provideClusterInfo: true\n"
                 "      installHint: \"install\\e[31m it\"\n"
                 "- name: b\n"
                 "  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "
                 "gke-gcloud-auth-plugin, interactiveMode: Never}}\n",
                 problems);
        COMPARE_TEXT(lines(problems), "");
        const ExecPlugin& a = *config.users.at(0).exec;
        COMPARE_TEXT(a.command, "/home/jane/bin/plugin");
        QCOMPARE(a.arguments, (std::vector<std::string> { "get-token", "--cluster", "7" }));
        COMPARE_TEXT(a.environment.at(0).first, "AWS_PROFILE");
        COMPARE_TEXT(a.environment.at(0).second.reveal(), "prod");
        COMPARE_TEXT(a.interactiveMode, "IfAvailable");
        QVERIFY(a.provideClusterInfo);
        COMPARE_TEXT(a.installHint, "install [31m it");
        COMPARE_TEXT(config.users.at(1).exec->command, "gke-gcloud-auth-plugin");
        COMPARE_TEXT(config.users.at(1).exec->interactiveMode, "Never");
    }
};

ISTHMUS_TEST_MAIN(TestConfigFile)
#include "tst_config_file.moc"
