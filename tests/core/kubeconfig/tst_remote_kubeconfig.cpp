// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/certificate.h"
#include "core/json/parse.h"
#include "core/kubeconfig/kubeconfig.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

constexpr const char* minimal =
    "{"
    "\"apiVersion\": \"v1\", \"kind\": \"Config\", \"current-context\": \"gke\","
    "\"clusters\": [{\"name\": \"gke\", \"cluster\": {\"certificate-authority-data\": \"Y2E=\", "
    "\"server\": \"https://10.0.0.1\"}}],"
    "\"contexts\": [{\"name\": \"gke\", \"context\": {\"cluster\": \"gke\", \"user\": \"gke\"}}],"
    "\"users\": [{\"name\": \"gke\", \"user\": {\"token\": \"t0ken\"}}]"
    "}";

} // namespace

class TestRemoteKubeconfig : public test::TestBase
{
    Q_OBJECT

private slots:

    void holdsServerAuthorityAndTokenOnly()
    {
        const Secret text =
            kubeconfig::remoteKubeconfig("gke", "https://10.0.0.1", "ca", {}, Secret("t0ken"));
        const auto value = json::parse(text.reveal());
        QVERIFY(value);
        const auto wanted = json::parse(minimal);
        QVERIFY(wanted);
        COMPARE_TEXT(json::writePretty(*value), json::writePretty(*wanted));
    }

    void carriesTheNameInTheServersCertificate()
    {
        const Secret text = kubeconfig::remoteKubeconfig(
            "gke", "https://10.0.0.1", "ca", "kubernetes", Secret("t0ken"));
        const auto value = json::parse(text.reveal());
        QVERIFY(value);
        COMPARE_TEXT((*value)["clusters"][0]["cluster"]["tls-server-name"].string(), "kubernetes");
    }

    void quotesWhateverATokenHolds()
    {
        const std::string odd = "a\"b\\c\n\x01\x1f-ä";
        const Secret text =
            kubeconfig::remoteKubeconfig("g\"e", "https://h", "ca", {}, Secret(odd));
        const auto value = json::parse(text.reveal());
        QVERIFY(value);
        COMPARE_TEXT((*value)["users"][0]["user"]["token"].string(), odd);
        COMPARE_TEXT((*value)["users"][0]["name"].string(), "g\"e");
    }

    void isReadBackByTheLoader()
    {
        const test::TemporaryFolder folder;
        const auto root = crypto::makeRoot({ .now = SystemClock().now() });
        const Secret text = kubeconfig::remoteKubeconfig(
            "gke", "https://10.0.0.1:6443/p", root->certificatePem, "kubernetes", Secret("t0ken"));
        const auto config =
            kubeconfig::Kubeconfig::load({ { folder.write("config", text.reveal()) }, true });
        QVERIFY(config);
        COMPARE_TEXT(config->currentContext(), "gke");
        const auto connection = config->resolve("gke");
        QVERIFY2(connection, connection ? "" : describe(connection.error()).c_str());
        COMPARE_TEXT(connection->server, "https://10.0.0.1:6443/p");
        COMPARE_TEXT(connection->caPem, root->certificatePem);
        COMPARE_TEXT(connection->tlsServerName, "kubernetes");
        COMPARE_TEXT(connection->token.reveal(), "t0ken");
    }
};

ISTHMUS_TEST_MAIN(TestRemoteKubeconfig)
#include "tst_remote_kubeconfig.moc"
