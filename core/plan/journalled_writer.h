// SPDX-License-Identifier: GPL-3.0-or-later
// The only place that sends a write of a plan: intent durable first, receipt after, and an outcome
// that nobody knows is settled by reading, never by blind re-sending.
#pragma once

#include "core/plan/behaviour.h"
#include "core/plan/journal.h"

#include <functional>

namespace isthmus::plan {

/// The annotation that marks an object with the operation that last changed it.
inline constexpr std::string_view operationAnnotation = "isthmus.io/operation";
/// Our field manager.
inline constexpr std::string_view fieldManager = "isthmus";

class JournalledWriter
{
public:
    using OnWrite = std::function<void(const WriteRecord&)>;

    JournalledWriter(Journal& journal, ClusterPorts& clusters, OnWrite onWrite)
        : m_journal(journal)
        , m_clusters(clusters)
        , m_onWrite(std::move(onWrite))
    { }

    /// See WriteContext::write. Thread-safe.
    [[nodiscard]] Result<std::vector<json::Value>> write(const StepId& step,
                                                         const ClusterId& cluster,
                                                         std::vector<PreparedWrite> writes,
                                                         const std::stop_token& stop);

    /// Finds out by reading what became of a write whose receipt is missing, and records it.
    /// Errors: what reading failed with; Storage.
    [[nodiscard]] Result<WriteRecord::Outcome> settle(const WriteRecord& record,
                                                      const std::stop_token& stop);

private:
    Result<json::Value> settleAndRetry(WriteRecord record,
                                       const kube::Write& write,
                                       Error failure,
                                       const std::stop_token& stop);
    Result<void> record(WriteRecord record, WriteRecord::Outcome outcome, const std::string& uid);

    Journal& m_journal;
    ClusterPorts& m_clusters;
    OnWrite m_onWrite;
};

/// What reading an object says about a write that was intended: it happened, it did not, or
/// (Refused) somebody else's object stands in its place. Pure.
[[nodiscard]] WriteRecord::Outcome
outcomeByReading(const WriteRecord& record, const json::Value& live, const OperationId& operation);

/// What undo needs of the object as it was: our own earlier intent, without secret bytes. Pure.
[[nodiscard]] json::Value previousIntent(const json::Value& live);

} // namespace isthmus::plan
