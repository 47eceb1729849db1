// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/session_port.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test.h"

using namespace isthmus;
using fleet::EngineSessionPort;

namespace {

class NoPassphrases : public operations::PassphrasePort
{
public:
    Result<Secret> passphrase(const std::string&, bool) override
    {
        return Error { ErrorCode::Refused, msg("plan.stopped") };
    }
};

/// An engine over no cluster: enough to journal and to carry out a plan without steps.
struct Bench
{
    explicit Bench(const std::string& stateFolder)
        : engine(*fleet::Engine::open(
              {}, { .stateFolder = stateFolder, .passphrases = passphrases, .clock = clock }))
    { }

    NoPassphrases passphrases;
    test::ManualClock clock;
    std::unique_ptr<fleet::Engine> engine;
};

} // namespace

class TestSessionPort : public test::TestBase
{
    Q_OBJECT

private slots:

    void previewsWhatIsIntendedNow()
    {
        const test::TemporaryFolder folder;
        const Bench bench(folder.path());
        EngineSessionPort port(*bench.engine);
        const Result<plan::Survey> none = port.prepare({});
        QVERIFY(!none && none.error().code == ErrorCode::Refused);
        port.intend([&bench](fleet::Engine& engine, const std::stop_token&) {
            plan::Survey out;
            out.plan.mesh = &engine == bench.engine.get() ? "shop" : "";
            return out;
        });
        const Result<plan::Survey> made = port.prepare({});
        QVERIFY(made);
        COMPARE_TEXT(made->plan.mesh, "shop");
    }

    void saysTheIdOnceTheJournalExists()
    {
        const test::TemporaryFolder folder;
        const Bench bench(folder.path());
        EngineSessionPort port(*bench.engine);
        bool existed = false;
        OperationId id;
        const plan::RunResult result = port.run(
            { .operation = "apply", .mesh = "shop" },
            [&](const OperationId& begun) {
                id = begun;
                existed = std::filesystem::exists(
                    plan::journalPath(bench.engine->operationsFolder(), begun));
            },
            [](const plan::Event&) {},
            {});
        QVERIFY(existed);
        QCOMPARE(result.state, plan::RunState::Done);
        QCOMPARE(port.resume(id, [](const plan::Event&) { }, {}).state, plan::RunState::Done);
        QCOMPARE(port.undo(id, [](const plan::Event&) { }, {}).state, plan::RunState::Undone);
    }

    void saysNoIdWhereNoJournalCanBe()
    {
        const test::TemporaryFolder folder;
        const Bench bench(folder.write("state", "a file, so no folder"));
        EngineSessionPort port(*bench.engine);
        bool begun = false;
        const plan::RunResult result = port.run(
            { .operation = "apply", .mesh = "shop" },
            [&begun](const OperationId&) { begun = true; },
            [](const plan::Event&) {},
            {});
        QVERIFY(!begun);
        QVERIFY(result.error && result.error->code == ErrorCode::Storage);
        QCOMPARE(result.state, plan::RunState::Stopped);
    }
};

ISTHMUS_TEST_MAIN(TestSessionPort)
#include "tst_session_port.moc"
