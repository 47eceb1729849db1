// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/http/net_bed.h"
#include "tests/support/test.h"

#include <algorithm>

using namespace isthmus;
using namespace isthmus::http;
using test::ReceivedRequest;
using test::TlsConnection;

namespace {

/// Lets everybody go once `count` have come, round by round.
class Gate
{
public:
    explicit Gate(int count)
        : m_count(count)
    { }

    void pass()
    {
        std::unique_lock lock(m_mutex);
        const int round = m_arrived++ / m_count;
        m_changed.notify_all();
        m_changed.wait(lock, [this, round] { return m_arrived >= (round + 1) * m_count; });
    }

private:
    const int m_count;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_arrived = 0;
};

/// A stream that says "hello" and then nothing.
void greet(TlsConnection& connection, const ReceivedRequest&)
{
    connection.beginChunks();
    connection.chunk("hello");
    connection.hang();
}

void greetOrAnswer(TlsConnection& connection, const ReceivedRequest& request)
{
    request.target == "/watch" ? greet(connection, request) : answerOk(connection, request);
}

/// `ask(deadline)` with longer and longer deadlines until the request was sent before one ran out:
/// how long that takes is the machine's affair.
template<typename Ask>
std::string verdictOnceSent(const Ask& ask)
{
    std::string said;
    for (Milliseconds deadline { 100 }; deadline < std::chrono::minutes(1); deadline *= 2) {
        said = verdict(ask(deadline));
        if (!said.ends_with("(not sent)")) {
            break;
        }
    }
    return said;
}

} // namespace

class TestCurlTransport : public test::TestBase
{
    Q_OBJECT

private slots:

    void reusesOneConnectionForRequestsInARow()
    {
        Bed bed(answerOk);
        for (int i = 0; i < 5; ++i) {
            QVERIFY(bed.get("/"));
        }
        QCOMPARE(bed.server.connections(), 1);
    }

    void reusesConnectionsOfRequestsAtOnce()
    {
        Gate gate(8);
        Bed bed([&gate](TlsConnection& connection, const ReceivedRequest& request) {
            gate.pass();
            answerOk(connection, request);
        });
        for (int round = 0; round < 3; ++round) {
            std::vector<Call> calls;
            for (int i = 0; i < 8; ++i) {
                calls.emplace_back(*bed.transport, bed.endpoint, Bed::request("/"));
            }
            for (Call& call : calls) {
                COMPARE_TEXT(verdict(call.wait()), "200");
            }
        }
        QCOMPARE(bed.server.connections(), 8);
    }

    void keepsEndpointsApartThatTrustDifferently()
    {
        Bed bed(answerOk);
        QVERIFY(bed.get("/"));
        const test::TlsAuthority other;
        const auto distrusting =
            std::make_shared<Endpoint>(Endpoint { bed.server.url(), other.pem() });
        const auto refused = exchange(*bed.transport, distrusting, Bed::request("/"), {});
        COMPARE_TEXT(verdict(refused), "tls http.tls.untrusted (not sent)");
        QCOMPARE(bed.server.requests().size(), std::size_t { 1 });
    }

    void twentyWatchesDoNotStarveRequests()
    {
        Bed bed(greetOrAnswer);
        std::vector<Call> watches;
        for (int i = 0; i < 20; ++i) {
            watches.emplace_back(*bed.transport, bed.endpoint, Bed::request("/watch"), true);
        }
        for (Call& watch : watches) {
            QVERIFY(watch.waitForText("[200]hello"));
        }
        std::vector<Call> calls;
        for (int i = 0; i < 20; ++i) {
            calls.emplace_back(*bed.transport, bed.endpoint, Bed::request("/"));
        }
        for (Call& call : calls) {
            COMPARE_TEXT(verdict(call.wait()), "200");
        }
        for (Call& watch : watches) {
            watch.stop();
        }
        for (Call& watch : watches) {
            COMPARE_TEXT(verdict(watch.wait()), "cancelled http.cancelled (in doubt)");
            QCOMPARE(watch.endings(), 1);
        }
    }

    void streamsNeverTakeTheWholeBudget()
    {
        Bed bed(greetOrAnswer, {}, { .connectionsPerEndpoint = 8 });
        std::vector<Call> watches;
        for (int i = 0; i < 12; ++i) {
            watches.emplace_back(*bed.transport, bed.endpoint, Bed::request("/watch"), true);
        }
        QVERIFY(bed.server.waitForRequests(7));
        QVERIFY(bed.get("/"));
        QCOMPARE(bed.server.requests().size(), std::size_t { 8 });
        // A watch that ends makes room for one that waits.
        watches.front().stop();
        QVERIFY(bed.server.waitForRequests(9));
    }

