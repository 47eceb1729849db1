// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/address.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestAddress : public test::TestBase
{
    Q_OBJECT

private slots:

    void knowsIpAddresses()
    {
        for (const char* text : { "0.0.0.0",
                                  "203.0.113.10",
                                  "255.255.255.255",
                                  "::",
                                  "::1",
                                  "fd00::2",
                                  "1:2:3:4:5:6:7:8",
                                  "::ffff:1.2.3.4",
                                  "FE80::1",
                                  "1::8",
                                  "1:2:3:4:5:6:7::",
                                  "64:ff9b::1.2.3.4" }) {
            QVERIFY2(mesh::isIpAddress(text), text);
        }
        for (const char* text : { "",
                                  "1.2.3",
                                  "1.2.3.4.5",
                                  "1.2.3.256",
                                  "01.2.3.4",
                                  "1.2.3.4/24",
                                  " 1.2.3.4",
                                  "1.2.3.-4",
                                  ":",
                                  ":::",
                                  "1::2::3",
                                  "1:2:3:4:5:6:7",
                                  "1:2:3:4:5:6:7:8:9",
                                  "12345::",
                                  "g::",
                                  "fe80::1%eth0",
                                  "[::1]",
                                  "1.2.3.4::",
                                  "1:2:3:4:5:6:7:1.2.3.4",
                                  "1:2:3:4:5:6:7:8::" }) {
            QVERIFY2(!mesh::isIpAddress(text), text);
        }
    }

    void knowsHostNames()
    {
        for (const char* text :
             { "a", "a-b.c", "gw.example.com", "1a.2", "xn--bcher-kva.example" }) {
            QVERIFY2(mesh::isHostName(text), text);
        }
        for (const char* text : { "",
                                  "A.b",
                                  "a.",
                                  ".a",
                                  "a..b",
                                  "-a",
                                  "a_b",
                                  "*.a",
                                  "1.2.3.4",
                                  "1.2",
                                  "a/b",
                                  "a:1" }) {
            QVERIFY2(!mesh::isHostName(text), text);
        }
    }

    void findsTheHostOfAUrl()
    {
        QCOMPARE(mesh::hostOfUrl("https://a.b", "https"), std::string("a.b"));
        QCOMPARE(mesh::hostOfUrl("https://1.2.3.4:6443/x?y", "https"), std::string("1.2.3.4"));
        QCOMPARE(mesh::hostOfUrl("https://[fd00::1]:6443", "https"), std::string("fd00::1"));
        for (const char* url : { "",
                                 "https://",
                                 "http://a",
                                 "https:/a",
                                 "HTTPS://a",
                                 "https://a:0",
                                 "https://a:65536",
                                 "https://a:",
                                 "https://a:x",
                                 "https://u:p@a",
                                 "https://a b",
                                 "https://[fd00::1",
                                 "https://[x]",
                                 "https://a/ b",
                                 "https://[::1]x",
                                 "https://1.2.3" }) {
            QVERIFY2(mesh::hostOfUrl(url, "https").empty(), url);
        }
    }

    void knowsUrlsThatLeadToOneself()
    {
        for (const char* url : { "https://localhost:6443",
                                 "https://LocalHost.:6443/x",
                                 "https://a.localhost",
                                 "https://127.0.0.1:6443",
                                 "https://127.9.9.9/?x",
                                 "https://127.1",
                                 "https://[::1]:6443",
                                 "https://[0:0:0:0:0:0:0:1]",
                                 "https://[::FFFF:127.0.0.1]",
                                 "https://[::]:6443",
                                 "https://0.0.0.0:6443" }) {
            QVERIFY2(mesh::isLoopbackUrl(url), url);
        }
        for (const char* url : { "",
                                 "https://",
                                 "https://localhost.example.com",
                                 "https://127.example.com",
                                 "https://128.0.0.1",
                                 "https://10.127.0.1",
                                 "https://[::2]",
                                 "https://[::1:1]",
                                 "https://[1::]",
                                 "https://a/localhost" }) {
            QVERIFY2(!mesh::isLoopbackUrl(url), url);
        }
    }
};

ISTHMUS_TEST_MAIN(TestAddress)
#include "tst_address.moc"
