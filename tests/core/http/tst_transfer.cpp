// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/http/net_bed.h"
#include "tests/support/test.h"

#include <QByteArray>

#include <array>

using namespace isthmus;
using namespace isthmus::http;
using test::ReceivedRequest;
using test::TlsConnection;
using test::TlsFault;

namespace {

std::string hex(const char* digits)
{
    return QByteArray::fromHex(digits).toStdString();
}

/// 100,000 zero bytes.
std::string bomb()
{
    return hex("1f8b08000000000002ffedc13101000000c2a0f54f6d0d0fa0") + std::string(96, '\0')
        + hex("8057037d9511d4a0860100");
}

/// Names in the order they came, "name: value" each.
std::string dump(const ReceivedRequest& request)
{
    std::string out = request.method + " " + request.target + "\n";
    for (const auto& [key, value] : request.headers) {
        out += key + ": " + value + "\n";
    }
    return out + request.body;
}

Result<Response> ask(Bed& bed, std::shared_ptr<const Endpoint> endpoint)
{
    return exchange(*bed.transport, std::move(endpoint), Bed::request("/"), {});
}

} // namespace

class TestTransfer : public test::TestBase
{
    Q_OBJECT

private slots:

    void carriesRequestAndAnswer()
    {
        Bed bed(
            [](TlsConnection& connection, const ReceivedRequest&) {
                connection.respond(201,
                                   R"({"a":1})",
                                   "Content-Type: application/json\r\nWarning: 299 - \"x\"\r\n");
            },
            {},
            { .version = "1.2.3" });
        Request request = Bed::request("/apis/x?dryRun=All", Method::Post, R"({"kind":"X"})");
        request.headers = { { "Content-Type", "application/json" },
                            { "Accept", "application/json" },
                            { "Authorization", "Bearer t" },
                            { "X-Empty", "" } };
        const Result<Response> answer = bed.ask(request);
        COMPARE_TEXT(verdict(answer), "201");
        COMPARE_TEXT(answer->body, R"({"a":1})");
        COMPARE_TEXT(answer->header("warning").value_or(""), "299 - \"x\"");
        COMPARE_TEXT(dump(bed.server.requests().front()),
                     "POST /apis/x?dryRun=All\n"
                     "Host: 127.0.0.1:"
                         + std::to_string(bed.server.port())
                         + "\n"
                           "User-Agent: isthmus/1.2.3 (linux/amd64)\n"
                           "Content-Type: application/json\n"
                           "Accept: application/json\n"
                           "Authorization: Bearer t\n"
                           "X-Empty: \n"
                           "Content-Length: 12\n"
                           R"({"kind":"X"})");
    }

    void sendsEachMethod_data()
    {
        QTest::addColumn<int>("method");
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("length");
        QTest::newRow("get") << int(Method::Get) << "" << "";
        QTest::newRow("head") << int(Method::Head) << "" << "";
        QTest::newRow("post") << int(Method::Post) << "body" << "4";
        QTest::newRow("empty post") << int(Method::Post) << "" << "0";
        QTest::newRow("put") << int(Method::Put) << "body" << "4";
        QTest::newRow("patch") << int(Method::Patch) << "body" << "4";
        QTest::newRow("delete") << int(Method::Delete) << "" << "";
        QTest::newRow("delete with options") << int(Method::Delete) << "body" << "4";
    }

    void sendsEachMethod()
    {
        QFETCH(int, method);
        QFETCH(QString, body);
        QFETCH(QString, length);
        Bed bed([](TlsConnection& connection, const ReceivedRequest& request) {
            connection.respond(200, request.method == "HEAD" ? "" : "ok");
        });
        const auto what = static_cast<Method>(method);
        COMPARE_TEXT(verdict(bed.ask(Bed::request("/", what, body.toStdString()))), "200");
        const ReceivedRequest received = bed.server.requests().front();
        COMPARE_TEXT(received.method, name(what));
        COMPARE_TEXT(received.body, body.toStdString());
        COMPARE_TEXT(received.header("Content-Length"), length.toStdString());
        COMPARE_TEXT(received.header("Content-Type"), "");
        COMPARE_TEXT(received.header("Accept-Encoding"), "");
    }

    void sendsLargeBodiesWhole()
    {
        Bed bed(answerOk);
        const std::string body(3 << 20, 'x');
        COMPARE_TEXT(verdict(bed.ask(Bed::request("/", Method::Post, body))), "200");
        QVERIFY(bed.server.requests().front().body == body);
    }

