// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"
#include "core/plan/journal_store.h"
#include "tests/core/plan/journal_fixture.h"

#include <regex>

using namespace isthmus;

namespace {

namespace fs = std::filesystem;

plan::Plan planWith(const std::string& value)
{
    return test::planOf({ test::objectsStep("onprem/a", { test::configMap("a", value) }) });
}

struct Store
{
    test::TemporaryFolder folder = {};
    test::ManualClock clock = test::ManualClock();

    [[nodiscard]] Result<plan::Journal> begin(const std::string& id, const plan::Plan& plan)
    {
        return plan::Journal::create(folder.path(), OperationId(id), plan, clock);
    }

    [[nodiscard]] std::string readError(const std::string& id) const
    {
        const Result<plan::StoredRun> read = plan::readRun(folder.path(), OperationId(id));
        return read ? "read" : std::string(name(read.error().code)) + " " + read.error().message.id;
    }

    [[nodiscard]] std::string forget(const std::string& id) const
    {
        const Result<void> gone = plan::forgetRun(folder.path(), OperationId(id));
        return gone ? "forgotten" : std::string(name(gone.error().code));
    }

    [[nodiscard]] std::string ids() const
    {
        std::string out;
        for (const plan::StoredRun& stored : plan::listRuns(folder.path())) {
            out += stored.run.id.str() + " ";
        }
        return out;
    }

    [[nodiscard]] std::size_t bodies() const
    {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder.path("bodies")), fs::directory_iterator()));
    }
};

} // namespace

class TestJournalStore : public test::TestBase
{
    Q_OBJECT

private slots:

    void namesOperationsByTheirTime()
    {
        const test::ManualClock clock("2026-11-23T23:05:00Z");
        const OperationId id = plan::newOperationId(clock);
        QVERIFY2(std::regex_match(id.str(), std::regex("20261123T230500Z-[0-9a-f]{4}")),
                 id.str().c_str());
    }

    void listsTheNewestFirstAndPassesOverWhatItCannotRead()
    {
        Store store;
        QVERIFY(store.begin("20261101T000000Z-0001", planWith("1")));
        QVERIFY(store.begin("20261103T000000Z-0003", planWith("1")));
        QVERIFY(store.begin("20261102T000000Z-0002", planWith("1")));
        QVERIFY(!store.folder.write("20261104T000000Z-0004.journal", "not ours\n").empty());
        COMPARE_TEXT(store.ids(),
                     "20261103T000000Z-0003 20261102T000000Z-0002 20261101T000000Z-0001 ");
        COMPARE_TEXT(store.readError("20261104T000000Z-0004"), "invalid plan.journal-unreadable");
    }

    void findsNoOtherFilesByAName()
    {
        Store store;
        COMPARE_TEXT(store.readError("20261101T000000Z-0001"), "usage plan.no-such-operation");
        COMPARE_TEXT(store.readError(""), "usage plan.no-such-operation");
        COMPARE_TEXT(store.readError("../secret"), "usage plan.no-such-operation");
        COMPARE_TEXT(store.forget("../secret"), "usage");
    }

    void refusesAPlanThatIsNotTheOneItNames()
    {
        Store store;
        QVERIFY(store.begin("20261101T000000Z-0001", planWith("1")));
        for (const fs::directory_entry& body :
             fs::directory_iterator(store.folder.path("bodies"))) {
            const std::string text = readFile(body.path()).value_or("");
            QVERIFY(writeFile(body.path(), text + " "));
        }
        COMPARE_TEXT(store.readError("20261101T000000Z-0001"), "invalid plan.journal-unreadable");
    }

    void forgetsAJournalAndTheBodyThatNobodyElseNames()
    {
        Store store;
        QVERIFY(store.begin("20261101T000000Z-0001", planWith("1")));
        QVERIFY(store.begin("20261102T000000Z-0002", planWith("1")));
        QVERIFY(store.begin("20261103T000000Z-0003", planWith("2")));
        QCOMPARE(store.bodies(), std::size_t { 2 });
        COMPARE_TEXT(store.forget("20261101T000000Z-0001"), "forgotten");
        QCOMPARE(store.bodies(), std::size_t { 2 });
        COMPARE_TEXT(store.forget("20261102T000000Z-0002"), "forgotten");
        QCOMPARE(store.bodies(), std::size_t { 1 });
        COMPARE_TEXT(store.ids(), "20261103T000000Z-0003 ");
        COMPARE_TEXT(store.forget("20261102T000000Z-0002"), "usage");
    }

    void forgetsNothingThatRuns()
    {
        Store store;
        const Result<plan::Journal> held = store.begin("20261101T000000Z-0001", planWith("1"));
        QVERIFY(held);
        COMPARE_TEXT(store.forget("20261101T000000Z-0001"), "refused");
        COMPARE_TEXT(store.ids(), "20261101T000000Z-0001 ");
    }

    void keepsEverythingPrivate()
    {
        Store store;
        QVERIFY(store.begin("20261101T000000Z-0001", planWith("1")));
        for (const fs::directory_entry& entry :
             fs::recursive_directory_iterator(store.folder.path())) {
            const fs::perms others = fs::perms::group_all | fs::perms::others_all;
            QVERIFY2((entry.status().permissions() & others) == fs::perms::none,
                     entry.path().c_str());
        }
    }
};

ISTHMUS_TEST_MAIN(TestJournalStore)
#include "tst_journal_store.moc"
