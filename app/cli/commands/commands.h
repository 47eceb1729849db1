// SPDX-License-Identifier: GPL-3.0-or-later
// What each command does: one function per row of the command table. All of them answer the exit
// code.
#pragma once

#include "app/cli/context.h"

namespace isthmus::cli {

[[nodiscard]] Result<int> runContexts(Context& context);
[[nodiscard]] Result<int> runInit(Context& context);
[[nodiscard]] Result<int> runCheck(Context& context);
[[nodiscard]] Result<int> runPlan(Context& context);
[[nodiscard]] Result<int> runApply(Context& context);
[[nodiscard]] Result<int> runInstall(Context& context);
[[nodiscard]] Result<int> runJoin(Context& context);
[[nodiscard]] Result<int> runIngress(Context& context);
[[nodiscard]] Result<int> runDemo(Context& context);
[[nodiscard]] Result<int> runRoute(Context& context);
[[nodiscard]] Result<int> runWeightsGet(Context& context);
[[nodiscard]] Result<int> runWeightsSet(Context& context);
[[nodiscard]] Result<int> runStatus(Context& context);
[[nodiscard]] Result<int> runOperations(Context& context);
[[nodiscard]] Result<int> runOperationsShow(Context& context);
[[nodiscard]] Result<int> runOperationsResume(Context& context);
[[nodiscard]] Result<int> runOperationsUndo(Context& context);
[[nodiscard]] Result<int> runOperationsForget(Context& context);
[[nodiscard]] Result<int> runSim(Context& context);
[[nodiscard]] Result<int> runSchema(Context& context);
[[nodiscard]] Result<int> runVersion(Context& context);
[[nodiscard]] Result<int> runHelp(Context& context);

} // namespace isthmus::cli
