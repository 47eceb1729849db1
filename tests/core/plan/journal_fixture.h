// SPDX-License-Identifier: GPL-3.0-or-later
// A plan over two clusters in memory, carried out from a journal in a folder of its own, and
// everything that came of it as text.
#pragma once

#include "core/plan/executor.h"
#include "core/plan/journal_store.h"
#include "core/plan/objects.h"
#include "tests/support/fake_context.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test.h"

#include <mutex>
#include <string>
#include <vector>

namespace isthmus::test {

inline plan::Step
stepOf(const std::string& id, const std::string& type, const std::vector<std::string>& needs = {})
{
    plan::Step step;
    step.id = StepId(id);
    step.cluster = ClusterId(id.substr(0, id.find('/')));
    step.type = type;
    for (const std::string& need : needs) {
        step.needs.emplace_back(need);
    }
    return step;
}

inline plan::Plan planOf(std::vector<plan::Step> steps)
{
    plan::Plan out;
    out.operation = "apply";
    out.mesh = "shop";
    for (const char* cluster : { "onprem", "gke" }) {
        out.clusters[ClusterId(cluster)].uid = ClusterUid("uid");
    }
    out.steps = std::move(steps);
    return out;
}

inline json::Value configMap(const std::string& name, const std::string& value)
{
    return json::Object { { "apiVersion", "v1" },
                          { "kind", "ConfigMap" },
                          { "metadata",
                            json::Object { { "name", name }, { "namespace", "shop" } } },
                          { "data", json::Object { { "key", value } } } };
}

inline plan::Step objectsStep(const std::string& id,
                              std::vector<json::Value> objects,
                              const std::vector<std::string>& needs = {})
{
    plan::Step step = stepOf(id, "objects", needs);
    step.inputs = plan::toJson(plan::ObjectsInputs { .objects = std::move(objects) });
    return step;
}

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
