// SPDX-License-Identifier: GPL-3.0-or-later
// Stored runs, and the outcome of one that just ended. Pure.
#pragma once

#include "app/cli/style.h"
#include "core/json/value.h"
#include "core/plan/journal_store.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace isthmus::cli {

/// {id, operation, mesh, state, startedAt, endedAt, writes, steps: […]}
[[nodiscard]] json::Value runJson(const plan::StoredRun& stored);
/// {kind: OperationList, items: […]}
[[nodiscard]] json::Value runListDocument(const std::vector<plan::StoredRun>& runs);
/// {kind: Operation, …}: runJson() with each write and where it went.
[[nodiscard]] json::Value runDocument(const plan::StoredRun& stored);

[[nodiscard]] std::string renderRunList(const std::vector<plan::StoredRun>& runs,
                                        const Style& style);
[[nodiscard]] std::string renderRun(const plan::StoredRun& stored, const Style& style);

/// How somebody gets in without DNS (design decision 38).
struct Entrance
{
    std::string host;
    std::string address;
    std::string caFile;
};

/// "curl --resolve HOST:443:ADDRESS --cacert FILE https://HOST/"
[[nodiscard]] std::string curlLine(const Entrance& entrance);

/// What a run came to.
struct Outcome
{
    OperationId id; ///< empty: nothing was to be done
    std::string operation;
    plan::RunState state = plan::RunState::Done;
    int writes = 0;
    int stepsDone = 0;
    std::vector<StepId> alreadyRight = {};
    std::map<StepId, std::string> states = {};
    std::vector<Message> proofs = {};
    std::optional<Entrance> entrance = {};
};

[[nodiscard]] json::Value outcomeDocument(const Outcome& outcome);
[[nodiscard]] std::string renderOutcome(const Outcome& outcome, const Style& style);

} // namespace isthmus::cli
