// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"
#include "core/plan/journal.h"
#include "core/plan/journal_file.h"
#include "core/plan/journalled_writer.h"
#include "tests/core/plan/journal_fixture.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace isthmus;

namespace {

plan::Plan onePlan()
{
    return test::planOf(
        { test::objectsStep("onprem/a", { test::configMap("a", "1"), test::configMap("b", "1") }),
          test::objectsStep("onprem/c", { test::configMap("c", "1") }, { "onprem/a" }) });
}

struct Bench : test::PlanRun
{
    [[nodiscard]] std::filesystem::path path() const
    {
        return plan::journalPath(folder.path(), id);
    }

    [[nodiscard]] std::string bytes() const { return readFile(path()).value_or(""); }

    void replace(const std::string& bytes) const
    {
        [[maybe_unused]] const std::string written =
            folder.write(path().filename().string(), bytes);
    }

    [[nodiscard]] std::string openError()
    {
        const Result<plan::Journal> opened = open();
        return opened ? "opened"
                      : std::string(name(opened.error().code)) + " " + opened.error().message.id;
    }
};

/// No file of this process may grow beyond `size` bytes while this lives: a full disk.
class FullDisk
{
public:
    explicit FullDisk(std::size_t size)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit small { size, m_before.rlim_max };
        ::setrlimit(RLIMIT_FSIZE, &small);
    }

    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &m_before); }

    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit m_before {};
};

/// What `inChild` answers, run in a process that ends without cleaning up.
template<typename InChild>
int exitCodeOf(InChild inChild)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(inChild());
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

class TestJournal : public test::TestBase
{
    Q_OBJECT

private slots:

    void remembersEverything()
    {
        Bench bench;
        {
            Result<plan::Journal> journal = bench.begin(onePlan());
            QVERIFY(journal);
            std::vector<plan::WriteRecord> writes(2);
            writes[0].step = writes[1].step = StepId("onprem/a");
            writes[0].cluster = writes[1].cluster = ClusterId("onprem");
            writes[0].key = kube::keyOf(test::configMap("a", ""));
            writes[1].key = kube::keyOf(test::configMap("b", ""));
            writes[1].verb = kube::Verb::JsonPatch;
            writes[1].existed = true;
            writes[1].previous = json::Object { { "was", "this" } };
            QVERIFY(journal->intend(writes));
            QCOMPARE(writes[1].number, 2);
            QVERIFY(journal->receipt(2, plan::WriteRecord::Outcome::Updated, "uid-7"));
            QVERIFY(journal->hole({ StepId("onprem/a"), "address" }, "10.0.0.1"));
            const Error error { ErrorCode::Timeout,
                                msg("plan.waits-until-gone", { { "object", "x" } }),
                                "why",
                                "where",
                                msg("plan.plan-again") };
            QVERIFY(journal->step(StepId("onprem/a"), plan::StepState::Failed, &error));
            QVERIFY(journal->state(plan::RunState::Failed));
        }
        const plan::Run run = bench.stored();
        COMPARE_TEXT(run.id.str(), bench.id.str());
        COMPARE_TEXT(formatTime(run.startedAt), formatTime(bench.clock.now()));
        QVERIFY(run.endedAt && run.state == plan::RunState::Failed);
        COMPARE_TEXT(plan::planId(run.plan), plan::planId(onePlan()));
        COMPARE_TEXT(test::dumpWrites(run),
                     "1 onprem apply ConfigMap shop/a unknown\n"
                     "2 onprem patch ConfigMap shop/b updated\n");
        QVERIFY(run.writes[1].existed && run.writes[1].uid == "uid-7");
        COMPARE_TEXT(json::write(run.writes[1].previous), R"({"was":"this"})");
        COMPARE_TEXT(run.holes.at({ StepId("onprem/a"), "address" }), "10.0.0.1");
        COMPARE_TEXT(test::dump(run.errors.at(StepId("onprem/a"))),
                     "timeout: waits until x is gone\n  why: why\n  where: where\n"
                     "  do: Plan again and review what changed; nothing was written.\n");
    }

    void goesOnCountingWhereItStopped()
    {
        Bench bench;
        QVERIFY(bench.run(onePlan()).state == plan::RunState::Done);
        Result<plan::Journal> journal = bench.open();
        QVERIFY(journal);
        std::vector<plan::WriteRecord> writes(1);
        QVERIFY(journal->intend(writes));
        QCOMPARE(writes[0].number, 4);
    }

    void aTornLineAtTheEndIsCutAndTheRunGoesOn()
    {
        Bench bench;
        QVERIFY(bench.run(onePlan()).state == plan::RunState::Done);
        const std::string whole = bench.bytes();
        bench.replace(whole.substr(0, whole.size() - 5));
        COMPARE_TEXT(test::dump(bench.run(bench.open())), "done\n");
        const plan::Unframed read = plan::unframe(bench.bytes());
        QVERIFY(!read.tornTail && !read.damaged);
        QCOMPARE(read.goodBytes, bench.bytes().size());
        QCOMPARE(bench.onprem.writes.size(), std::size_t { 3 });
    }

