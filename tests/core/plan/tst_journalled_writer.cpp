// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/journalled_writer.h"
#include "tests/core/plan/journal_fixture.h"

using namespace isthmus;

namespace {

using Outcome = plan::WriteRecord::Outcome;

const OperationId operation("20261123T120000Z-1a2b");

json::Value stamped(json::Value object, const std::string& by)
{
    object.member("metadata").member("annotations").member(plan::operationAnnotation) = by;
    return object;
}

json::Value withUid(json::Value object, const std::string& uid)
{
    object.member("metadata").member("uid") = uid;
    return object;
}

/// As the server has it after isthmus applied it.
json::Value applied(const json::Value& intent)
{
    test::FakeObjects server;
    server.put(intent, "isthmus");
    return server.at("ConfigMap", kube::keyOf(intent).name);
}

plan::PreparedWrite prepared(const json::Value& body, const json::Value& live = {})
{
    plan::PreparedWrite out;
    out.write.key = kube::keyOf(body);
    out.write.body = body;
    out.live = live;
    return out;
}

struct Bench : test::PlanRun
{
    plan::Step step = test::stepOf("onprem/a", "objects");
    Result<plan::Journal> journal = begin(test::planOf({ step }));
    std::string told = {};
    plan::JournalledWriter writer { *journal, clusters, [this](const plan::WriteRecord& record) {
                                       told += text(record.key) + " "
                                           + std::string(name(record.outcome)) + "\n";
                                   } };

    Result<std::vector<json::Value>> write(std::vector<plan::PreparedWrite> writes)
    {
        return writer.write(step.id, step.cluster, std::move(writes), stop.get_token());
    }

    Result<std::vector<json::Value>> write(plan::PreparedWrite one)
    {
        std::vector<plan::PreparedWrite> writes;
        writes.push_back(std::move(one));
        return write(std::move(writes));
    }
};

/// The n-th write of the run goes wrong that way; the others arrive and are answered.
struct Failure
{
    int at = 1;
    ErrorCode code = ErrorCode::Unreachable;
    bool arrives = false;
    Retry retry = Retry::Never;
};

void failAt(test::FakeCluster& cluster, std::vector<Failure> failures)
{
    auto count = std::make_shared<int>(0);
    cluster.onSend = [failures = std::move(failures),
                      count](const kube::Write&, bool& arrives) -> std::optional<Error> {
        ++*count;
        for (const Failure& failure : failures) {
            if (failure.at == *count) {
                arrives = failure.arrives;
                Error error { failure.code, msg("plan.stopped"), "cut" };
                error.retry = failure.retry;
                return error;
            }
        }
        return std::nullopt;
    };
}

std::string dump(const Result<std::vector<json::Value>>& result)
{
    return result ? "done"
                  : std::string(name(result.error().code)) + " " + result.error().message.id;
}

} // namespace

class TestJournalledWriter : public test::TestBase
{
    Q_OBJECT

private slots:

    void intendsBeforeItSendsAndSignsWithTheOperation()
    {
        Bench bench;
        std::string before;
        bench.onprem.onSend = [&](const kube::Write&, bool&) -> std::optional<Error> {
            before = test::dumpWrites(bench.stored());
            return std::nullopt;
        };
        COMPARE_TEXT(dump(bench.write(prepared(test::configMap("a", "1")))), "done");
        COMPARE_TEXT(before, "1 onprem apply ConfigMap shop/a unknown\n");
        COMPARE_TEXT(test::dumpWrites(bench.stored()), "1 onprem apply ConfigMap shop/a created\n");
        COMPARE_TEXT(bench.told, "ConfigMap shop/a created\n");
        COMPARE_TEXT(kube::annotation(bench.onprem.at("ConfigMap", "a"), plan::operationAnnotation),
                     operation.str());
        QVERIFY(!bench.stored().writes.front().uid.empty());
    }

    void anAnswerOfTheServerIsTheEndOfIt()
    {
        Bench bench;
        failAt(bench.onprem, { { .code = ErrorCode::Forbidden } });
        COMPARE_TEXT(dump(bench.write(prepared(test::configMap("a", "1")))),
                     "forbidden plan.stopped");
        COMPARE_TEXT(test::dumpWrites(bench.stored()), "1 onprem apply ConfigMap shop/a refused\n");
        QVERIFY(bench.onprem.objects.empty());
    }

