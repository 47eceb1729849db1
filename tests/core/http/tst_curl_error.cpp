// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/curl_error.h"
#include "core/http/transport.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::http;

namespace {

std::string dump(const Error& error)
{
    return std::string(name(error.code)) + " " + error.message.id + " → " + error.remedy.id
        + (mayHaveArrived(error) ? " (in doubt)" : " (not sent)");
}

Failure failure(int code, std::string text = "libcurl's words")
{
    Failure out;
    out.curlCode = code;
    out.text = std::move(text);
    out.host = "api:6443";
    return out;
}

} // namespace

class TestCurlError : public test::TestBase
{
    Q_OBJECT

private slots:

    void sortsWhatLibcurlReports_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("sent");
        QTest::addColumn<QString>("expected");
        const auto row = [](int code, const char* text, bool sent, const char* expected) {
            QTest::newRow((std::to_string(code) + " " + text).c_str())
                << code << text << sent << QString::fromUtf8(expected);
        };
        row(6, "", false, "unreachable http.unresolved → http.unresolved.do (not sent)");
        row(7, "", false, "unreachable http.unreachable → http.unreachable.do (not sent)");
        row(97, "", false, "unreachable http.proxy → http.proxy.do (not sent)");
        row(52, "", true, "unreachable http.no-answer → http.broken.do (in doubt)");
        row(56,
            "Connection reset by peer",
            true,
            "unreachable http.no-answer → http.broken.do (in doubt)");
        row(56,
            "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required",
            true,
            "tls http.tls.client-refused → http.tls.client-refused.do (not sent)");
        row(35,
            "OpenSSL SSL_connect: Connection reset by peer in connection to api:6443",
            false,
            "unreachable http.unreachable → http.unreachable.do (not sent)");
        row(35,
            "error:0A000126:SSL routines::unexpected eof while reading",
            false,
            "unreachable http.unreachable → http.unreachable.do (not sent)");
        row(35,
            "error:0A00042E:SSL routines::tlsv1 alert protocol version",
            false,
            "tls http.tls.failed → http.tls.failed.do (not sent)");
        row(35,
            "error:06880006:asn1 encoding routines::EVP lib",
            false,
            "tls http.tls.untrusted → http.tls.untrusted.do (not sent)");
        row(58, "", false, "tls http.tls.client-unusable → http.tls.client-unusable.do (not sent)");
        row(77, "", false, "tls http.tls.ca-unusable → http.tls.ca-unusable.do (not sent)");
        row(60, "", false, "tls http.tls.untrusted → http.tls.name.do (not sent)");
        row(1, "", true, "unreachable http.not-http → http.not-http.do (in doubt)");
        row(27, "", true, "internal http.setup → http.setup.do (in doubt)");
        row(27, " early", false, "internal http.setup → http.setup.do (not sent)");
    }

    void sortsWhatLibcurlReports()
    {
        QFETCH(int, code);
        QFETCH(QString, text);
        QFETCH(bool, sent);
        QFETCH(QString, expected);
        Failure what = failure(code, text.toStdString());
        what.sent = sent;
        const Error error = transferError(what);
        COMPARE_TEXT(dump(error), expected.toStdString());
        COMPARE_TEXT(error.detail, text.toStdString());
    }

    void tellsAClockProblemFromAnUnknownAuthority()
    {
        Failure what = failure(60);
        what.verifyResult = 10;
        COMPARE_TEXT(transferError(what).remedy.id, "http.tls.validity.do");
        what.verifyResult = 9;
        COMPARE_TEXT(transferError(what).remedy.id, "http.tls.validity.do");
        what.verifyResult = 20;
        COMPARE_TEXT(transferError(what).remedy.id, "http.tls.untrusted.do");
    }

    void namesTheHalfAnswer()
    {
        Failure what = failure(18);
        what.sent = true;
        what.answered = true;
        COMPARE_TEXT(dump(transferError(what)),
                     "unreachable http.cut-off → http.broken.do (in doubt)");
        // An alert in the middle of an answer is a broken line: the handshake was long over.
        what = failure(56, "SSL routines::tlsv1 alert bad certificate");
        what.sent = what.answered = true;
        COMPARE_TEXT(dump(transferError(what)),
                     "unreachable http.cut-off → http.broken.do (in doubt)");
    }

    void saysWhichWaitRanOut()
    {
        const auto timeout = [](Phase phase, bool sent) {
            return timeoutError({ {}, phase, Milliseconds(1500) }, "api:6443", sent);
        };
        COMPARE_TEXT(text(timeout(Phase::Queue, false).message),
                     "No connection to api:6443 became free within 1.5 s");
        COMPARE_TEXT(text(timeout(Phase::Connect, false).message),
                     "No connection to api:6443 within 1.5 s");
        COMPARE_TEXT(text(timeout(Phase::FirstByte, true).message),
                     "api:6443 gave no answer within 1.5 s");
        COMPARE_TEXT(text(timeout(Phase::Total, true).message),
                     "api:6443 did not finish its answer within 1.5 s");
        COMPARE_TEXT(text(timeout(Phase::Silence, true).message),
                     "api:6443 sent nothing for 1.5 s");
        QVERIFY(!mayHaveArrived(timeout(Phase::FirstByte, false)));
        QVERIFY(mayHaveArrived(timeout(Phase::FirstByte, true)));
    }
};

ISTHMUS_TEST_MAIN(TestCurlError)
#include "tst_curl_error.moc"
