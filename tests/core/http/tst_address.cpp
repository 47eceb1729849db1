// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/address.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::http;

class TestAddress : public test::TestBase
{
    Q_OBJECT

private slots:

    void takesEndpointsApart_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("expected");
        QTest::newRow("plain") << "https://api.example:6443" << "api.example:6443 ";
        QTest::newRow("default port") << "https://api.example" << "api.example:443 ";
        QTest::newRow("slash") << "https://10.0.0.1:6443/" << "10.0.0.1:6443 ";
        QTest::newRow("prefix") << "https://front/k8s/clusters/c-1/"
                                << "front:443 /k8s/clusters/c-1";
        QTest::newRow("IPv6") << "https://[fd00::1]:6443" << "[fd00::1]:6443 ";
        QTest::newRow("upper case scheme") << "HTTPS://api.example" << "api.example:443 ";
    }

    void takesEndpointsApart()
    {
        QFETCH(QString, url);
        QFETCH(QString, expected);
        const Result<Address> address = parseAddress(url.toStdString());
        QVERIFY(address);
        COMPARE_TEXT(address->hostAndPort() + " " + address->prefix, expected.toStdString());
    }

    void refusesEndpoints_data()
    {
        QTest::addColumn<QString>("url");
        for (const char* url : { "",
                                 "api.example:6443",
                                 "http://api.example",
                                 "ftp://api.example",
                                 "file:///etc/passwd",
                                 "https://",
                                 "https://user@api.example",
                                 "https://user:hunter2@api.example",
                                 "https://@api.example",
                                 "https://api.example/?x=1",
                                 "https://api.example/#top",
                                 "https://api.example/a/../b",
                                 "https://api.example/%2E%2e/b",
                                 "https://api example",
                                 "https://api.example\r\nX: y",
                                 "https://api.example:0",
                                 "https://api.example:66000",
                                 "https://api.example:x",
                                 "https://[fe80::1%25eth0]",
                                 "https://[fd00::1" }) {
            QTest::newRow(url) << url;
        }
    }

    void refusesEndpoints()
    {
        QFETCH(QString, url);
        const Result<Address> address = parseAddress(url.toStdString());
        QVERIFY(!address);
        QCOMPARE(address.error().code, ErrorCode::Invalid);
        QVERIFY(!address.error().detail.empty());
        QVERIFY(!address.error().remedy.empty());
        QVERIFY(describe(address.error()).find("hunter2") == std::string::npos);
    }

    void putsTargetsBelowThePrefixUntouched()
    {
        const Address address { "api.example", 6443, "/k8s" };
        const Result<Destination> to = destination(address, {}, "/api/v1/x%2Fy?a=b&c=..%2F");
        QVERIFY(to);
        COMPARE_TEXT(to->url, "https://api.example:6443/k8s/api/v1/x%2Fy?a=b&c=..%2F");
        COMPARE_TEXT(to->host, "api.example:6443");
        COMPARE_TEXT(to->connectTo, "");
    }

    void refusesTargets_data()
    {
        QTest::addColumn<QString>("target");
        for (const char* target : { "",
                                    "api",
                                    "https://elsewhere/",
                                    "@elsewhere/",
                                    "/a b",
                                    "/a\r\nHost: x",
                                    "/a#b",
                                    "/a\\b",
                                    "/ä",
                                    "/..",
                                    "/a/../b",
                                    "/a/./b",
                                    "/a/%2e%2E/b",
                                    "/a/.%2e",
                                    "/a/..?x" }) {
            QTest::newRow(target) << QString::fromUtf8(target);
        }
    }

    void refusesTargets()
    {
        QFETCH(QString, target);
        const Result<Destination> to = destination({ "api.example" }, {}, target.toStdString());
        QVERIFY(!to);
        QCOMPARE(to.error().code, ErrorCode::Invalid);
        QVERIFY(!mayHaveArrived(to.error()));
    }

    void connectsToTheServerUnderAnotherName()
    {
        const Result<Destination> to = destination({ "fd00::1", 6443 }, "api.internal", "/version");
        QVERIFY(to);
        COMPARE_TEXT(to->url, "https://api.internal:6443/version");
        COMPARE_TEXT(to->connectTo, "api.internal:6443:[fd00::1]:6443");
        COMPARE_TEXT(to->host, "[fd00::1]:6443");
        QVERIFY(!destination({ "10.0.0.1" }, "a/b", "/version"));
        QVERIFY(!destination({ "10.0.0.1" }, "user@name", "/version"));
    }

    void letsTheProxyResolveNames()
    {
        COMPARE_TEXT(proxyAddress("socks5://127.0.0.1:1080").value(), "socks5h://127.0.0.1:1080");
        COMPARE_TEXT(proxyAddress("http://u:p@proxy:3128").value(), "http://u:p@proxy:3128");
        COMPARE_TEXT(proxyAddress("https://proxy:3128").value(), "https://proxy:3128");
        for (const char* bad : { "", "proxy:3128", "socks4://x:1", "ftp://x", "http://a b" }) {
            QVERIFY2(!proxyAddress(bad), bad);
        }
    }

    void refusesRequestsThatWouldSayMoreThanTheyShow_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        QTest::newRow("line break") << "X" << "a\r\nY: b";
        QTest::newRow("bare line feed") << "X" << "a\nb";
        QTest::newRow("bare carriage return") << "X" << "a\rb";
        QTest::newRow("control character") << "X" << "a\x01";
        QTest::newRow("no name") << "" << "a";
        QTest::newRow("colon in name") << "X:Y" << "a";
        QTest::newRow("break in name") << "X\r\nY" << "a";
        QTest::newRow("another host") << "Host" << "elsewhere";
        QTest::newRow("another length") << "content-length" << "0";
        QTest::newRow("another framing") << "Transfer-Encoding" << "chunked";
    }

    void refusesRequestsThatWouldSayMoreThanTheyShow()
    {
        QFETCH(QString, name);
        QFETCH(QString, value);
        Request request;
        request.target = "/";
        request.headers = { { name.toStdString(), value.toStdString() } };
        const Result<void> checked = checkRequest(request, "api:443");
        QVERIFY(!checked);
        QCOMPARE(checked.error().code, ErrorCode::Invalid);
        QVERIFY(!mayHaveArrived(checked.error()));
    }

    void neverRepeatsAHeadersValueInAnError()
    {
        Request request;
        request.headers = { { "Authorization", std::string("Bearer hunter2\r\nX: y") } };
        const Result<void> checked = checkRequest(request, "api:443");
        QVERIFY(!checked);
        QVERIFY(describe(checked.error()).find("hunter2") == std::string::npos);
    }

    void refusesABodyWhereNoneIsSent()
    {
        Request request;
        request.body = "x";
        QVERIFY(!checkRequest(request, "api:443"));
        request.method = Method::Delete;
        QVERIFY(checkRequest(request, "api:443"));
    }
};

ISTHMUS_TEST_MAIN(TestAddress)
#include "tst_address.moc"