    void theOthersOfAGroupAreSentAllTheSame()
    {
        Bench bench;
        failAt(bench.onprem, { { .at = 1, .code = ErrorCode::Forbidden } });
        std::vector<plan::PreparedWrite> both;
        both.push_back(prepared(test::configMap("a", "1")));
        both.push_back(prepared(test::configMap("b", "1")));
        COMPARE_TEXT(dump(bench.write(std::move(both))), "forbidden plan.stopped");
        COMPARE_TEXT(test::dumpWrites(bench.stored()),
                     "1 onprem apply ConfigMap shop/a refused\n"
                     "2 onprem apply ConfigMap shop/b created\n");
    }

    void whatArrivedUnansweredIsFoundByReadingAndNotSentAgain()
    {
        Bench bench;
        failAt(bench.onprem, { { .arrives = true } });
        COMPARE_TEXT(dump(bench.write(prepared(test::configMap("a", "1")))), "done");
        COMPARE_TEXT(bench.onprem.written(), "apply ConfigMap shop/a\n");
        COMPARE_TEXT(test::dumpWrites(bench.stored()), "1 onprem apply ConfigMap shop/a created\n");
    }

    void whatDidNotArriveIsSentAgainOnceReadingHasShownIt()
    {
        Bench bench;
        failAt(bench.onprem, { { .code = ErrorCode::Internal } });
        COMPARE_TEXT(dump(bench.write(prepared(test::configMap("a", "1")))), "done");
        COMPARE_TEXT(test::dumpWrites(bench.stored()), "1 onprem apply ConfigMap shop/a created\n");
    }

    void whatCannotBeReadStaysUnknownAndIsNotSentAgain()
    {
        Bench bench;
        failAt(bench.onprem, { { .arrives = true } });
        bench.onprem.unreadable.emplace("ConfigMap",
                                        Error { ErrorCode::Unreachable, msg("plan.stopped") });
        COMPARE_TEXT(dump(bench.write(prepared(test::configMap("a", "1")))),
                     "unreachable plan.stopped");
        COMPARE_TEXT(bench.onprem.written(), "apply ConfigMap shop/a\n");
        COMPARE_TEXT(test::dumpWrites(bench.stored()), "1 onprem apply ConfigMap shop/a unknown\n");
        bench.onprem.unreadable.clear();
        const auto settled = bench.writer.settle(bench.stored().writes.front(), {});
        QVERIFY(settled && *settled == Outcome::Created);
        COMPARE_TEXT(test::dumpWrites(bench.stored()), "1 onprem apply ConfigMap shop/a created\n");
    }

    void afterAStopNothingIsSentAgain()
    {
        Bench bench;
        bench.onprem.onSend = [&](const kube::Write&, bool&) -> std::optional<Error> {
            bench.stop.request_stop();
            return Error { ErrorCode::Cancelled, msg("plan.stopped") };
        };
        COMPARE_TEXT(dump(bench.write(prepared(test::configMap("a", "1")))),
                     "cancelled plan.stopped");
        COMPARE_TEXT(bench.onprem.written(), "");
        COMPARE_TEXT(test::dumpWrites(bench.stored()), "1 onprem apply ConfigMap shop/a unknown\n");
    }

    void givesUpAfterAFewAttempts()
    {
        Bench bench;
        failAt(bench.onprem, { { .at = 1 }, { .at = 2 }, { .at = 3 }, { .at = 4 }, { .at = 5 } });
        COMPARE_TEXT(dump(bench.write(prepared(test::configMap("a", "1")))),
                     "unreachable plan.stopped");
        QVERIFY(bench.onprem.objects.empty());
        COMPARE_TEXT(test::dumpWrites(bench.stored()), "1 onprem apply ConfigMap shop/a unknown\n");
    }

    void aRequestThatNeverLeftIsNoUnknownOutcome()
    {
        Bench bench;
        failAt(bench.onprem, { { .retry = Retry::Now } });
        COMPARE_TEXT(dump(bench.write(prepared(test::configMap("a", "1")))),
                     "unreachable plan.stopped");
        COMPARE_TEXT(test::dumpWrites(bench.stored()), "1 onprem apply ConfigMap shop/a refused\n");
    }

    void leavesTheObjectOfSomebodyWhoWasFaster()
    {
        Bench bench;
        bench.onprem.onSend = [&](const kube::Write&, bool&) -> std::optional<Error> {
            bench.onprem.put(test::configMap("a", "theirs"));
            return Error { ErrorCode::Unreachable, msg("plan.stopped") };
        };
        COMPARE_TEXT(dump(bench.write(prepared(test::configMap("a", "1")))),
                     "refused plan.somebody-was-faster");
        COMPARE_TEXT(bench.onprem.at("ConfigMap", "a")["data"]["key"].string(), "theirs");
        COMPARE_TEXT(test::dumpWrites(bench.stored()), "1 onprem apply ConfigMap shop/a refused\n");
    }

