// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/journalled_writer.h"

#include "core/json/patch.h"
#include "core/kube/owned.h"

#include <array>

namespace isthmus::plan {

namespace {

using Outcome = WriteRecord::Outcome;

/// Whether the server itself said no, so that nothing can have happened.
bool isAnswer(const Error& error)
{
    switch (error.code) {
    case ErrorCode::Unauthorized:
    case ErrorCode::Forbidden:
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::Conflict:
    case ErrorCode::Gone:
    case ErrorCode::Throttled:
    case ErrorCode::Invalid:
    case ErrorCode::Unsupported:
    case ErrorCode::Refused:
        return true;
    default:
        // Internal is the server's 5xx, which may come after the write took effect.
        return error.retry == Retry::Now; // the transport knows that nothing left
    }
}

Outcome outcomeOf(const WriteRecord& record, const json::Value& answer)
{
    if (record.verb == kube::Verb::Delete) {
        return Outcome::Deleted;
    }
    if (!record.existed) {
        return Outcome::Created;
    }
    return answer.isNull() ? Outcome::Unchanged : Outcome::Updated;
}

void stamp(kube::Write& write, const OperationId& operation)
{
    if (write.verb == kube::Verb::Apply || write.verb == kube::Verb::Create) {
        write.body.member("metadata").member("annotations").member(operationAnnotation) =
            operation.str();
    }
}

} // namespace

json::Value previousIntent(const json::Value& live)
{
    if (live.isNull()) {
        return {};
    }
    json::Value owned = kube::extractOwned(live, std::string(fieldManager));
    for (const char* field : { "data", "stringData" }) {
        if (kube::keyOf(live).kind == "Secret") {
            owned.erase(field);
        }
    }
    return owned;
}

Outcome
outcomeByReading(const WriteRecord& record, const json::Value& live, const OperationId& operation)
{
    if (record.verb == kube::Verb::Delete) {
        return live.isNull() || kube::uid(live) != record.uid || kube::isBeingDeleted(live)
            ? Outcome::Deleted
            : Outcome::Unknown;
    }
    if (live.isNull()) {
        return Outcome::Unknown;
    }
    if (record.verb == kube::Verb::JsonPatch) {
        // The inverse patch first tests for the values that ours has set.
        return json::patchApplies(live, record.previous) ? Outcome::Updated : Outcome::Unknown;
    }
    const bool ours = kube::annotation(live, operationAnnotation) == operation.str();
    if (!record.existed) {
        return ours ? Outcome::Created : Outcome::Refused;
    }
    // An earlier write of this operation has left the same stamp; then only the fields can tell.
    const bool stampedBefore =
        kube::annotation(record.previous, operationAnnotation) == operation.str();
    if (stampedBefore && previousIntent(live) == record.previous) {
        return Outcome::Unknown;
    }
    return ours ? Outcome::Updated : Outcome::Unknown;
}

Result<void> JournalledWriter::record(WriteRecord record, Outcome outcome, const std::string& uid)
{
    record.outcome = outcome;
    record.uid = uid.empty() ? record.uid : uid;
    Result<void> recorded = m_journal.receipt(record.number, outcome, record.uid);
    if (m_onWrite) {
        m_onWrite(record);
    }
    return recorded;
}

Result<Outcome> JournalledWriter::settle(const WriteRecord& pending, const std::stop_token& stop)
{
    ClusterPort* port = m_clusters.find(pending.cluster);
    if (port == nullptr) {
        return Error { ErrorCode::Internal,
                       msg("plan.cluster-not-connected",
                           { { "cluster", pending.cluster.str() } }) };
    }
    const std::array keys { pending.key };
    Result<json::Value> live = std::move(port->getAll(keys, stop).front());
    if (!live && live.error().code != ErrorCode::NotFound) {
        return std::move(live).error();
    }
    const json::Value object = live ? std::move(*live) : json::Value();
    const Outcome outcome = outcomeByReading(pending, object, m_journal.id());
    if (outcome != Outcome::Unknown) {
        if (Result<void> recorded = record(pending, outcome, kube::uid(object)); !recorded) {
            return std::move(recorded).error();
        }
    }
    return outcome;
}

Result<json::Value> JournalledWriter::settleAndRetry(WriteRecord pending,
                                                     const kube::Write& write,
                                                     Error failure,
                                                     const std::stop_token& stop)
{
    ClusterPort* port = m_clusters.find(pending.cluster);
    constexpr int attempts = 3;
    for (int attempt = 1; attempt <= attempts && !stop.stop_requested(); ++attempt) {
        const Result<Outcome> outcome = settle(pending, stop);
        if (!outcome) {
            return failure; // still unknown: the journal says so, and resuming reads again
        }
        const std::array keys { pending.key };
        if (*outcome != Outcome::Unknown && *outcome != Outcome::Refused) {
            Result<json::Value> live = std::move(port->getAll(keys, stop).front());
            return pending.verb == kube::Verb::Delete ? Result<json::Value>(json::Value())
                                                      : std::move(live);
        }
        if (*outcome == Outcome::Refused) {
            return Error { ErrorCode::Refused,
                           msg("plan.somebody-was-faster", { { "object", text(pending.key) } }),
                           describe(failure),
                           pending.cluster.str(),
                           msg("plan.look-and-plan-again") };
        }
        // Reading shows that it did not happen, so sending it again is no second delivery.
        const std::array again { write };
        Result<json::Value> answer = std::move(port->writeAll(again, {}, stop).front());
        if (answer) {
            if (Result<void> recorded =
                    record(pending, outcomeOf(pending, *answer), kube::uid(*answer));
                !recorded) {
                return std::move(recorded).error();
            }
            return answer;
        }
        failure = std::move(answer).error();
        if (isAnswer(failure)) {
            [[maybe_unused]] const Result<void> recorded = record(pending, Outcome::Refused, {});
            return failure;
        }
    }
    return failure;
}

Result<std::vector<json::Value>> JournalledWriter::write(const StepId& step,
                                                         const ClusterId& cluster,
                                                         std::vector<PreparedWrite> prepared,
                                                         const std::stop_token& stop)
{
    ClusterPort* port = m_clusters.find(cluster);
    if (port == nullptr) {
        return Error { ErrorCode::Internal,
                       msg("plan.cluster-not-connected", { { "cluster", cluster.str() } }) };
    }
    std::vector<WriteRecord> records;
    std::vector<kube::Write> writes;
    for (PreparedWrite& one : prepared) {
        WriteRecord record;
        record.step = step;
        record.cluster = cluster;
        record.verb = one.write.verb;
        record.key = one.write.key;
        record.existed = !one.live.isNull();
        record.uid = kube::uid(one.live);
        record.previous =
            one.write.verb == kube::Verb::JsonPatch ? one.inverse : previousIntent(one.live);
        records.push_back(std::move(record));
        stamp(one.write, m_journal.id());
        writes.push_back(std::move(one.write));
    }
    if (Result<void> durable = m_journal.intend(records); !durable) {
        return std::move(durable).error();
    }
    std::vector<Result<json::Value>> answers = port->writeAll(
        writes,
        [&](std::size_t index, const Result<json::Value>& answer) {
            if (answer) {
                [[maybe_unused]] const Result<void> recorded =
                    record(records[index], outcomeOf(records[index], *answer), kube::uid(*answer));
            } else if (isAnswer(answer.error())) {
                [[maybe_unused]] const Result<void> recorded =
                    record(records[index], Outcome::Refused, {});
            }
        },
        stop);
    std::vector<json::Value> objects;
    std::optional<Error> firstError;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i] && !isAnswer(answers[i].error())) {
            answers[i] = settleAndRetry(records[i], writes[i], std::move(answers[i]).error(), stop);
        }
        if (answers[i]) {
            objects.push_back(std::move(*answers[i]));
        } else if (!firstError) {
            firstError = std::move(answers[i]).error();
        }
    }
    if (firstError) {
        return std::move(*firstError);
    }
    return objects;
}

} // namespace isthmus::plan
