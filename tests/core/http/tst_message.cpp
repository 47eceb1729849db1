// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/message.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestMessage : public test::TestBase
{
    Q_OBJECT

private slots:

    void namesEveryMethodAsItStandsOnTheWire()
    {
        std::string all;
        for (const http::Method method : { http::Method::Get,
                                           http::Method::Head,
                                           http::Method::Post,
                                           http::Method::Put,
                                           http::Method::Patch,
                                           http::Method::Delete }) {
            all += std::string(http::name(method)) + " ";
        }
        COMPARE_TEXT(all, "GET HEAD POST PUT PATCH DELETE ");
    }

    void findsHeadersWithoutRegardToCase()
    {
        http::Response response;
        response.headers = { { "content-TYPE", "a" }, { "Content-Type", "b" } };
        QVERIFY(response.header("Content-Type"));
        COMPARE_TEXT(*response.header("Content-Type"), "a");
        QVERIFY(!response.header("Content"));
        QVERIFY(!response.header(""));
    }
};

ISTHMUS_TEST_MAIN(TestMessage)
#include "tst_message.moc"
