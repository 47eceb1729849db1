// SPDX-License-Identifier: GPL-3.0-or-later
// A plan over two clusters in memory, carried out from a journal in a folder of its own, and
// everything that came of it as text.
#pragma once

#include "core/plan/executor.h"
#include "core/plan/journal_store.h"
#include "tests/core/plan/plan_fixture.h"
#include "tests/support/fake_context.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test.h"

#include <string>
#include <vector>

namespace isthmus::test {

/// "failed at gke/b: unreachable plan.stopped"
inline std::string dump(const plan::RunResult& result)
{
    std::string out(name(result.state));
    if (!result.failedStep.empty()) {
        out += " at " + result.failedStep.str();
    }
    return out
        + (result.error
               ? ": " + std::string(name(result.error->code)) + " " + result.error->message.id
               : std::string())
        + "\n";
}

/// "onprem/a done\n" per step that the journal knows, by id.
inline std::string dumpSteps(const plan::Run& run)
{
    std::string out;
    for (const auto& [id, state] : run.steps) {
        out += id.str() + " " + std::string(name(state)) + "\n";
    }
    return out;
}

/// "1 onprem apply ConfigMap shop/a created\n" per write.
inline std::string dumpWrites(const plan::Run& run)
{
    std::string out;
    for (const plan::WriteRecord& write : run.writes) {
        out += std::to_string(write.number) + " " + write.cluster.str() + " "
            + std::string(kube::name(write.verb)) + " " + text(write.key) + " "
            + std::string(name(write.outcome)) + "\n";
    }
    return out;
}

struct PlanRun
{
    TemporaryFolder folder = {};
    FakeClusters clusters = {};
    ManualClock clock = ManualClock();
    plan::Behaviours behaviours = {};
    std::stop_source stop = {};
    OperationId id { "20261123T120000Z-1a2b" };
    FakeCluster& onprem = clusters.onprem;
    FakeCluster& gke = clusters.gke;
    std::vector<plan::Event> events = {};
    std::function<void(const plan::Event&)> onEvent = {};

    PlanRun() { behaviours.add("objects", std::make_unique<plan::ObjectsBehaviour>()); }

    [[nodiscard]] Result<plan::Journal> begin(const plan::Plan& plan)
    {
        return plan::Journal::create(folder.path(), id, plan, clock);
    }

    [[nodiscard]] Result<plan::Journal> open()
    {
        return plan::Journal::resume(folder.path(), id, clock);
    }

    [[nodiscard]] plan::Run stored() const
    {
        const Result<plan::StoredRun> read = plan::readRun(folder.path(), id);
        return read ? read->run : plan::Run();
    }

    plan::RunResult run(Result<plan::Journal> journal) { return carry(std::move(journal), false); }

    plan::RunResult undo() { return carry(open(), true); }

    /// Begins, runs, closes.
    plan::RunResult run(const plan::Plan& plan) { return run(begin(plan)); }

private:
    plan::RunResult carry(Result<plan::Journal> journal, bool back)
    {
        if (!journal) {
            return { plan::RunState::Failed, journal.error(), {} };
        }
        plan::Executor executor(
            *journal, { behaviours, clusters, clock }, [this](const plan::Event& event) {
                events.push_back(event);
                if (onEvent) {
                    onEvent(event);
                }
            });
        return back ? executor.undo(stop.get_token()) : executor.run(stop.get_token());
    }
};

} // namespace isthmus::test
