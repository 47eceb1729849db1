// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/undo.h"

#include "core/json/patch.h"
#include "core/kube/order.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

namespace isthmus::plan {

namespace {

using Outcome = WriteRecord::Outcome;

constexpr Milliseconds deletionDeadline { 600'000 };

/// Undo of one run: one step at a time, in reverse.
class Undoing
{
public:
    Undoing(Journal& journal, ExecutorPorts ports, EventStream& events, const std::stop_token& stop)
        : m_journal(journal)
        , m_ports(ports)
        , m_events(events)
        , m_stop(stop)
    { }

    Result<void> settle();
    Result<void> step(const Step& step);

private:
    Result<void> takeBack(const Step& step, RunContext& context);
    Result<void> wave(const std::vector<WriteRecord>& records, RunContext& context);
    Result<void>
    send(ClusterPort& port, const std::vector<WriteRecord>& records, RunContext& context);
    /// The write that takes the record back, unless what it made has to stay; then it says so.
    Result<std::optional<kube::Write>> inverseFor(ClusterPort& port,
                                                  const WriteRecord& record,
                                                  const json::Value& live,
                                                  RunContext& context);
    Result<void> awaitGone(ClusterPort& port, const WriteRecord& record, RunContext& context);
    Result<bool> isInUse(ClusterPort& port, const json::Value& crd, RunContext& context);

    Journal& m_journal;
    ExecutorPorts m_ports;
    EventStream& m_events;
    std::stop_token m_stop;
};

/// The intent of a manager that wants nothing of an object: applied, it gives up all its fields.
json::Value nothingOf(const kube::ObjectKey& key)
{
    json::Object metadata { { "name", key.name } };
    if (!key.ns.empty()) {
        metadata.emplace("namespace", key.ns);
    }
    return json::Object { { "apiVersion", key.apiVersion },
                          { "kind", key.kind },
                          { "metadata", std::move(metadata) } };
}

bool isUndoable(const WriteRecord& record)
{
    return record.outcome == Outcome::Created || record.outcome == Outcome::Updated;
}

Result<void> Undoing::settle()
{
    JournalledWriter writer(m_journal, m_ports.clusters, {});
    for (const WriteRecord& record : m_journal.run().writes) {
        if (record.outcome == Outcome::Unknown) {
            if (Result<Outcome> outcome = writer.settle(record, m_stop); !outcome) {
                return std::move(outcome).error();
            }
        }
    }
    return {};
}

Result<void> Undoing::step(const Step& step)
{
    const Behaviour* behaviour = m_ports.behaviours.find(step.type);
    if (behaviour == nullptr) {
        return Error { ErrorCode::Unsupported,
                       msg("plan.unknown-step", { { "type", step.type } }) };
    }
    m_events.step(step.id, StepState::Running);
    const Run run = m_journal.run();
    RunContext context(ReadContext { m_ports.clusters, m_ports.clock, m_stop, run.holes },
                       step.id,
                       m_journal,
                       m_events);
    // What was right before the run, or never begun, left nothing behind.
    const bool hasWritten = std::ranges::any_of(run.writes, [&step](const WriteRecord& record) {
        return record.step == step.id && record.outcome != Outcome::Refused;
    });
    for (const bool writesGone : { false, true }) {
        if (!hasWritten) {
            break;
        }
        if (Result<void> residue = behaviour->undoResidue(step, context, writesGone); !residue) {
            return residue;
        }
        if (!writesGone) {
            if (Result<void> undone = takeBack(step, context); !undone) {
                return undone;
            }
        }
    }
    m_events.step(step.id, StepState::Undone);
    return m_journal.step(step.id, StepState::Undone);
}

Result<void> Undoing::takeBack(const Step& step, RunContext& context)
{
    std::vector<WriteRecord> mine;
    for (const WriteRecord& record : m_journal.run().writes) {
        if (record.step == step.id && isUndoable(record)) {
            mine.push_back(record);
        }
    }
    // Kinds in the reverse of the order they were made in; within a kind all at once, unless one
    // object was written several times: then its newest write goes first, and alone.
    std::ranges::sort(mine, std::ranges::greater(), [](const WriteRecord& record) {
        return std::pair(kube::applyWave(record.key), record.number);
    });
    for (auto from = mine.begin(); from != mine.end();) {
        std::set<std::pair<ClusterId, kube::ObjectKey>> seen;
        const auto to = std::find_if(from, mine.end(), [&](const WriteRecord& record) {
            return kube::applyWave(record.key) != kube::applyWave(from->key)
                || !seen.emplace(record.cluster, record.key).second;
        });
        if (Result<void> done = wave({ from, to }, context); !done) {
            return done;
        }
        from = to;
    }
    return {};
}

Result<void> Undoing::wave(const std::vector<WriteRecord>& records, RunContext& context)
{
    std::map<ClusterId, std::vector<WriteRecord>> byCluster;
    for (const WriteRecord& record : records) {
        byCluster[record.cluster].push_back(record);
    }
    for (const auto& [cluster, part] : byCluster) {
        ClusterPort* port = m_ports.clusters.find(cluster);
        if (port == nullptr) {
            return Error { ErrorCode::Internal,
                           msg("plan.cluster-not-connected", { { "cluster", cluster.str() } }) };
        }
        if (Result<void> sent = send(*port, part, context); !sent) {
            return sent;
        }
    }
    return {};
}

Result<bool> Undoing::isInUse(ClusterPort& port, const json::Value& crd, RunContext& context)
{
    const json::Value& names = crd["spec"]["names"];
    const std::string apiVersion =
        crd["spec"]["group"].string() + "/" + crd["spec"]["versions"][0]["name"].string();
    const auto objects = port.list(apiVersion, names["kind"].string(), {}, {}, context.stop);
    if (!objects) {
        return objects.error().code == ErrorCode::NotFound ? Result<bool>(false)
                                                           : Result<bool>(objects.error());
    }
    return !objects->empty();
}

Result<std::optional<kube::Write>> Undoing::inverseFor(ClusterPort& port,
                                                       const WriteRecord& record,
                                                       const json::Value& live,
                                                       RunContext& context)
{
    std::optional<kube::Write> inverse = inverseOf(record, live);
    if (!inverse && record.verb == kube::Verb::JsonPatch && !live.isNull()) {
        context.say(msg("plan.kept-changed", { { "object", text(record.key) } }));
    }
    const bool definitionGoes = inverse && inverse->verb == kube::Verb::Delete
        && record.key.kind == "CustomResourceDefinition";
    if (definitionGoes) {
        const Result<bool> used = isInUse(port, live, context);
        if (!used) {
            return Error(used.error());
        }
        if (*used) {
            context.say(msg("plan.kept-in-use", { { "object", text(record.key) } }));
            inverse.reset();
        }
    }
    return inverse;
}

Result<void>
Undoing::send(ClusterPort& port, const std::vector<WriteRecord>& records, RunContext& context)
{
    std::vector<kube::ObjectKey> keys;
    keys.reserve(records.size());
    std::ranges::transform(records, std::back_inserter(keys), &WriteRecord::key);
    const std::vector<Result<json::Value>> live = port.getAll(keys, context.stop);
    std::vector<kube::Write> writes;
    std::vector<WriteRecord> sent;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!live[i] && live[i].error().code != ErrorCode::NotFound) {
            return Error(live[i].error());
        }
        const json::Value object = live[i] ? *live[i] : json::Value();
        Result<std::optional<kube::Write>> inverse = inverseFor(port, records[i], object, context);
        if (!inverse) {
            return std::move(inverse).error();
        }
        if (*inverse) {
            writes.push_back(std::move(**inverse));
            sent.push_back(records[i]);
        } else if (Result<void> noted = m_journal.receipt(records[i].number, Outcome::Undone, {});
                   !noted) {
            return noted;
        }
    }
    // An undo is idempotent (deletes carry the uid, re-applies the whole former intent, patches
    // test for what ours had set), so its own intents need no journal: cut off, it is simply asked
    // again.
    const std::vector<Result<json::Value>> answers = port.writeAll(writes, {}, context.stop);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i] && answers[i].error().code != ErrorCode::NotFound) {
            return Error(answers[i].error())
                .withSubject(sent[i].cluster.str() + ": " + text(sent[i].key));
        }
        if (writes[i].verb == kube::Verb::Delete) {
            if (Result<void> gone = awaitGone(port, sent[i], context); !gone) {
                return gone;
            }
        }
        if (Result<void> noted = m_journal.receipt(sent[i].number, Outcome::Undone, {}); !noted) {
            return noted;
        }
    }
    return {};
}