    void aSecondWriteOfOneOperationIsNotTakenForTheFirst()
    {
        // Both sign with the same operation: the stamp alone does not say that the second arrived.
        Bench bench;
        COMPARE_TEXT(dump(bench.write(prepared(test::configMap("a", "1")))), "done");
        failAt(bench.onprem, { {} });
        COMPARE_TEXT(dump(bench.write(
                         prepared(test::configMap("a", "2"), bench.onprem.at("ConfigMap", "a")))),
                     "done");
        COMPARE_TEXT(bench.onprem.at("ConfigMap", "a")["data"]["key"].string(), "2");
    }

    void whatReadingSays_data()
    {
        QTest::addColumn<QString>("verb");
        QTest::addColumn<bool>("existed");
        QTest::addColumn<QString>("live");
        QTest::addColumn<QString>("outcome");
        const auto row = [](const char* verb, bool existed, const char* live, const char* outcome) {
            QTest::addRow("%s, %s, now %s", verb, existed ? "there before" : "new", live)
                << verb << existed << live << outcome;
        };
        row("apply", false, "nothing", "unknown");
        row("apply", false, "ours", "created");
        row("apply", false, "theirs", "refused");
        row("apply", true, "nothing", "unknown");
        row("apply", true, "ours", "updated");
        row("apply", true, "theirs", "unknown");
        row("create", false, "nothing", "unknown");
        row("create", false, "ours", "created");
        row("create", false, "theirs", "refused");
        row("delete", true, "nothing", "deleted");
        row("delete", true, "theirs", "unknown");
        row("delete", true, "made anew", "deleted");
        row("delete", true, "being deleted", "deleted");
        row("patch", true, "nothing", "unknown");
        row("patch", true, "patched", "updated");
        row("patch", true, "theirs", "unknown");
    }

    void whatReadingSays()
    {
        QFETCH(const QString, verb);
        QFETCH(const bool, existed);
        QFETCH(const QString, live);
        QFETCH(const QString, outcome);
        const json::Value before = withUid(test::configMap("a", "old"), "uid-1");
        json::Value deleting = before;
        deleting.member("metadata").member("deletionTimestamp") = "2026-11-23T12:00:00Z";
        const std::map<std::string, json::Value> lives {
            { "nothing", {} },
            { "ours", stamped(before, operation.str()) },
            { "theirs", stamped(before, "another") },
            { "made anew", withUid(before, "uid-2") },
            { "being deleted", deleting },
            { "patched", withUid(test::configMap("a", "new"), "uid-1") },
        };
        const std::map<std::string, kube::Verb> verbs { { "apply", kube::Verb::Apply },
                                                        { "create", kube::Verb::Create },
                                                        { "delete", kube::Verb::Delete },
                                                        { "patch", kube::Verb::JsonPatch } };
        plan::WriteRecord record;
        record.verb = verbs.at(verb.toStdString());
        record.key = kube::keyOf(before);
        record.existed = existed;
        record.uid = existed ? "uid-1" : "";
        if (record.verb == kube::Verb::JsonPatch) {
            record.previous = json::Array {
                json::Object { { "op", "test" }, { "path", "/data/key" }, { "value", "new" } },
                json::Object { { "op", "replace" }, { "path", "/data/key" }, { "value", "old" } }
            };
        }
        COMPARE_TEXT(name(plan::outcomeByReading(record, lives.at(live.toStdString()), operation)),
                     outcome.toStdString());
    }

    void ofASecretOnlyItsShapeIsKept()
    {
        json::Value secret = test::configMap("a", "c2VjcmV0");
        secret.member("kind") = "Secret";
        test::FakeObjects server;
        server.put(secret, "isthmus");
        COMPARE_TEXT(
            json::write(plan::previousIntent(server.at("Secret", "a"))),
            R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"shop"}})");
        COMPARE_TEXT(json::write(plan::previousIntent(applied(test::configMap("a", "1")))["data"]),
                     R"({"key":"1"})");
        QVERIFY(plan::previousIntent({}).isNull());
    }
};

ISTHMUS_TEST_MAIN(TestJournalledWriter)
#include "tst_journalled_writer.moc"
