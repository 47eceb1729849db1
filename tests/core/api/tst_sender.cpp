// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/sender.h"
#include "core/kube/requests.h"
#include "tests/support/fake_transport.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test.h"

#include <thread>

using namespace isthmus;

namespace {

struct Bed
{
    explicit Bed(kubeconfig::Connection connection = { .server = "https://h:1" }, int inFlight = 8)
        : ledger(std::make_shared<api::Ledger>(api::Ledger::Options {
              .cluster = ClusterId("c"),
              .clock = clock,
              .audit = [this](const api::AuditRecord& record) { audit.push_back(record); } }))
        , sender(transport, connection, ledger, { .clock = clock, .inFlight = inFlight })
    { }

    test::ManualClock clock;
    test::FakeTransport transport;
    std::vector<api::AuditRecord> audit;
    std::shared_ptr<api::Ledger> ledger;
    api::Sender sender;
};

api::Job get(const std::string& path)
{
    return { .request = kube::pathRequest(path) };
}

api::Job patch(const std::string& path)
{
    return { .request = { .method = http::Method::Patch,
                          .target = path,
                          .body = "{}",
                          .sensitive = true },
             .kind = api::JobKind::Write };
}

std::string dump(const std::vector<api::AuditRecord>& audit)
{
    std::string out;
    for (const api::AuditRecord& record : audit) {
        out += record.cluster.str() + ' ' + record.verb + ' ' + record.path + ' '
            + std::to_string(record.status) + '\n';
    }
    return out;
}

std::vector<api::Job> gets(int count)
{
    std::vector<api::Job> out;
    for (int i = 0; i < count; ++i) {
        out.push_back(get("/" + std::to_string(i)));
    }
    return out;
}

} // namespace

class TestSender : public test::TestBase
{
    Q_OBJECT

private slots:

    void triesAReadFourTimesAndAuditsEach()
    {
        Bed bed;
        bed.transport.always("GET /x", test::plainText(503, "busy"));
        const auto outcome = bed.sender.run(get("/x"), {});
        QVERIFY(outcome);
        QCOMPARE(outcome->status, 503);
        COMPARE_TEXT(dump(bed.audit), "c GET /x 503\nc GET /x 503\nc GET /x 503\nc GET /x 503\n");
        QCOMPARE(bed.clock.sleeps().size(), std::size_t { 3 });
    }

    void answersWithTheFirstSuccess()
    {
        Bed bed;
        bed.transport.on("GET /x", test::broken()).on("GET /x", test::json("{}"));
        const auto outcome = bed.sender.run(get("/x"), {});
        QVERIFY(outcome);
        QCOMPARE(outcome->status, 200);
        COMPARE_TEXT(dump(bed.audit), "c GET /x 0\nc GET /x 200\n");
    }

