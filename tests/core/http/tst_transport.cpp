// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/curl_error.h"
#include "core/http/transport.h"
#include "tests/support/test.h"

#include <thread>

using namespace isthmus;
using namespace isthmus::http;

namespace {

/// Answers on another thread, as the net thread does.
class EchoTransport final : public Transport
{
public:
    void send(std::shared_ptr<const Endpoint>,
              Request request,
              Handler handler,
              std::stop_token) override
    {
        m_thread = std::jthread([request = std::move(request), handler = std::move(handler)] {
            if (request.target == "/gone") {
                handler.onDone(Error { ErrorCode::Unreachable, {}, "gone" });
            } else {
                handler.onDone(Response { 200, {}, request.target });
            }
        });
    }

private:
    std::jthread m_thread;
};

} // namespace

class TestTransport : public test::TestBase
{
    Q_OBJECT

private slots:

    void exchangeWaitsForTheAnswerOrTheError()
    {
        EchoTransport transport;
        Request request;
        request.target = "/version";
        const Result<Response> answer = exchange(transport, nullptr, request, {});
        QVERIFY(answer);
        COMPARE_TEXT(answer->body, "/version");
        request.target = "/gone";
        const Result<Response> error = exchange(transport, nullptr, request, {});
        QVERIFY(!error);
        COMPARE_TEXT(error.error().detail, "gone");
    }

    void knowsWhichErrorsLeaveAWriteInDoubt()
    {
        Error error { ErrorCode::Unreachable, msg("http.unreachable") };
        QVERIFY(mayHaveArrived(error)); // nothing said: in doubt
        error.retry = Retry::After;
        QVERIFY(mayHaveArrived(error));
        error.retry = Retry::Now;
        QVERIFY(!mayHaveArrived(error));
        QVERIFY(!mayHaveArrived({ ErrorCode::Tls, {} }));
        QVERIFY(mayHaveArrived(cancelledError("a:1", true)));
        QVERIFY(!mayHaveArrived(cancelledError("a:1", false)));
        QVERIFY(mayHaveArrived(tooLargeError("a:1", 10)));
    }

    void looksThroughWrappedErrors()
    {
        const Error doubt = cancelledError("a:1", true).wrappedBy(ErrorCode::Internal, {});
        QVERIFY(mayHaveArrived(doubt));
        const Error sure = cancelledError("a:1", false).wrappedBy(ErrorCode::Internal, {});
        QVERIFY(!mayHaveArrived(sure));
    }
};

ISTHMUS_TEST_MAIN(TestTransport)
#include "tst_transport.moc"
