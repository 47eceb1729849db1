// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/client.h"
#include "tests/support/fake_transport.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test.h"

#include <thread>

using namespace isthmus;

namespace {

const kube::ObjectKey key { .apiVersion = "v1", .kind = "Service", .ns = "n", .name = "gw" };
const std::string path = "GET /api/v1/namespaces/n/services";

struct Bed
{
    explicit Bed(const Clock& theClock)
        : client(transport,
                 { .server = "https://h:1" },
                 { .cluster = ClusterId("c"), .clock = theClock })
    {
        kube::ResourceMap map;
        map.add({ .apiVersion = "v1", .kind = "Service", .plural = "services" });
        client.learn(map);
    }

    test::FakeTransport transport;
    api::Client client;
};

test::Reply listed(const std::string& items, const std::string& version = "5")
{
    return test::json(R"({"metadata":{"resourceVersion":")" + version + R"("},"items":[)" + items
                      + "]}");
}

std::string line(const char* type, const char* object)
{
    return std::string(R"({"type":")") + type + R"(","object":)" + object + "}";
}

bool isReady(const json::Value& object)
{
    return object["ready"].boolean();
}

} // namespace

class TestWait : public test::TestBase
{
    Q_OBJECT

private slots:

    void answersAtOnceWhereTheStateIsThere()
    {
        const test::ManualClock clock;
        Bed bed(clock);
        bed.transport.on(path, listed(R"({"ready":true})"));
        const auto object = bed.client.waitFor(key, isReady, Milliseconds(1'000));
        QVERIFY(object);
        COMPARE_TEXT(json::write(*object), R"({"apiVersion":"v1","kind":"Service","ready":true})");
        COMPARE_TEXT(bed.transport.log(), path + "?fieldSelector=metadata.name%3Dgw\n");
    }

    void followsTheObjectFromItsList()
    {
        const test::ManualClock clock;
        Bed bed(clock);
        bed.transport.on(path, listed("", "41"));
        bed.transport.on(path,
                         test::events({ line("ADDED", "{}"),
                                        line("BOOKMARK", R"({"ready":true})"),
                                        line("MODIFIED", R"({"ready":true,"x":1})") },
                                      true));
        std::string seen;
        const auto object = bed.client.waitFor(
            key,
            [&](const json::Value& state) {
                seen += json::write(state) + '\n';
                return isReady(state);
            },
            Milliseconds(60'000));
        QVERIFY(object);
        COMPARE_TEXT(seen, "null\n{}\n{\"ready\":true,\"x\":1}\n");
        QVERIFY(bed.transport.log().find("resourceVersion=41&fieldSelector=metadata.name%3Dgw")
                != std::string::npos);
    }

    void seesThatTheObjectIsGone()
    {
        const test::ManualClock clock;
        Bed bed(clock);
        bed.transport.on(path, listed("{}"));
        bed.transport.on(path, test::events({ line("DELETED", "{}") }, true));
        const auto object = bed.client.waitFor(
            key, [](const json::Value& state) { return state.isNull(); }, Milliseconds(60'000));
        QVERIFY(object);
        QVERIFY(object->isNull());
    }

    void startsOverWhateverEndsTheWatch_data()
    {
        QTest::addColumn<int>("how");
        for (const char* title :
             { "in order", "expired by status", "expired by event", "broken", "nonsense" }) {
            static int how = 0;
            QTest::newRow(title) << how++;
        }
    }

    void startsOverWhateverEndsTheWatch()
    {
        QFETCH(int, how);
        const test::Reply replies[] = { test::events({}),
                                        test::status(410, "Expired"),
                                        test::events(
                                            { line("ERROR", R"({"kind":"Status","code":410})") }),
                                        test::broken(),
                                        test::events({ "{\"type\":" }) };
        const test::ManualClock clock;
        Bed bed(clock);
        bed.transport.on(path, listed("{}"));
        bed.transport.on(path, replies[how]);
        bed.transport.on(path, listed(R"({"ready":true})"));
        QVERIFY(bed.client.waitFor(key, isReady, Milliseconds(60'000)));
        QCOMPARE(bed.transport.requests().size(), std::size_t { 3 });
    }

    void goesOnWhileTheServerIsAway()
    {
        const test::ManualClock clock;
        Bed bed(clock);
        for (int i = 0; i < 6; ++i) {
            bed.transport.on(path, test::broken());
        }
        bed.transport.on(path, listed(R"({"ready":true})"));
        QVERIFY(bed.client.waitFor(key, isReady, Milliseconds(600'000)));
    }

    void endsWithTheReasonAtTheDeadline()
    {
        const test::ManualClock clock;
        Bed bed(clock);
        bed.transport.always(path,
                             listed(R"({"spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1"}})"));
        const auto object = bed.client.waitFor(key, isReady, Milliseconds(30'000));
        QVERIFY(!object);
        QCOMPARE(object.error().code, ErrorCode::Timeout);
        COMPARE_TEXT(object.error().detail, "its load balancer has no address yet");
        COMPARE_TEXT(object.error().subject, "c: Service n/gw");
    }

    void endsAtTheDeadlineOfAnOpenWatch()
    {
        const SystemClock clock;
        Bed bed(clock);
        bed.transport.on(path, listed("{}"));
        bed.transport.on(path, test::events({}, true));
        QCOMPARE(bed.client.waitFor(key, isReady, Milliseconds(30)).error().code,
                 ErrorCode::Timeout);
    }

    void givesUpWhereItHasNoRight()
    {
        const test::ManualClock clock;
        Bed bed(clock);
        bed.transport.on(path, test::status(403, "Forbidden"));
        QCOMPARE(bed.client.waitFor(key, isReady, Milliseconds(60'000)).error().code,
                 ErrorCode::Forbidden);
    }

    void stopsWhenAsked()
    {
        const SystemClock clock;
        Bed bed(clock);
        bed.transport.on(path, listed("{}"));
        bed.transport.on(path, test::events({}, true));
        std::stop_source stop;
        std::optional<ErrorCode> code;
        std::jthread waiting([&] {
            code = bed.client.waitFor(key, isReady, Milliseconds(60'000), stop.get_token())
                       .error()
                       .code;
        });
        bed.transport.awaitRequests(2);
        stop.request_stop();
        waiting.join();
        QCOMPARE(*code, ErrorCode::Cancelled);
    }
};

ISTHMUS_TEST_MAIN(TestWait)
#include "tst_wait.moc"