    void queuesBeyondTheBudgetInOrder()
    {
        Gate gate(2);
        std::atomic<int> now = 0;
        std::atomic<int> most = 0;
        Bed bed(
            [&](TlsConnection& connection, const ReceivedRequest& request) {
                most = std::max<int>(most, ++now);
                gate.pass();
                --now;
                answerOk(connection, request);
            },
            {},
            { .connectionsPerEndpoint = 2 });
        std::vector<Call> calls;
        for (int i = 0; i < 6; ++i) {
            calls.emplace_back(*bed.transport, bed.endpoint, Bed::request("/" + std::to_string(i)));
        }
        for (Call& call : calls) {
            COMPARE_TEXT(verdict(call.wait()), "200");
        }
        QCOMPARE(most.load(), 2);
        QCOMPARE(bed.server.connections(), 2);
        std::vector<std::string> pairs;
        for (const ReceivedRequest& request : bed.server.requests()) {
            pairs.push_back(request.target);
        }
        std::ranges::sort(pairs.begin(), pairs.begin() + 2);
        COMPARE_TEXT(pairs[0] + pairs[1], "/0/1");
    }

    void cancelsWhatIsUnderWay()
    {
        Bed bed(hang);
        Call call(*bed.transport, bed.endpoint, Bed::request("/"));
        QVERIFY(bed.server.waitForRequests(1));
        call.stop();
        COMPARE_TEXT(verdict(call.wait()), "cancelled http.cancelled (in doubt)");
    }

    void sendsNothingWhereStopWasAskedBefore()
    {
        Bed bed(answerOk);
        std::stop_source stop;
        stop.request_stop();
        const auto result =
            exchange(*bed.transport, bed.endpoint, Bed::request("/"), stop.get_token());
        COMPARE_TEXT(verdict(result), "cancelled http.cancelled (not sent)");
        QCOMPARE(bed.server.connections(), 0);
    }

    void cancelsWhatWaitsForAConnection()
    {
        Bed bed(hang, {}, { .connectionsPerEndpoint = 1 });
        Call first(*bed.transport, bed.endpoint, Bed::request("/first"));
        QVERIFY(bed.server.waitForRequests(1));
        Call second(*bed.transport, bed.endpoint, Bed::request("/second"));
        second.stop();
        COMPARE_TEXT(verdict(second.wait()), "cancelled http.cancelled (not sent)");
        QCOMPARE(first.endings(), 0);
    }

    void cancelsDuringTheHandshake()
    {
        Bed bed(answerOk, test::TlsFault::NoHandshake);
        Call call(*bed.transport, bed.endpoint, Bed::request("/"));
        call.stop();
        COMPARE_TEXT(verdict(call.wait()), "cancelled http.cancelled (not sent)");
    }

    void givesUpConnecting()
    {
        Bed bed(answerOk, test::TlsFault::NoHandshake);
        Request request = Bed::request("/");
        request.deadlines.connect = Milliseconds(50);
        COMPARE_TEXT(verdict(bed.ask(request)), "timeout http.timeout.connect (not sent)");
    }

    void givesUpWaitingForTheFirstByte()
    {
        Bed bed(hang);
        const auto ask = [&bed](Milliseconds deadline) {
            Request request = Bed::request("/");
            request.deadlines.firstByte = deadline;
            return bed.ask(request);
        };
        COMPARE_TEXT(verdictOnceSent(ask), "timeout http.timeout.first-byte (in doubt)");
    }

