// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/watch/record_reflector.h"
#include "tests/support/fake_transport.h"
#include "tests/support/manual_executor.h"
#include "tests/support/test.h"

using namespace isthmus;
using watch::NamespaceRecord;

namespace {

const std::string path = "GET /api/v1/namespaces";

using Reflector = watch::RecordReflector<NamespaceRecord>;

struct Bed
{
    Bed()
        : client(
              transport, { .server = "https://h:1" }, { .cluster = ClusterId("c"), .clock = clock })
        , executor(clock)
    {
        kube::ResourceMap map;
        map.add({ .apiVersion = "v1",
                  .kind = "Namespace",
                  .plural = "namespaces",
                  .namespaced = false });
        client.learn(map);
        reflector = std::make_shared<Reflector>(
            watch::Reflector::Options {
                .client = client,
                .executor = executor,
                .collection = { .apiVersion = "v1", .kind = "Namespace" },
                .random = [] { return 0.5; },
                .onStatus = [this](const watch::Status& status) { now = status; } },
            [this](const Reflector::Changes& changes, watch::Store<NamespaceRecord>& store) {
                for (const auto& change : changes) {
                    seen += change.type == watch::ChangeType::Added ? '+'
                        : change.type == watch::ChangeType::Deleted ? '-'
                                                                    : '~';
                    seen += change.record->meta.name + ' ';
                }
                seen += '|';
                snapshot = store.snapshot();
            });
    }

    Bed& started()
    {
        reflector->start();
        executor.run();
        return *this;
    }

    test::ManualClock clock;
    test::FakeTransport transport;
    api::Client client;
    test::ManualExecutor executor;
    std::string seen;
    watch::Status now;
    std::shared_ptr<const watch::Store<NamespaceRecord>::Table> snapshot;
    std::shared_ptr<Reflector> reflector;
};

std::string object(const std::string& name, const std::string& version)
{
    return R"({"metadata":{"name":")" + name + R"(","resourceVersion":")" + version + R"("}})";
}

test::Reply
page(const std::string& items, const std::string& version, const std::string& token = "")
{
    return test::json(R"({"metadata":{"resourceVersion":")" + version + R"(","continue":")" + token
                      + R"("},"items":[)" + items + "]}");
}

std::string line(const std::string& type, const std::string& content)
{
    return R"({"type":")" + type + R"(","object":)" + content + "}";
}

} // namespace

class TestReflector : public test::TestBase
{
    Q_OBJECT

private slots:

    void listsAndFollowsInBatches()
    {
        Bed bed;
        bed.transport.on(path, page(object("a", "1"), "1", "t"));
        bed.transport.on(path, page(object("b", "1"), "1"));
        bed.transport.on(path,
                         test::events({ line("ADDED", object("c", "2")),
                                        line("DELETED", object("a", "3")),
                                        line("BOOKMARK", object("", "9")) },
                                      true));
        bed.started();
        COMPARE_TEXT(bed.seen, "+a +b |+c -a |");
        QCOMPARE(bed.now.state, watch::WatchState::Watching);
        QVERIFY(bed.now.synced);
        QVERIFY(bed.now.heardAt);
        COMPARE_TEXT(
            bed.transport.log(),
            path + "?limit=500\n" + path + "?limit=500&continue=t\n" + path
                + "?watch=1&allowWatchBookmarks=true&resourceVersion=1&timeoutSeconds=265\n");
    }

    void goesOnAtTheBookmarkAfterABreak()
    {
        Bed bed;
        bed.transport.on(path, page("", "1"));
        test::Reply broken = test::events({ line("BOOKMARK", object("", "9")) });
        broken.failure = test::broken().failure;
        bed.transport.on(path, broken);
        bed.transport.on(path, test::events({}, true));
        bed.started();
        QCOMPARE(bed.now.state, watch::WatchState::Backoff);
        QCOMPARE(bed.now.error->code, ErrorCode::Unreachable);
        QVERIFY(bed.executor.runNextTimer());
        QVERIFY(bed.transport.log().ends_with("resourceVersion=9&timeoutSeconds=265\n"));
        // The watch is open again, though nothing has come through it.
        QCOMPARE(bed.now.state, watch::WatchState::Watching);
        QVERIFY(!bed.now.error);
    }

