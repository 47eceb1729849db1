// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/journal_records.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace isthmus::plan {

namespace {

constexpr std::array<std::string_view, 9> stepStates { "pending", "running",      "waiting",
                                                       "done",    "alreadyRight", "failed",
                                                       "skipped", "unknown",      "undone" };
constexpr std::array<std::string_view, 6> runStates { "running", "done",   "failed",
                                                      "stopped", "undone", "undoFailed" };
constexpr std::array<std::string_view, 7> outcomes { "unknown",   "created", "updated", "deleted",
                                                     "unchanged", "refused", "undone" };
constexpr std::array<std::string_view, 4> verbs { "apply", "create", "delete", "patch" };
constexpr std::int64_t journalFormat = 1;

template<typename Enum, std::size_t Count>
Enum fromName(const std::array<std::string_view, Count>& names,
              std::string_view text,
              Enum otherwise)
{
    const auto found = std::ranges::find(names, text);
    return found != names.end() ? static_cast<Enum>(found - names.begin()) : otherwise;
}

ErrorCode errorCode(std::string_view text)
{
    for (int i = 0; i <= static_cast<int>(ErrorCode::Internal); ++i) {
        if (name(static_cast<ErrorCode>(i)) == text) {
            return static_cast<ErrorCode>(i);
        }
    }
    return ErrorCode::Internal;
}

json::Value errorToJson(const Error& error)
{
    return json::Object { { "code", name(error.code) },
                          { "message", toJson(error.message) },
                          { "detail", error.detail },
                          { "subject", error.subject },
                          { "remedy", toJson(error.remedy) } };
}

Error errorFromJson(const json::Value& value)
{
    return Error { errorCode(value["code"].string()),
                   messageFromJson(value["message"]),
                   value["detail"].string(),
                   value["subject"].string(),
                   messageFromJson(value["remedy"]) };
}

json::Value keyToJson(const kube::ObjectKey& key)
{
    return json::Object { { "apiVersion", key.apiVersion },
                          { "kind", key.kind },
                          { "namespace", key.ns },
                          { "name", key.name } };
}

kube::ObjectKey keyFromJson(const json::Value& value)
{
    return { value["apiVersion"].string(),
             value["kind"].string(),
             value["namespace"].string(),
             value["name"].string() };
}

WriteRecord intentFromJson(const json::Value& record)
{
    WriteRecord write;
    write.number = static_cast<int>(record["n"].integer());
    write.step = StepId(record["step"].string());
    write.cluster = ClusterId(record["cluster"].string());
    write.verb = fromName(verbs, record["verb"].string(), kube::Verb::Apply);
    write.key = keyFromJson(record["key"]);
    write.existed = record["existed"].boolean();
    write.previous = record["previous"];
    write.uid = record["uid"].string();
    return write;
}

} // namespace

std::string_view name(StepState state)
{
    return stepStates.at(static_cast<std::size_t>(state));
}

std::string_view name(RunState state)
{
    return runStates.at(static_cast<std::size_t>(state));
}

std::string_view name(WriteRecord::Outcome outcome)
{
    return outcomes.at(static_cast<std::size_t>(outcome));
}

namespace records {

json::Value
header(const OperationId& id, const Plan& plan, const std::string& planDigest, UtcTime at)
{
    json::Object clusters;
    for (const auto& [cluster, identity] : plan.clusters) {
        clusters.emplace(cluster.str(),
                         json::Object { { "uid", identity.uid.str() },
                                        { "caFingerprint", identity.caFingerprint } });
    }
    return json::Object { { "t", "header" },
                          { "format", journalFormat },
                          { "id", id.str() },
                          { "operation", plan.operation },
                          { "mesh", plan.mesh },
                          { "plan", planDigest },
                          { "clusters", std::move(clusters) },
                          { "at", formatTime(at) } };
}

json::Value intent(const WriteRecord& write)
{
    return json::Object { { "t", "intent" },
                          { "n", write.number },
                          { "step", write.step.str() },
                          { "cluster", write.cluster.str() },
                          { "verb", verbs.at(static_cast<std::size_t>(write.verb)) },
                          { "key", keyToJson(write.key) },
                          { "existed", write.existed },
                          { "previous", write.previous },
                          { "uid", write.uid } };
}

json::Value receipt(int number, WriteRecord::Outcome outcome, const std::string& uid)
{
    return json::Object {
        { "t", "receipt" }, { "n", number }, { "outcome", name(outcome) }, { "uid", uid }
    };
}

json::Value step(const StepId& step, StepState state, const Error* error, UtcTime at)
{
    json::Object record {
        { "t", "step" }, { "step", step.str() }, { "state", name(state) }, { "at", formatTime(at) }
    };
    if (error != nullptr) {
        record.emplace("error", errorToJson(*error));
    }
    return record;
}

json::Value hole(const Hole& hole, const std::string& value)
{
    return json::Object {
        { "t", "hole" }, { "step", hole.step.str() }, { "name", hole.name }, { "value", value }
    };
}

json::Value state(RunState state, UtcTime at)
{
    return json::Object { { "t", "state" }, { "state", name(state) }, { "at", formatTime(at) } };
}

std::string planDigest(const json::Value& header)
{
    return header["t"].string() == "header" ? header["plan"].string() : std::string();
}

bool isKnownFormat(const json::Value& header)
{
    return header["format"].integer() == journalFormat;
}

void replay(Run& run, const json::Value& record)
{
    const std::string& type = record["t"].string();
    if (type == "header") {
        run.id = OperationId(record["id"].string());
        run.startedAt = parseTime(record["at"].string()).value_or(UtcTime());
    } else if (type == "intent") {
        run.writes.push_back(intentFromJson(record));
    } else if (type == "receipt") {
        const auto write =
            std::ranges::find(run.writes, record["n"].integer(), &WriteRecord::number);
        if (write != run.writes.end()) {
            write->outcome =
                fromName(outcomes, record["outcome"].string(), WriteRecord::Outcome::Unknown);
            if (!record["uid"].string().empty()) {
                write->uid = record["uid"].string();
            }
        }
    } else if (type == "step") {
        const StepId id(record["step"].string());
        run.steps[id] = fromName(stepStates, record["state"].string(), StepState::Unknown);
        run.errors.erase(id);
        if (record.contains("error")) {
            run.errors.emplace(id, errorFromJson(record["error"]));
        }
    } else if (type == "hole") {
        run.holes[Hole { StepId(record["step"].string()), record["name"].string() }] =
            record["value"].string();
    } else if (type == "state") {
        run.state = fromName(runStates, record["state"].string(), RunState::Stopped);
        const bool ended = run.state != RunState::Running;
        run.endedAt = ended ? parseTime(record["at"].string()) : std::nullopt;
    }
}

} // namespace records

} // namespace isthmus::plan