    void answersErrorStatusesAsAnswers()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest&) {
            connection.respond(404, "no such thing");
        });
        const Result<Response> answer = bed.get("/");
        COMPARE_TEXT(verdict(answer), "404");
        COMPARE_TEXT(answer->body, "no such thing");
    }

    void neverFollowsARedirect()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest&) {
            connection.respond(302, "", "Location: /elsewhere\r\nSet-Cookie: a=b\r\n");
        });
        COMPARE_TEXT(verdict(bed.get("/")), "302");
        COMPARE_TEXT(verdict(bed.get("/again")), "302");
        QCOMPARE(bed.server.requests().size(), std::size_t { 2 });
        COMPARE_TEXT(bed.server.requests().back().header("Cookie"), "");
    }

    void passesOverInterimAnswers()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest&) {
            connection.write("HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\n");
            connection.respond(200, "ok");
        });
        Call call(*bed.transport, bed.endpoint, Bed::request("/"), true);
        const Result<Response> answer = call.wait();
        COMPARE_TEXT(verdict(answer), "200");
        QVERIFY(!answer->header("X-Early"));
        COMPARE_TEXT(call.streamed(), "[200]ok");
    }

    void streamsBytesAsTheyCome()
    {
        std::mutex mutex;
        std::condition_variable changed;
        bool goOn = false;
        Bed bed([&](TlsConnection& connection, const ReceivedRequest&) {
            connection.beginChunks();
            connection.chunk("one");
            std::unique_lock lock(mutex);
            changed.wait(lock, [&goOn] { return goOn; });
            connection.chunk("two");
            connection.endChunks();
        });
        Call call(*bed.transport, bed.endpoint, Bed::request("/"), true);
        QVERIFY(call.waitForText("[200]one"));
        {
            const std::scoped_lock lock(mutex);
            goOn = true;
        }
        changed.notify_all();
        const Result<Response> answer = call.wait();
        COMPARE_TEXT(verdict(answer), "200");
        COMPARE_TEXT(answer->body, "");
        COMPARE_TEXT(call.streamed(), "[200]onetwo");
    }

    void endsAStreamThatItsReceiverHasEnoughOf()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest&) {
            connection.beginChunks();
            while (connection.chunk("more")) { }
        });
        std::mutex mutex;
        std::condition_variable changed;
        std::string result;
        Handler handler;
        handler.onBody = [](std::string_view) { return false; };
        handler.onDone = [&](const Result<Response>& answer) {
            const std::scoped_lock lock(mutex);
            result = verdict(answer);
            changed.notify_all();
        };
        bed.transport->send(bed.endpoint, Bed::request("/"), handler, {});
        std::unique_lock lock(mutex);
        changed.wait(lock, [&result] { return !result.empty(); });
        COMPARE_TEXT(result, "cancelled http.cancelled (in doubt)");
    }

    void takesAnAnswerOfTheGreatestSizeAndNoLarger()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest& request) {
            connection.respond(200, request.target == "/fits" ? "12345678" : "123456789");
        });
        Request request = Bed::request("/fits");
        request.maxBody = 8;
        COMPARE_TEXT(verdict(bed.ask(request)), "200");
        request.target = "/more";
        COMPARE_TEXT(verdict(bed.ask(request)), "invalid http.too-large (in doubt)");
    }

    void countsUnpackedBytes()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest& request) {
            connection.respond(
                200,
                request.target == "/bomb"
                    ? bomb()
                    : hex("1f8b08000000000002ff2bcd2b484cce4e4d010096622fca08000000"),
                "Content-Encoding: gzip\r\n");
        });
        Request request = Bed::request("/");
        request.compressed = true;
        request.maxBody = 50'000;
        const Result<Response> answer = bed.ask(request);
        COMPARE_TEXT(verdict(answer), "200");
        COMPARE_TEXT(answer->body, "unpacked");
        COMPARE_TEXT(bed.server.requests().front().header("Accept-Encoding"), "gzip");
        request.target = "/bomb";
        COMPARE_TEXT(verdict(bed.ask(request)), "invalid http.too-large (in doubt)");
    }

    void takesNoEndlessHeader()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest&) {
            connection.write("HTTP/1.1 200 OK\r\n");
            while (connection.write("X-More: " + std::string(1000, 'x') + "\r\n")) { }
        });
        COMPARE_TEXT(verdict(bed.get("/")), "invalid http.too-large (in doubt)");
    }

    void neverTakesHalfAnAnswerForAWholeOne_data()
    {
        QTest::addColumn<QString>("head");
        QTest::addColumn<QString>("expected");
        QTest::newRow("length") << "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
                                << "unreachable http.cut-off (in doubt)";
        QTest::newRow("chunks")
            << "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
            << "unreachable http.cut-off (in doubt)";
        QTest::newRow("half a chunk")
            << "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"
            << "unreachable http.cut-off (in doubt)";
        QTest::newRow("nothing") << "" << "unreachable http.no-answer (in doubt)";
        QTest::newRow("until closed, cut") << "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf"
                                           << "unreachable http.cut-off (in doubt)";
        QTest::newRow("not HTTP") << "SSH-2.0-OpenSSH_9.2\r\n"
                                  << "unreachable http.not-http (in doubt)";
    }

    void neverTakesHalfAnAnswerForAWholeOne()
    {
        QFETCH(QString, head);
        QFETCH(QString, expected);
        Bed bed([head](TlsConnection& connection, const ReceivedRequest&) {
            connection.write(head.toStdString());
            connection.cut();
        });
        COMPARE_TEXT(verdict(bed.get("/")), expected.toStdString());
    }

    void reportsResets()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest&) { connection.reset(); });
        COMPARE_TEXT(verdict(bed.get("/")), "unreachable http.no-answer (in doubt)");
        Bed early(answerOk, TlsFault::ResetAtOnce);
        COMPARE_TEXT(verdict(early.get("/")), "unreachable http.unreachable (not sent)");
        Bed unread(answerOk, TlsFault::ResetBeforeReading);
        QCOMPARE(unread.get("/").error().code, ErrorCode::Unreachable);
    }

    void reportsARefusedConnection()
    {
        std::string url;
        {
            const Bed gone(answerOk);
            url = gone.server.url();
        }
        Bed bed(answerOk);
        bed.endpoint->url = url;
        const Result<Response> refused = bed.get("/");
        COMPARE_TEXT(verdict(refused), "unreachable http.unreachable (not sent)");
        QVERIFY(!refused.error().detail.empty());
        QVERIFY(text(refused.error().message).find(url.substr(8)) == 0);
    }

    void sendsNothingMalformed_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("token");
        QTest::newRow("no slash") << "" << "api" << "t";
        QTest::newRow("another host") << "" << "@evil/" << "t";
        QTest::newRow("line break in a header") << "" << "/" << "t\r\nX: y";
        QTest::newRow("plain http") << "http://127.0.0.1:1" << "/" << "t";
        QTest::newRow("user info") << "https://a:b@127.0.0.1:1" << "/" << "t";
    }

    void sendsNothingMalformed()
    {
        QFETCH(QString, url);
        QFETCH(QString, target);
        QFETCH(QString, token);
        Bed bed(answerOk);
        if (!url.isEmpty()) {
            bed.endpoint->url = url.toStdString();
        }
        Request request = Bed::request(target.toStdString());
        request.headers = { { "Authorization", "Bearer " + token.toStdString() } };
        const Result<Response> refused = bed.ask(request);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Invalid);
        QVERIFY(!mayHaveArrived(refused.error()));
        QCOMPARE(bed.server.connections(), 0);
    }

    void refusesServersThatItDoesNotTrust_data()
    {
        QTest::addColumn<QString>("names");
        QTest::addColumn<int>("notBefore");
        QTest::addColumn<int>("notAfter");
        QTest::addColumn<int>(
            "trust"); // 0 the right authority, 1 another, 2 its namesake, 3 the system's
        QTest::addColumn<QString>("reason");
        const QString good = "IP:127.0.0.1";
        QTest::newRow("another authority") << good << -60 << 3600 << 1 << "certificate";
        QTest::newRow("a namesake of the authority") << good << -60 << 3600 << 2 << "error:";
        QTest::newRow("system roots only") << good << -60 << 3600 << 3 << "certificate";
        QTest::newRow("expired") << good << -7200 << -3600 << 0 << "certificate has expired";
        QTest::newRow("not yet valid")
            << good << 3600 << 7200 << 0 << "certificate is not yet valid";
        QTest::newRow("another name") << "DNS:elsewhere" << -60 << 3600 << 0 << "127.0.0.1";
        QTest::newRow("another address") << "IP:127.0.0.2" << -60 << 3600 << 0 << "127.0.0.1";
    }

    void refusesServersThatItDoesNotTrust()
    {
        QFETCH(QString, names);
        QFETCH(int, notBefore);
        QFETCH(int, notAfter);
        QFETCH(int, trust);
        QFETCH(QString, reason);
        const test::TlsAuthority authority;
        const test::TlsAuthority other("other root");
        const test::TlsAuthority namesake;
        test::TlsServer server(
            { authority.issue({ "server", names.toStdString(), notBefore, notAfter }) }, answerOk);
        CurlTransport transport;
        const auto endpoint = std::make_shared<Endpoint>(Endpoint { server.url() });
        const std::array<std::string, 4> trusted {
            authority.pem(), other.pem(), namesake.pem(), ""
        };
        endpoint->caPem = trusted.at(static_cast<std::size_t>(trust));
        Request request = Bed::request("/", Method::Post, "secret");
        const Result<Response> refused = exchange(transport, endpoint, request, {});
        COMPARE_TEXT(verdict(refused), "tls http.tls.untrusted (not sent)");
        QVERIFY2(refused.error().detail.find(reason.toStdString()) != std::string::npos,
                 refused.error().detail.c_str());
        QCOMPARE(server.bytesReceived(), std::size_t { 0 });
    }

    void refusesOldTls()
    {
        Bed bed(answerOk, TlsFault::OnlyTls11);
        COMPARE_TEXT(verdict(bed.get("/")), "tls http.tls.failed (not sent)");
        QCOMPARE(bed.server.bytesReceived(), std::size_t { 0 });
    }

    void refusesAnUnreadableAuthority()
    {
        Bed bed(answerOk);
        bed.endpoint->caPem = "not PEM";
        COMPARE_TEXT(verdict(bed.get("/")), "tls http.tls.ca-unusable (not sent)");
    }

    void trustsAnybodyOnlyWhereAskedTo()
    {
        Bed bed(answerOk);
        const auto careless = std::make_shared<Endpoint>(Endpoint { bed.server.url() });
        careless->insecureSkipVerify = true;
        COMPARE_TEXT(verdict(ask(bed, careless)), "200");
        // The careless connection is still there, and must not serve those who care.
        bed.endpoint->caPem = test::TlsAuthority().pem();
        COMPARE_TEXT(verdict(bed.get("/")), "tls http.tls.untrusted (not sent)");
    }

    void checksTheNameItWasTold()
    {
        const test::TlsAuthority authority;
        test::TlsServer server({ authority.issue({ "server", "DNS:api.internal" }) }, answerOk);
        CurlTransport transport;
        const auto endpoint =
            std::make_shared<Endpoint>(Endpoint { server.url(), authority.pem() });
        endpoint->tlsServerName = "api.internal";
        COMPARE_TEXT(verdict(exchange(transport, endpoint, Bed::request("/"), {})), "200");
        COMPARE_TEXT(server.requests().front().header("Host"),
                     "127.0.0.1:" + std::to_string(server.port()));
        const auto wrong = std::make_shared<Endpoint>(*endpoint);
        wrong->tlsServerName = "api.elsewhere";
        COMPARE_TEXT(verdict(exchange(transport, wrong, Bed::request("/"), {})),
                     "tls http.tls.untrusted (not sent)");
    }

    void showsItsCertificate()
    {
        const test::TlsAuthority authority;
        const test::TlsIdentity client = authority.issue({ "admin", "DNS:admin" });
        test::TlsServer server({ authority.issue(), authority.pem() }, answerOk);
        CurlTransport transport;
        const auto endpoint =
            std::make_shared<Endpoint>(Endpoint { server.url(), authority.pem() });
        const auto asked = [&] {
            return verdict(exchange(transport, endpoint, Bed::request("/"), {}));
        };
        COMPARE_TEXT(asked(), "tls http.tls.client-refused (not sent)");
        QCOMPARE(server.bytesReceived(), std::size_t { 0 });

        const test::TlsIdentity stranger = test::TlsAuthority().issue({ "stranger", "DNS:x" });
        endpoint->clientCertificatePem = stranger.certificatePem;
        endpoint->clientKeyPem = Secret(stranger.keyPem);
        COMPARE_TEXT(asked(), "tls http.tls.client-refused (not sent)");
        QCOMPARE(server.bytesReceived(), std::size_t { 0 });

        endpoint->clientCertificatePem = client.certificatePem;
        COMPARE_TEXT(asked(),
                     "tls http.tls.client-unusable (not sent)"); // the key is the stranger's
        endpoint->clientKeyPem = Secret(client.keyPem);
        COMPARE_TEXT(asked(), "200");
        COMPARE_TEXT(server.requests().front().clientName, "admin");
    }
};

ISTHMUS_TEST_MAIN(TestTransfer)
#include "tst_transfer.moc"