    void listsAgainAndFindsWhatItMissedWhereTheVersionExpired()
    {
        Bed bed;
        bed.transport.on(path, page(object("a", "1") + ',' + object("b", "1"), "1"));
        bed.transport.on(
            path,
            test::events({ line("ERROR", R"({"kind":"Status","code":410,"reason":"Expired"})"),
                           line("ADDED", object("never", "2")) },
                         true));
        bed.transport.on(path, page(object("b", "5"), "5"));
        bed.transport.on(path, test::events({}, true));
        bed.started();
        COMPARE_TEXT(bed.seen, "+a +b |~b -a |");
        QCOMPARE(bed.now.state, watch::WatchState::Watching);
    }

    void listsAgainAfterALineThatIsNoEvent()
    {
        Bed bed;
        bed.transport.on(path, page("", "1"));
        bed.transport.on(path, test::events({ "{\"type\":" }, true));
        bed.transport.on(path, page(object("a", "2"), "2"));
        bed.transport.on(path, test::events({}, true));
        bed.started();
        QCOMPARE(bed.now.state, watch::WatchState::Backoff);
        QCOMPARE(bed.now.error->code, ErrorCode::Invalid);
        QVERIFY(bed.executor.runNextTimer());
        COMPARE_TEXT(bed.seen, "+a |");
    }

    void forgetsHalfAListThatBroke()
    {
        Bed bed;
        bed.transport.on(path, page(object("half", "1"), "1", "t"));
        bed.transport.on(path, test::broken());
        bed.transport.on(path, page(object("whole", "2"), "2"));
        bed.transport.on(path, test::events({}, true));
        bed.started();
        COMPARE_TEXT(bed.seen, "");
        QVERIFY(bed.executor.runNextTimer());
        COMPARE_TEXT(bed.seen, "+whole |");
    }

    void saysThatARightIsMissingAndTriesAgainWhenWoken()
    {
        Bed bed;
        bed.transport.on(path, test::status(403, "Forbidden"));
        bed.transport.on(path, page("", "1"));
        bed.transport.on(path, test::events({}, true));
        bed.started();
        QCOMPARE(bed.now.state, watch::WatchState::Denied);
        QCOMPARE(bed.now.error->code, ErrorCode::Forbidden);
        bed.reflector->wake();
        bed.executor.run();
        QCOMPARE(bed.now.state, watch::WatchState::Watching);
        QVERIFY(!bed.now.error);
        // The timer of the denial is still there and must do nothing.
        QVERIFY(bed.executor.runNextTimer());
        QCOMPARE(bed.transport.requests().size(), std::size_t { 3 });
    }

    void opensANewStreamWhenWoken()
    {
        Bed bed;
        bed.transport.on(path, page("", "1"));
        bed.transport.on(path, test::events({}, true));
        bed.transport.on(path, test::events({ line("ADDED", object("a", "2")) }, true));
        bed.started();
        bed.reflector->wake();
        bed.executor.run();
        QVERIFY(bed.executor.runNextTimer());
        COMPARE_TEXT(bed.seen, "+a |");
    }

    void fallsSilentWhenStopped()
    {
        Bed bed;
        bed.transport.on(path, page("", "1"));
        bed.transport.on(path, test::events({}, true));
        bed.started().reflector->stop();
        bed.executor.run();
        QCOMPARE(bed.transport.requests().size(), std::size_t { 2 });
        QVERIFY(!bed.transport.release()); // the stream was ended
        QVERIFY(!bed.executor.runNextTimer());
    }

    void mayDieWhileItsStreamIsOpen()
    {
        Bed bed;
        bed.transport.on(path, page("", "1"));
        bed.transport.on(path, test::events({}, true));
        bed.started().reflector.reset();
        QVERIFY(!bed.transport.release());
        bed.executor.run();
    }
};

ISTHMUS_TEST_MAIN(TestReflector)
#include "tst_reflector.moc"
