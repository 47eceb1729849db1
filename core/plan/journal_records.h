// SPDX-License-Identifier: GPL-3.0-or-later
// Journal records as JSON, and a run rebuilt from them. Pure.
#pragma once

#include "core/plan/journal.h"

namespace isthmus::plan::records {

[[nodiscard]] json::Value
header(const OperationId& id, const Plan& plan, const std::string& planDigest, UtcTime at);
[[nodiscard]] json::Value intent(const WriteRecord& write);
[[nodiscard]] json::Value receipt(int number, WriteRecord::Outcome outcome, const std::string& uid);
[[nodiscard]] json::Value step(const StepId& step, StepState state, const Error* error, UtcTime at);
[[nodiscard]] json::Value hole(const Hole& hole, const std::string& value);
[[nodiscard]] json::Value state(RunState state, UtcTime at);

/// SHA-256 of the plan's body that the header names; empty where this is no header of ours.
[[nodiscard]] std::string planDigest(const json::Value& header);
/// Whether this version can go on with a journal of this header.
[[nodiscard]] bool isKnownFormat(const json::Value& header);

/// Takes one record into the run. Records of kinds this version does not know change nothing.
void replay(Run& run, const json::Value& record);

} // namespace isthmus::plan::records
