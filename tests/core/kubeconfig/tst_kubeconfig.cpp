// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kubeconfig/kubeconfig.h"
#include "tests/support/test.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

using namespace isthmus;
using namespace isthmus::kubeconfig;

namespace {

std::string config(const std::string& name, const std::string& more = {})
{
    return "clusters: [{name: " + name + ", cluster: {server: 'https://" + name
        + ":6443'}}]\ncontexts: [{name: " + name + ", context: {cluster: " + name
        + ", user: " + name + "}}]\nusers: [{name: " + name + ", user: {token: token-of-" + name
        + "}}]\n" + more;
}

std::string files(const SearchPath& path)
{
    std::string out = path.explicitFile ? "explicit" : "found";
    for (const auto& file : path.files) {
        out += " " + file.string();
    }
    return out;
}

Kubeconfig load(const std::vector<std::filesystem::path>& paths)
{
    return std::move(*Kubeconfig::load({ paths, false }));
}

std::string summary(const Kubeconfig& loaded)
{
    std::string out;
    for (const ContextInfo& info : loaded.contexts()) {
        out += (info.current ? "* " : "  ") + info.name + " | " + info.cluster + " | " + info.user
            + " | " + info.server + " | " + info.defaultNamespace + " | " + info.credential + " | "
            + info.file.filename().string();
        for (const Diagnostic& problem : info.problems) {
            out += " | " + problem.summary.id;
        }
        out += "\n";
    }
    return out;
}

std::string ids(const Diagnostics& problems)
{
    std::string out;
    for (const Diagnostic& problem : problems) {
        out += problem.summary.id + " " + std::filesystem::path(problem.file).filename().string()
            + "\n";
    }
    return out;
}

} // namespace

class TestKubeconfig : public test::TestBase
{
    Q_OBJECT

private slots:

    void cleanup()
    {
        ::unsetenv("KUBECONFIG");
        ::setenv("HOME", "/nowhere", 1);
    }

    void looksWhereKubectlLooks()
    {
        ::unsetenv("KUBECONFIG");
        ::setenv("HOME", "/home/jane", 1);
        COMPARE_TEXT(files(searchPath({})), "found /home/jane/.kube/config");
        ::setenv("KUBECONFIG", "", 1);
        COMPARE_TEXT(files(searchPath({})), "found /home/jane/.kube/config");
        ::setenv("KUBECONFIG", "/b::/a:/x/../b:", 1);
        COMPARE_TEXT(files(searchPath({})), "found /b /a");
        COMPARE_TEXT(files(searchPath("/c")), "explicit /c");
        const std::string relative = (std::filesystem::current_path() / "c").string();
        COMPARE_TEXT(files(searchPath("c")), "explicit " + relative);
    }