Result<void> Undoing::awaitGone(ClusterPort& port, const WriteRecord& record, RunContext& context)
{
    const auto isGone = [&record](const json::Value& object) {
        return object.isNull() || kube::uid(object) != record.uid;
    };
    const std::array keys { record.key };
    const Result<json::Value> now = std::move(port.getAll(keys, context.stop).front());
    if ((!now && now.error().code == ErrorCode::NotFound) || (now && isGone(*now))) {
        return {};
    }
    context.say(msg("plan.waits-until-gone", { { "object", text(record.key) } }));
    Result<json::Value> gone = port.waitFor(record.key, isGone, deletionDeadline, context.stop);
    return gone || gone.error().code == ErrorCode::NotFound ? Result<void>()
                                                            : std::move(gone).error();
}

} // namespace

std::optional<kube::Write> inverseOf(const WriteRecord& record, const json::Value& live)
{
    if (live.isNull() || (!record.uid.empty() && kube::uid(live) != record.uid)) {
        return std::nullopt; // gone, or another object of the same name, which is not ours to touch
    }
    kube::Write write;
    write.key = record.key;
    if (record.outcome == Outcome::Created) {
        write.verb = kube::Verb::Delete;
        write.body = json::Object { { "uid", kube::uid(live) } };
        return write;
    }
    if (record.verb == kube::Verb::JsonPatch) {
        if (!json::patchApplies(live, record.previous)) {
            return std::nullopt; // taken back already, or changed since by somebody else
        }
        write.verb = kube::Verb::JsonPatch;
        write.body = record.previous;
        return write;
    }
    if (record.key.kind == "Secret") {
        return std::nullopt; // its former bytes were never kept, and nothing is better than half of
                             // it
    }
    write.verb = kube::Verb::Apply;
    write.body = record.previous.isNull() ? nothingOf(record.key) : record.previous;
    return write;
}