    void aBadLineElsewhereMakesItReadOnly()
    {
        Bench bench;
        QVERIFY(bench.run(onePlan()).state == plan::RunState::Done);
        std::string bytes = bench.bytes();
        bytes[bytes.find("\"t\":\"intent\"")] = '!';
        bench.replace(bytes);
        COMPARE_TEXT(bench.openError(), "unsupported plan.journal-read-only");
        QVERIFY(bench.bytes() == bytes); // neither cut nor continued
        const Result<plan::StoredRun> shown = plan::readRun(bench.folder.path(), bench.id);
        QVERIFY(shown && shown->readOnly);
        QVERIFY(shown->whyReadOnly.starts_with("damaged after byte "));
        COMPARE_TEXT(plan::planId(shown->run.plan), plan::planId(onePlan()));
    }

    void anUnknownFormatIsReadOnly()
    {
        Bench bench;
        QVERIFY(bench.run(onePlan()).state == plan::RunState::Done);
        std::string bytes;
        for (json::Value record : plan::unframe(bench.bytes()).records) {
            if (record.contains("format")) {
                record.member("format") = 2;
            }
            bytes += plan::frame(record);
        }
        bench.replace(bytes);
        COMPARE_TEXT(bench.openError(), "unsupported plan.journal-read-only");
        QVERIFY(bench.bytes() == bytes);
    }

    void aSecondProcessIsRefused()
    {
        Bench bench;
        const Result<plan::Journal> journal = bench.begin(onePlan());
        QVERIFY(journal);
        QCOMPARE(exitCodeOf([&bench] {
                     const Result<plan::Journal> second = bench.open();
                     return !second && second.error().code == ErrorCode::Refused ? 7 : 1;
                 }),
                 7);
        QVERIFY(bench.stored().state == plan::RunState::Running);
    }

    void theLockEndsWithTheProcess()
    {
        Bench bench;
        QCOMPARE(exitCodeOf([&bench] {
                     const Result<plan::Journal> journal = bench.begin(onePlan());
                     return journal ? 7 : 1;
                 }),
                 7);
        QVERIFY(bench.stored().state == plan::RunState::Stopped);
        COMPARE_TEXT(test::dump(bench.run(bench.open())), "done\n");
    }

    void onAFullDiskNothingIsSent()
    {
        Bench bench;
        Result<plan::Journal> journal = bench.begin(onePlan());
        QVERIFY(journal);
        const std::size_t begun = bench.bytes().size();
        {
            // Room for the two lines that say it runs, and half an intent.
            const FullDisk full(begun + 300);
            const plan::RunResult result = bench.run(std::move(journal));
            COMPARE_TEXT(test::dump(result).substr(0, 28), "stopped at onprem/a: storage");
            COMPARE_TEXT(bench.onprem.written(), "");
        }
        COMPARE_TEXT(test::dump(bench.run(bench.open())), "done\n");
        COMPARE_TEXT(bench.onprem.written(),
                     "apply ConfigMap shop/a\napply ConfigMap shop/b\napply ConfigMap shop/c\n");
    }

    void atEverySizeOfTheDiskWhatWasSentIsKnown()
    {
        std::size_t full = 0;
        {
            Bench whole;
            QVERIFY(whole.run(onePlan()).state == plan::RunState::Done);
            full = whole.bytes().size();
        }
        for (std::size_t size = 0; size < full; size += 97) {
            Bench bench;
            Result<plan::Journal> journal = bench.begin(onePlan());
            QVERIFY(journal);
            {
                const FullDisk disk(std::max(size, bench.bytes().size()));
                [[maybe_unused]] const plan::RunResult ended = bench.run(std::move(journal));
            }
            QVERIFY(bench.stored().writes.size() >= bench.onprem.writes.size());
            COMPARE_TEXT(test::dump(bench.run(bench.open())), "done\n");
            COMPARE_TEXT(
                bench.onprem.written(),
                "apply ConfigMap shop/a\napply ConfigMap shop/b\napply ConfigMap shop/c\n");
        }
    }

    void noSecretByteGetsIntoIt()
    {
        Bench bench;
        json::Value secret = test::configMap("s", "b2xkLXNlY3JldA==");
        secret.member("kind") = "Secret";
        bench.onprem.put(secret, "isthmus");
        const plan::Plan plan = onePlan();
        Result<plan::Journal> journal = bench.begin(plan);
        QVERIFY(journal);
        plan::JournalledWriter writer(*journal, bench.clusters, {});
        plan::PreparedWrite one;
        one.live = bench.onprem.at("Secret", "s");
        one.write.body = secret;
        one.write.body.member("data").member("key") = "bmV3LXNlY3JldA==";
        one.write.key = kube::keyOf(secret);
        std::vector<plan::PreparedWrite> writes;
        writes.push_back(std::move(one));
        QVERIFY(writer.write(StepId("onprem/a"), ClusterId("onprem"), std::move(writes), {}));
        COMPARE_TEXT(bench.onprem.at("Secret", "s")["data"]["key"].string(), "bmV3LXNlY3JldA==");
        QVERIFY(bench.bytes().find("Secret") != std::string::npos);
        QVERIFY(bench.bytes().find("LXNlY3Jld") == std::string::npos);
    }
};

ISTHMUS_TEST_MAIN(TestJournal)
#include "tst_journal.moc"