    void mergesThreeFilesFirstDefinitionWhole()
    {
        const test::TemporaryFolder folder;
        const std::string a = folder.write(
            "a", R"(clusters: [{name: one, cluster: {server: https://a, tls-server-name: a}}]
contexts: [{name: one, context: {cluster: one, user: late}}]
)");
        const std::string b = folder.write("b", R"(current-context: two
clusters:
- {name: one, cluster: {server: https://b, proxy-url: http://proxy}}
- {name: two, cluster: {server: https://b2}}
contexts:
- {name: one, context: {cluster: two, user: other, namespace: x}}
- {name: two, context: {cluster: two, user: late, namespace: shop}}
)");
        const std::string c = folder.write("c", R"(current-context: one
users: [{name: late, user: {token: t}}]
contexts: [{name: three, context: {cluster: nowhere, user: nobody}}]
)");
        const Kubeconfig loaded = load({ a, folder.path("missing"), b, c });
        COMPARE_TEXT(dump(loaded.problems()), "");
        COMPARE_TEXT(loaded.currentContext(), "two");
        COMPARE_TEXT(
            summary(loaded),
            "  one | one | late | https://a | default | token | a\n"
            "* two | two | late | https://b2 | shop | token | b\n"
            "  three | nowhere | nobody |  | default | none | c | kubeconfig.cluster-missing | "
            "kubeconfig.user-missing\n");
        const auto one = loaded.resolve("one");
        QVERIFY(one);
        COMPARE_TEXT(one->tlsServerName, "a");
        COMPARE_TEXT(one->proxyUrl, "");
    }

    void skipsBrokenFilesAndKeepsTheOthers()
    {
        const test::TemporaryFolder folder;
        const Kubeconfig loaded =
            load({ folder.write("twice",
                                "users: [{name: a}, {name: a}]\ncurrent-context: a\n"
                                    + std::string("contexts: [{name: ghost}]\n")),
                   folder.path(),
                   folder.write("text", "hello"),
                   folder.write("good", config("good")),
                   folder.write("large", std::string((1 << 20) + 1, '#')) });
        QCOMPARE(loaded.problems().size(), std::size_t(4));
        QVERIFY(ids(loaded.problems())
                    .starts_with("kubeconfig.name-twice twice\nbase.file.unreadable "));
        QVERIFY(ids(loaded.problems())
                    .ends_with("\nkubeconfig.not-a-kubeconfig text\nbase.file.unreadable large\n"));
        COMPARE_TEXT(loaded.currentContext(), "");
        QCOMPARE(loaded.contexts().size(), std::size_t(1));
        QVERIFY(loaded.resolve("good"));
    }

    void warnsOnceWhereNoFileIsThere()
    {
        const test::TemporaryFolder folder;
        const Kubeconfig loaded = load({ folder.path("x"), folder.path("y") });
        COMPARE_TEXT(dump(loaded.problems()),
                     "warning: no kubeconfig was found\n  why: " + folder.path("x") + ", "
                         + folder.path("y")
                         + "\n  do: Name a kubeconfig with --kubeconfig or KUBECONFIG.\n");
        QVERIFY(loaded.contexts().empty());
        QCOMPARE(loaded.resolve("x").error().code, ErrorCode::Usage);
    }

    void refusesAnExplicitFileThatIsMissingOrBad()
    {
        const test::TemporaryFolder folder;
        const auto missing = Kubeconfig::load({ { folder.path("x") }, true });
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, ErrorCode::Usage);
        QVERIFY(missing.error().detail.find("No such file") != std::string::npos);
        const auto bad =
            Kubeconfig::load({ { folder.write("bad", "kind: Config\nkind: Config\n") }, true });
        QVERIFY(!bad);
        QCOMPARE(bad.error().code, ErrorCode::Usage);
        QVERIFY(bad.error().detail.find("/bad:2: ") != std::string::npos);
        QVERIFY(!bad.error().remedy.empty());
    }

    void waitsForNoPipeAndNoDevice()
    {
        const test::TemporaryFolder folder;
        QCOMPARE(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
        const Kubeconfig loaded = load({ folder.path("pipe"), "/dev/zero" });
        COMPARE_TEXT(ids(loaded.problems()),
                     "base.file.unreadable pipe\nbase.file.unreadable zero\n");
    }

    void namesTheContextsThatExist()
    {
        const test::TemporaryFolder folder;
        const Kubeconfig loaded =
            load({ folder.write("a", config("onprem")), folder.write("b", config("gke-prod")) });
        const auto near = loaded.resolve("onperm");
        QVERIFY(!near);
        QCOMPARE(near.error().code, ErrorCode::Usage);
        COMPARE_TEXT(text(near.error().remedy), "Did you mean onprem?");
        COMPARE_TEXT(near.error().detail, "there are: onprem, gke-prod");
        COMPARE_TEXT(loaded.resolve("something-else").error().remedy.id,
                     "kubeconfig.list-contexts");
        COMPARE_TEXT(loaded.resolve("").error().message.id, "kubeconfig.no-context");
    }

    void resolvesPathsBesideTheFileThatNamesThem()
    {
        const test::TemporaryFolder folder;
        (void)folder.write("one/secret/token", " file-token\n");
        (void)folder.write("two/secret/token", "wrong\n");
        const std::string one =
            folder.write("one/config", "users: [{name: u, user: {tokenFile: secret/token}}]\n");
        const std::string two =
            folder.write("two/config",
                         "clusters: [{name: c, cluster: {server: https://h}}]\n"
                         "contexts: [{name: c, context: {cluster: c, user: u}}]\n");
        const auto connection = load({ two, one }).resolve("c");
        QVERIFY2(connection, connection ? "" : describe(connection.error()).c_str());
        COMPARE_TEXT(connection->token.reveal(), "file-token");
        COMPARE_TEXT(connection->tokenFile->string(), folder.path("one/secret/token"));
    }

    void letsNoBrokenContextBlockAnother()
    {
        const test::TemporaryFolder folder;
        const Kubeconfig loaded =
            load({ folder.write("a", config("good")),
                   folder.write("b",
                                "clusters: [{name: bad, cluster: {server: http://h}}]\n"
                                "contexts: [{name: bad, context: {cluster: bad}}]\n") });
        QVERIFY(loaded.resolve("good"));
        COMPARE_TEXT(loaded.resolve("bad").error().message.id, "kubeconfig.unusable-context");
        COMPARE_TEXT(
            summary(loaded),
            "  good | good | good | https://good:6443 | default | token | a\n"
            "  bad | bad |  | http://h | default | none | b | kubeconfig.server-not-encrypted\n");
    }

    void showsNoPasswordInTheList()
    {
        const test::TemporaryFolder folder;
        const Kubeconfig loaded = load({ folder.write(
            "a",
            "clusters: [{name: c, cluster: {server: 'https://u:S3cr3t@h', proxy-url: "
            "'bad://u:S3cr3t@p'}}]\n"
            "contexts: [{name: c, context: {cluster: c, user: u}}]\n"
            "users: [{name: u, user: {token: 'S3cr3t x', password: S3cr3t, "
            "client-certificate-data: S3cr3t, client-key-data: S3cr3t}}]\n") });
        const ContextInfo info = loaded.contexts().at(0);
        COMPARE_TEXT(info.server, "");
        QVERIFY(hasErrors(info.problems));
        QVERIFY2(dump(info.problems).find("S3cr3t") == std::string::npos,
                 dump(info.problems).c_str());
        const std::string error = describe(loaded.resolve("c").error());
        QVERIFY2(error.find("S3cr3t") == std::string::npos, error.c_str());
    }
};

ISTHMUS_TEST_MAIN(TestKubeconfig)
#include "tst_kubeconfig.moc"
