// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kubeconfig/address.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestAddress : public test::TestBase
{
    Q_OBJECT

private slots:

    void normalizesServers_data()
    {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("outcome");
        const auto row = [](const char* given, const char* outcome) {
            QTest::newRow(given) << given << outcome;
        };
        row("https://10.0.0.1:6443", "https://10.0.0.1:6443");
        row("HTTPS://Host.example.com", "https://Host.example.com");
        row("https://host:443/", "https://host:443");
        row("https://host/k8s/clusters/c-1//", "https://host/k8s/clusters/c-1");
        row("https://host/a?b=c#d", "https://host/a");
        row("https://host?x", "https://host");
        row("https://[2001:db8::1]:6443/p", "https://[2001:db8::1]:6443/p");
        row(" https://host \n", "https://host");
        row("http://host:8080", "kubeconfig.server-not-encrypted");
        row("https://user:pw@host", "kubeconfig.server-with-user");
        row("https://good.com\\@evil.com", "kubeconfig.server-with-user");
        row("host:6443", "kubeconfig.bad-server");
        row("ftp://host", "kubeconfig.bad-server");
        row("unix:///var/run/x", "kubeconfig.bad-server");
        row("://host", "kubeconfig.bad-server");
        row("https://", "kubeconfig.bad-server");
        row("https:///path", "kubeconfig.bad-server");
        row("https://host:0", "kubeconfig.bad-server");
        row("https://host:65536", "kubeconfig.bad-server");
        row("https://host:-1", "kubeconfig.bad-server");
        row("https://host:", "kubeconfig.bad-server");
        row("https://host:80:90", "kubeconfig.bad-server");
        row("https://[::1", "kubeconfig.bad-server");
        row("https://[::1]x:5", "kubeconfig.bad-server");
        row("https://a b", "kubeconfig.bad-server");
        row("https://host/a b", "kubeconfig.bad-server");
        row("https://host/a\r\nX: y", "kubeconfig.bad-server");
        row("https://-option", "kubeconfig.bad-server");
        row("https://höst", "kubeconfig.bad-server");
    }

    void normalizesServers()
    {
        QFETCH(QString, given);
        QFETCH(QString, outcome);
        const auto address = kubeconfig::serverAddress(given.toStdString());
        COMPARE_TEXT(address ? *address : address.error().message.id, outcome.toStdString());
        if (!address) {
            QVERIFY(!address.error().remedy.empty());
            QVERIFY(describe(address.error()).find("pw") == std::string::npos);
        }
    }

    void knowsProxies_data()
    {
        QTest::addColumn<bool>("good");
        for (const char* good : { "http://proxy:3128",
                                  "https://proxy",
                                  "socks5://127.0.0.1:1080",
                                  "HTTP://user:p%40ss@proxy:3128",
                                  "http://proxy/" }) {
            QTest::newRow(good) << true;
        }
        for (const char* bad : { "proxy:3128",
                                 "socks4://proxy",
                                 "socks5h://proxy",
                                 "ftp://proxy",
                                 "http://",
                                 "http://a b",
                                 "http://u@",
                                 "http://host:99999",
                                 "http://host\n" }) {
            QTest::newRow(bad) << false;
        }
    }

    void knowsProxies()
    {
        QFETCH(bool, good);
        QCOMPARE(kubeconfig::isProxyAddress(QTest::currentDataTag()), good);
    }
};

ISTHMUS_TEST_MAIN(TestAddress)
#include "tst_address.moc"
