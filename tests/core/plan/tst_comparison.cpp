// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/comparison.h"
#include "core/plan/journalled_writer.h"
#include "tests/core/plan/journal_fixture.h"

using namespace isthmus;

namespace {

struct Bench
{
    test::FakeClusters clusters = {};
    test::ManualClock clock = test::ManualClock();
    plan::ReadContext context { clusters, clock, {} };
    test::FakeCluster& gke = clusters.gke;

    [[nodiscard]] Result<std::vector<plan::Comparison>>
    compare(const json::Value& desired, const plan::ComparisonOptions& options = {}) const
    {
        return plan::compare(ClusterId("gke"), { desired }, options, context);
    }
};

/// "update dryRun (note)\ndiff" and the problems, of the only object.
std::string dump(const Result<std::vector<plan::Comparison>>& result)
{
    if (!result) {
        return std::string(name(result.error().code)) + "\n";
    }
    std::string out;
    for (const plan::Comparison& one : *result) {
        out += std::string(name(one.change.action)) + " " + std::string(name(one.change.diffFrom))
            + (one.change.note.empty() ? "" : " (" + one.change.note + ")")
            + (one.conflict ? " conflict" : "") + "\n" + one.change.diff + dump(one.problems);
    }
    return out;
}

json::Value stamped(json::Value object)
{
    object.member("metadata").member("annotations").member(plan::operationAnnotation) = "earlier";
    return object;
}

} // namespace

class TestComparison : public test::TestBase
{
    Q_OBJECT

private slots:

    void whatIsMissingIsCreated()
    {
        const Bench bench;
        const auto found = bench.compare(test::configMap("a", "1"));
        QVERIFY(found && found->front().change.action == plan::Action::Create);
        QVERIFY(found->front().change.diffFrom == plan::DiffFrom::Planned);
        QVERIFY(found->front().change.diff.find("+") != std::string::npos);
    }

    void aReviewAsksTheServerAboutNewObjects()
    {
        Bench bench;
        const plan::ComparisonOptions review { .tryCreates = true };
        const auto found = bench.compare(test::configMap("a", "1"), review);
        QVERIFY(found && found->front().change.diffFrom == plan::DiffFrom::DryRun);
        // Its namespace comes with an earlier step: nothing can be said yet, and nothing is wrong.
        bench.gke.refusals.emplace(kube::keyOf(test::configMap("a", "")),
                                   Error { ErrorCode::NotFound, msg("kube.not-found") });
        const auto later = bench.compare(test::configMap("a", "1"), review);
        QVERIFY(later && later->front().change.diffFrom == plan::DiffFrom::Deferred);
        QVERIFY(later->front().problems.empty());
        COMPARE_TEXT(bench.gke.written(), "");
    }

    void theServerHasTheLastWordOnWhatChanges()
    {
        Bench bench;
        bench.gke.put(test::configMap("a", "old"), "isthmus");
        COMPARE_TEXT(dump(bench.compare(test::configMap("a", "old"))), "none dryRun\n");
        COMPARE_TEXT(dump(bench.compare(test::configMap("a", "new"))),
                     "update dryRun\n  data:\n-   key: \"old\"\n+   key: \"new\"\n");
    }

    void theStampOfAnEarlierOperationIsNoDifference()
    {
        Bench bench;
        bench.gke.put(stamped(test::configMap("a", "1")), "isthmus");
        COMPARE_TEXT(dump(bench.compare(test::configMap("a", "1"))), "none dryRun\n");
    }

    void somebodyElsesObjectIsKept()
    {
        Bench bench;
        bench.gke.put(test::configMap("a", "theirs"));
        COMPARE_TEXT(dump(bench.compare(test::configMap("a", "ours"))),
                     "none planned (kept as it is: managed by kubectl)\n");
        const auto required = bench.compare(test::configMap("a", "ours"), { .required = true });
        QVERIFY(required && required->front().change.action == plan::Action::Update);
    }

    void aConflictNamesTheObjectAndWhoToAsk()
    {
        Bench bench;
        bench.gke.put(test::configMap("a", "1"), "isthmus");
        bench.gke.refusals.emplace(
            kube::keyOf(test::configMap("a", "")),
            Error { ErrorCode::Conflict, msg("kube.not-found"), "conflict with \"helm\"" });
        const auto found = bench.compare(test::configMap("a", "2"));
        QVERIFY(found && found->front().conflict);
        COMPARE_TEXT(isthmus::dump(found->front().problems),
                     "error: ConfigMap shop/a belongs to another field manager, and would have to "
                     "change (gke: ConfigMap shop/a)\n"
                     "  why: conflict with \"helm\"\n"
                     "  do: Change it where its owner keeps it, or remove it from mesh.yaml.\n");
    }

    void aServerThatDoesNotAnswerIsAnErrorOfItsOwn()
    {
        Bench bench;
        bench.gke.put(test::configMap("a", "1"), "isthmus");
        for (const ErrorCode code :
             { ErrorCode::Unreachable, ErrorCode::Timeout, ErrorCode::Unauthorized }) {
            bench.gke.refusals.insert_or_assign(kube::keyOf(test::configMap("a", "")),
                                                Error { code, msg("plan.stopped") });
            COMPARE_TEXT(dump(bench.compare(test::configMap("a", "2"))),
                         std::string(name(code)) + "\n");
        }
        bench.gke.unreadable.emplace("ConfigMap",
                                     Error { ErrorCode::Forbidden, msg("plan.stopped") });
        COMPARE_TEXT(dump(bench.compare(test::configMap("a", "2"))), "forbidden\n");
    }
};

ISTHMUS_TEST_MAIN(TestComparison)
#include "tst_comparison.moc"