    void givesUpWaitingForTheLastByte()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest&) {
            connection.beginChunks();
            while (connection.chunk("drip")) { }
        });
        const auto ask = [&bed](Milliseconds deadline) {
            Request request = Bed::request("/");
            request.deadlines.total = deadline;
            return Call(*bed.transport, bed.endpoint, request, true).wait();
        };
        COMPARE_TEXT(verdictOnceSent(ask), "timeout http.timeout.total (in doubt)");
    }

    void noticesSilence()
    {
        Bed bed(greet);
        Request request = Bed::request("/");
        request.deadlines.silence = Milliseconds(100);
        Call call(*bed.transport, bed.endpoint, request, true);
        COMPARE_TEXT(verdict(call.wait()), "timeout http.timeout.silence (in doubt)");
        QVERIFY(call.streamed().starts_with("[200]"));
    }

    void givesUpWaitingForAConnection()
    {
        Bed bed(hang, {}, { .connectionsPerEndpoint = 1 });
        const Call first(*bed.transport, bed.endpoint, Bed::request("/first"));
        QVERIFY(bed.server.waitForRequests(1));
        Request request = Bed::request("/second");
        request.deadlines.firstByte = Milliseconds(50);
        COMPARE_TEXT(verdict(bed.ask(request)), "timeout http.timeout.queue (not sent)");
    }

    void sendsAPlainWriteAgainWhereTheKeptConnectionDied()
    {
        // libcurl's doing, and the reason for freshConnection: one call, two deliveries, plain
        // success.
        Bed bed([](TlsConnection& connection, const ReceivedRequest& request) {
            if (request.method == "PATCH" && request.connection == 1) {
                connection.close();
            } else {
                answerOk(connection, request);
            }
        });
        QVERIFY(bed.get("/"));
        COMPARE_TEXT(verdict(bed.ask(Bed::request("/", Method::Patch, "{}"))), "200");
        QCOMPARE(bed.server.requests().size(), std::size_t { 3 });
    }

    void deliversAWriteWithAFreshConnectionOnce()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest& request) {
            request.method == "PATCH" ? connection.close() : answerOk(connection, request);
        });
        QVERIFY(bed.get("/"));
        Request write = Bed::request("/", Method::Patch, "{}");
        write.freshConnection = true;
        COMPARE_TEXT(verdict(bed.ask(write)), "unreachable http.no-answer (in doubt)");
        QCOMPARE(bed.server.requests().size(), std::size_t { 2 });
        QCOMPARE(bed.server.requests().back().connection, 2);
    }

    void leavesNoConnectionBehindAFreshOne()
    {
        Bed bed(answerOk);
        Request write = Bed::request("/", Method::Patch, "{}");
        write.freshConnection = true;
        for (int i = 0; i < 3; ++i) {
            COMPARE_TEXT(verdict(bed.ask(write)), "200");
        }
        QVERIFY(bed.get("/"));
        QCOMPARE(bed.server.requests().back().connection, 4);
    }

    void goesOnWhereTheServerClosesAfterEachAnswer()
    {
        Bed bed([](TlsConnection& connection, const ReceivedRequest&) {
            connection.respond(200, "ok");
            connection.close();
        });
        for (int i = 0; i < 5; ++i) {
            COMPARE_TEXT(verdict(bed.get("/")), "200");
        }
    }

    void neverAsksTheEnvironmentForAProxy()
    {
        for (const char* variable : { "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy" }) {
            qputenv(variable, "http://127.0.0.1:1");
        }
        Bed bed(answerOk);
        const std::string answered = verdict(bed.get("/"));
        bed.endpoint->proxyUrl = "http://127.0.0.1:1";
        qputenv("no_proxy", "*");
        const std::string proxied = verdict(bed.get("/"));
        for (const char* variable :
             { "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "no_proxy" }) {
            qunsetenv(variable);
        }
        COMPARE_TEXT(answered, "200");
        COMPARE_TEXT(proxied, "unreachable http.unreachable (not sent)");
    }

    void completesEverythingWhenItEnds()
    {
        Bed bed(greet, {}, { .connectionsPerEndpoint = 8 });
        std::vector<Call> calls;
        for (int i = 0; i < 30; ++i) {
            calls.emplace_back(*bed.transport, bed.endpoint, Bed::request("/"), i % 2 == 0);
        }
        QVERIFY(bed.server.waitForRequests(8));
        bed.transport.reset();
        for (Call& call : calls) {
            QCOMPARE(call.endings(), 1);
            QCOMPARE(call.wait().error().code, ErrorCode::Cancelled);
        }
    }

    void cancelsWhatIsSentWhileItEnds()
    {
        Bed bed(hang);
        CurlTransport& transport = *bed.transport; // the optional is empty while it ends
        std::vector<ErrorCode> codes;
        Handler second;
        second.onDone = [&codes](const Result<Response>& answer) {
            codes.push_back(answer.error().code);
        };
        Handler first;
        first.onDone = [&](const Result<Response>& answer) {
            codes.push_back(answer.error().code);
            transport.send(bed.endpoint, Bed::request("/again"), second, {});
        };
        transport.send(bed.endpoint, Bed::request("/"), first, {});
        QVERIFY(bed.server.waitForRequests(1));
        bed.transport.reset();
        QCOMPARE(codes.size(), std::size_t { 2 });
        QCOMPARE(codes[0], ErrorCode::Cancelled);
        QCOMPARE(codes[1], ErrorCode::Cancelled);
    }

    void letsHandlersSendMore()
    {
        Bed bed(answerOk);
        std::mutex mutex;
        std::condition_variable changed;
        int done = 0;
        std::function<void(const Result<Response>&)> again = [&](const Result<Response>& answer) {
            const std::scoped_lock lock(mutex);
            if (answer && ++done < 5) {
                Handler handler;
                handler.onDone = again;
                bed.transport->send(bed.endpoint, Bed::request("/"), handler, {});
            }
            changed.notify_all();
        };
        again(Response {});
        std::unique_lock lock(mutex);
        changed.wait(lock, [&done] { return done == 5; });
        QCOMPARE(bed.server.connections(), 1);
    }

    void servesManyThreadsAtOnce()
    {
        Bed bed(greetOrAnswer);
        std::atomic<int> good = 0;
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < 6; ++t) {
                threads.emplace_back([&bed, &good] {
                    for (int i = 0; i < 20; ++i) {
                        Call watch(*bed.transport, bed.endpoint, Bed::request("/watch"), true);
                        good += bed.get("/") ? 1 : 0;
                        watch.stop();
                        good += watch.wait().error().code == ErrorCode::Cancelled ? 1 : 0;
                    }
                });
            }
        }
        QCOMPARE(good.load(), 240);
    }
};

ISTHMUS_TEST_MAIN(TestCurlTransport)
#include "tst_curl_transport.moc"
