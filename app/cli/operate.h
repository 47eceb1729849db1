// SPDX-License-Identifier: GPL-3.0-or-later
// From a surveyed plan to its outcome: show, ask, carry out, report. Shared by every command that
// writes.
#pragma once

#include "app/cli/session.h"

namespace isthmus::cli {

/// Refuses a plan with errors, asks, runs and reports; the answer is the exit code. Errors: Refused
/// (nobody to ask), and those whose exit code is that of an error before anything was begun.
[[nodiscard]] Result<int> carryOut(Context& context, Session& session, const plan::Survey& survey);

/// Plans the operation of mesh.yaml over all clusters or --cluster, and carries it out.
[[nodiscard]] Result<int> operate(Context& context, operations::OperationKind kind);

enum class Again
{
    Resume,
    Undo
};

/// Whether an outcome that is good is printed; one that is not always is.
enum class Report
{
    Print,
    Keep
};

/// Goes on with a stored run, or takes it back. No question: who calls has asked.
[[nodiscard]] Result<int>
runAgain(Context& context, const plan::StoredRun& stored, Again how, Report report = Report::Print);

/// The error to show where a plan's problems forbid it; the problems are kept in the context.
[[nodiscard]] Error forbidden(Context& context, const Diagnostics& problems);

} // namespace isthmus::cli