    void waitsAsLongAsTheServerAsks()
    {
        Bed bed;
        test::Reply busy = test::plainText(429, "later");
        busy.headers.emplace_back("Retry-After", "3");
        bed.transport.on("GET /x", busy).on("GET /x", test::json("{}"));
        QVERIFY(bed.sender.run(get("/x"), {}));
        QCOMPARE(bed.clock.sleeps(), std::vector<Milliseconds> { Milliseconds(3'000) });
    }

    void doesNotWaitBeyondItsHorizon()
    {
        Bed bed;
        test::Reply busy = test::plainText(429, "later");
        busy.headers.emplace_back("Retry-After", "50");
        bed.transport.always("GET /x", busy);
        QVERIFY(bed.sender.run(get("/x"), {}));
        QCOMPARE(bed.clock.sleeps(), std::vector<Milliseconds> { Milliseconds(50'000) });
    }

    void sendsAWriteOnceAndSaysWhetherItLeft_data()
    {
        QTest::addColumn<bool>("sent");
        QTest::newRow("may have arrived") << true;
        QTest::newRow("never left") << false;
    }

    void sendsAWriteOnceAndSaysWhetherItLeft()
    {
        QFETCH(bool, sent);
        Bed bed;
        bed.transport.on("PATCH /x", test::broken(sent)).on("PATCH /x", test::json("{}"));
        const auto outcome = bed.sender.run(patch("/x"), {});
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().retry == Retry::Now, !sent);
        QCOMPARE(bed.transport.requests().size(), std::size_t { 1 });
        QCOMPARE(bed.ledger->writesSent(), 1);
    }

    void sendsAWriteAgainThatTheServerDidNotTake()
    {
        Bed bed;
        bed.transport.on("PATCH /x", test::plainText(429, "later"))
            .on("PATCH /x", test::json("{}"));
        const auto outcome = bed.sender.run(patch("/x"), {});
        QVERIFY(outcome);
        QCOMPARE(outcome->status, 200);
        QCOMPARE(bed.ledger->writesSent(), 2);
        COMPARE_TEXT(bed.transport.requests()[1].body, "{}");
    }

    void replaysOnceWithAFreshTokenAfter401()
    {
        const test::TemporaryFolder folder;
        Bed bed({ .server = "https://h:1", .tokenFile = folder.write("token", "one") });
        bed.transport.on("PATCH /x", test::status(401, "Unauthorized"));
        bed.transport.on("PATCH /x", test::status(401, "Unauthorized"));
        // The file is read once for the first try; what it says by the time of the refusal is new.
        QVERIFY(bed.sender.run(get("/warm"), {}));
        (void)folder.write("token", "two");
        const auto outcome = bed.sender.run(patch("/x"), {});
        QVERIFY(outcome);
        QCOMPARE(outcome->status, 401);
        QCOMPARE(bed.transport.requests().size(), std::size_t { 3 });
        COMPARE_TEXT(bed.transport.header(1, "Authorization"), "Bearer one");
        COMPARE_TEXT(bed.transport.header(2, "Authorization"), "Bearer two");
    }

    void doesNotReplayWithTheTokenThatWasRefused()
    {
        const test::TemporaryFolder folder;
        Bed bed({ .server = "https://h:1", .tokenFile = folder.write("token", "one") });
        bed.transport.always("GET /x", test::status(401, "Unauthorized"));
        QVERIFY(bed.sender.run(get("/x"), {}));
        QCOMPARE(bed.transport.requests().size(), std::size_t { 1 });
    }

    void keepsOnlySoManyInFlightAndTheOrder()
    {
        Bed bed({ .server = "https://h:1" }, 3);
        for (int i = 0; i < 8; ++i) {
            test::Reply reply = test::json("{}", 200 + i);
            reply.held = true;
            bed.transport.on("GET /" + std::to_string(i), reply);
        }
        std::vector<Result<http::Response>> outcomes;
        std::jthread runner([&] { outcomes = bed.sender.run(gets(8), {}, {}); });
        for (std::size_t released = 0; released < 8; ++released) {
            bed.transport.awaitRequests(std::min<std::size_t>(released + 3, 8));
            QVERIFY(bed.transport.release());
        }
        runner.join();
        QCOMPARE(bed.transport.mostInFlight(), 3);
        for (int i = 0; i < 8; ++i) {
            QCOMPARE(outcomes[static_cast<std::size_t>(i)]->status, 200 + i);
        }
    }

    void stopsWithoutSendingTheRest()
    {
        Bed bed({ .server = "https://h:1" }, 2);
        for (int i = 0; i < 5; ++i) {
            test::Reply reply = test::json("{}");
            reply.held = true;
            bed.transport.on("GET /" + std::to_string(i), reply);
        }
        std::stop_source stop;
        std::vector<Result<http::Response>> outcomes;
        std::jthread runner([&] { outcomes = bed.sender.run(gets(5), {}, stop.get_token()); });
        bed.transport.awaitRequests(2);
        stop.request_stop();
        runner.join();
        QCOMPARE(bed.transport.requests().size(), std::size_t { 2 });
        for (std::size_t i = 0; i < 5; ++i) {
            QCOMPARE(outcomes[i].error().code, ErrorCode::Cancelled);
            QCOMPARE(outcomes[i].error().retry == Retry::Now, i >= 2);
        }
    }

    void saysWhoAsksAndWithWhat()
    {
        Bed bed({ .server = "https://h:1", .disableCompression = true, .token = Secret("t") });
        bed.transport.always("GET /x", test::json("{}"));
        api::Job job = get("/x");
        job.request.compressed = true;
        QVERIFY(bed.sender.run(std::move(job), {}));
        COMPARE_TEXT(bed.transport.header(0, "User-Agent"), "isthmus");
        COMPARE_TEXT(bed.transport.header(0, "Authorization"), "Bearer t");
        QVERIFY(!bed.transport.requests()[0].compressed);
    }

    void streamsAGoodAnswerAndEndsInOrder()
    {
        Bed bed;
        bed.transport.on("GET /x", test::events({ "one", "two" }));
        std::string seen;
        bed.sender.stream(
            kube::pathRequest("/x"),
            { .onBytes = [&](std::string_view bytes) { return seen += bytes, true; },
              .onEnd = [&](const api::StreamEnd& end) { seen += end.error ? "error" : "end"; } },
            {});
        COMPARE_TEXT(seen, "one\ntwo\nend");
        COMPARE_TEXT(dump(bed.audit), "c GET /x 200\n");
    }

    void endsAStreamWithTheErrorOfARefusal()
    {
        Bed bed;
        test::Reply refusal = test::status(429, "TooManyRequests", "slow down");
        refusal.headers.emplace_back("Retry-After", "4");
        bed.transport.on("GET /x", refusal);
        api::StreamEnd seen;
        bed.sender.stream(
            kube::pathRequest("/x"),
            { .onBytes = [](std::string_view) -> bool { qFatal("bytes of an error"); },
              .onEnd = [&](api::StreamEnd end) { seen = std::move(end); } },
            {});
        QVERIFY(seen.error);
        QCOMPARE(seen.error->code, ErrorCode::Throttled);
        COMPARE_TEXT(seen.error->detail, "slow down");
        QCOMPARE(seen.retryAfter->count(), 4'000);
    }
};

ISTHMUS_TEST_MAIN(TestSender)
#include "tst_sender.moc"
