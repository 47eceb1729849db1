// SPDX-License-Identifier: GPL-3.0-or-later
// Takes a run back over its receipts, newest step first. Never automatic: somebody asked for it.
#pragma once

#include "core/plan/executor.h"
#include "core/plan/run_context.h"

namespace isthmus::plan {

[[nodiscard]] RunResult
undoRun(Journal& journal, ExecutorPorts ports, EventStream& events, const std::stop_token& stop);

/// The write that takes `record` back, given the object as it is now; nothing where there is
/// nothing left to take back (it is gone, or was never changed). Pure.
[[nodiscard]] std::optional<kube::Write> inverseOf(const WriteRecord& record,
                                                   const json::Value& live);

} // namespace isthmus::plan
