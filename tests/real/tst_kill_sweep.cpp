// SPDX-License-Identifier: GPL-3.0-or-later
// SIGKILL at fifty seeded moments of `apply`, and always the same mesh in the end: what an
// uninterrupted run makes. Between the rounds the mesh is taken back, so that undo, too, is tried
// on operations that were cut off.
#include "tests/real/digest.h"
#include "tests/real/walkthrough.h"

#include <QDir>
#include <QProcess>

#include <random>

using namespace isthmus;
using namespace isthmus::test;

namespace {

constexpr int moments = 50;
constexpr int momentsOfARound = 10;
constexpr int mostRounds = 12;
constexpr std::chrono::seconds patience { 600 };

} // namespace

class TestKillSweep : public TestBase
{
    Q_OBJECT

    const Bed m_bed = Bed::fromEnvironment();
    const Walkthrough m_job { m_bed };
    std::map<std::string, Digest> m_empty;
    std::map<std::string, Digest> m_whole;
    int m_kills = 0;
    bool m_broken = false;

    /// What a person would type next: resume what is not done, else apply.
    [[nodiscard]] std::vector<std::string> nextCommand() const
    {
        const auto operations = m_job.operations();
        const bool unfinished = !operations.empty() && operations.front().second != "done"
            && operations.front().second != "undone";
        return unfinished
            ? std::vector<std::string> { "operations", "resume", operations.front().first, "--yes" }
            : std::vector<std::string> { "apply", "--yes" };
    }

    [[nodiscard]] qsizetype journals() const
    {
        const QDir folder(QString::fromStdString(m_job.path("state/operations")));
        return folder.entryList(QDir::AllEntries | QDir::NoDotAndDotDot).size();
    }

    /// One apply from empty clusters to its end, killed on the way; how often it was.
    [[nodiscard]] int killedRound(std::mt19937& random)
    {
        std::uniform_int_distribution<int> delay(0, 2'400);
        int kills = 0;
        while (kills < momentsOfARound) {
            const std::vector<std::string> command = nextCommand();
            const qsizetype before = journals();
            const std::unique_ptr<QProcess> process = m_job.start(command);
            // Planning writes nothing: the moments are those of the writing.
            while (command.front() == "apply" && journals() == before
                   && !process->waitForFinished(5)) { }
            if (process->waitForFinished(delay(random))) {
                break; // it was faster
            }
            process->kill();
            process->waitForFinished();
            ++kills;
        }
        return kills;
    }

    void undoAll()
    {
        const Run undo = m_job.run({ "operations", "undo", "--all", "--yes" }, patience);
        QVERIFY2(undo.succeeded(), undo.describe().c_str());
    }

    void compare(const std::map<std::string, Digest>& expected,
                 Digest (*read)(const Bed&, const std::string&))
    {
        for (const auto& [cluster, digest] : expected) {
            const Digest now = read(m_bed, cluster);
            COMPARE_TEXT(now.error, "");
            COMPARE_TEXT(digest.differenceTo(now), "");
        }
    }

private slots:

    void initTestCase()
    {
        const Run init = m_job.init();
        QVERIFY2(init.succeeded(), init.describe().c_str());
        for (const char* cluster : { "c1", "c2" }) {
            m_empty[cluster] = settledDigestOf(m_bed, cluster);
        }
        const Run apply = m_job.run({ "apply", "--yes" }, patience);
        QVERIFY2(apply.succeeded(), apply.describe().c_str());
        for (const char* cluster : { "c1", "c2" }) {
            m_whole[cluster] = comparableState(m_bed, cluster);
            COMPARE_TEXT(m_whole[cluster].error, "");
            QVERIFY(m_whole[cluster].lines.size() > 500);
        }
        undoAll();
        compare(m_empty, settledDigestOf);
    }

    void anywhereKilledAndResumedItEndsInTheSameMesh_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= mostRounds; ++seed) {
            QTest::addRow("seed %u", seed) << seed;
        }
    }

    void anywhereKilledAndResumedItEndsInTheSameMesh()
    {
        QFETCH(const unsigned, seed);
        if (m_kills >= moments) {
            return; // the rounds before had enough
        }
        QVERIFY2(!m_broken, "an earlier round left the clusters as they should not be");
        m_broken = true;
        std::mt19937 random(seed);
        m_kills += killedRound(random);
        const Run ended = m_job.run(nextCommand(), patience);
        QVERIFY2(ended.succeeded(), ended.describe().c_str());
        compare(m_whole, [](const Bed& bed, const std::string& cluster) {
            return comparableState(bed, cluster);
        });
        const std::string audit = m_job.path("seed" + std::to_string(seed) + ".audit");
        const Run again = m_job.run({ "apply", "--yes", "--audit", audit });
        QVERIFY2(again.succeeded(), again.describe().c_str());
        QCOMPARE(writesIn(audit), std::vector<std::string> {});
        undoAll();
        compare(m_empty, settledDigestOf);
        m_broken = QTest::currentTestFailed();
    }

    void itWasKilledOftenEnough() { QVERIFY(m_kills >= moments); }
};

ISTHMUS_REAL_TEST_MAIN(TestKillSweep)
#include "tst_kill_sweep.moc"