RunResult
undoRun(Journal& journal, ExecutorPorts ports, EventStream& events, const std::stop_token& stop)
{
    const auto stopped = [&journal](Error error) {
        const bool again = error.code == ErrorCode::Cancelled || error.code == ErrorCode::Timeout
            || error.code == ErrorCode::Unreachable || error.code == ErrorCode::Storage;
        const RunState state = again ? RunState::Stopped : RunState::UndoFailed;
        [[maybe_unused]] const Result<void> noted = journal.state(state);
        return RunResult { state, std::move(error), {} };
    };
    const Run run = journal.run();
    if (Result<void> same = checkIdentities(run.plan, ports.clusters, stop); !same) {
        return stopped(std::move(same).error());
    }
    if (Result<void> running = journal.state(RunState::Running); !running) {
        return stopped(std::move(running).error());
    }
    Undoing undoing(journal, ports, events, stop);
    if (Result<void> settled = undoing.settle(); !settled) {
        return stopped(std::move(settled).error());
    }
    for (auto step = run.plan.steps.rbegin(); step != run.plan.steps.rend(); ++step) {
        if (stop.stop_requested()) {
            return stopped(Error { ErrorCode::Cancelled, msg("plan.stopped") });
        }
        if (!run.steps.contains(step->id)) {
            continue; // never begun
        }
        if (Result<void> undone = undoing.step(*step); !undone) {
            events.step(step->id, StepState::Failed, &undone.error());
            [[maybe_unused]] const Result<void> noted =
                journal.step(step->id, StepState::Failed, &undone.error());
            RunResult result = stopped(std::move(undone).error());
            result.failedStep = step->id;
            return result;
        }
    }
    if (Result<void> closed = journal.state(RunState::Undone); !closed) {
        return { RunState::Undone, std::move(closed).error(), {} };
    }
    return { RunState::Undone, {}, {} };
}

} // namespace isthmus::plan
