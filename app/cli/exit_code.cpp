// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/exit_code.h"

#include <algorithm>

namespace isthmus::cli {

int exitCode(const Error& error, StopReason stopped)
{
    switch (error.code) {
    case ErrorCode::Usage:
    case ErrorCode::Invalid:
    case ErrorCode::Unsupported:
        return exit_code::usage;
    case ErrorCode::Preflight:
    case ErrorCode::Unreachable:
    case ErrorCode::Unauthorized:
    case ErrorCode::Forbidden:
    case ErrorCode::Tls:
    case ErrorCode::Timeout: // a server that does not answer in time
    case ErrorCode::Throttled:
        return exit_code::preflight;
    case ErrorCode::Storage:
        return exit_code::resumable;
    case ErrorCode::Refused:
    case ErrorCode::Conflict:
    case ErrorCode::AlreadyExists:
        return exit_code::refused;
    case ErrorCode::Cancelled:
        return stopped == StopReason::Timeout ? exit_code::resumable : exit_code::interrupted;
    case ErrorCode::NotFound:
    case ErrorCode::Gone:
    case ErrorCode::Internal:
        break;
    }
    return exit_code::failed;
}

namespace {

bool isGuard(const Error& error)
{
    return error.code == ErrorCode::Refused || error.code == ErrorCode::Conflict
        || error.code == ErrorCode::AlreadyExists;
}

} // namespace

int exitCode(const plan::RunResult& result, StopReason stopped)
{
    const bool begun = !result.failedStep.empty();
    switch (result.state) {
    case plan::RunState::Done:
    case plan::RunState::Undone:
        return exit_code::done;
    case plan::RunState::Stopped:
    case plan::RunState::Running:
        if (stopped == StopReason::Signal) {
            return exit_code::interrupted;
        }
        // A journal that cannot be used (held by another process, of another version) begins
        // nothing.
        if (!begun && result.error
            && (isGuard(*result.error) || exitCode(*result.error) == exit_code::usage)) {
            return exitCode(*result.error);
        }
        return exit_code::resumable;
    case plan::RunState::Failed:
    case plan::RunState::UndoFailed:
        break;
    }
    if (result.error && (isGuard(*result.error) || !begun)) {
        return exitCode(*result.error, stopped);
    }
    return exit_code::failed;
}

int exitCode(const Diagnostics& problems)
{
    const bool ofFile = std::ranges::any_of(problems, [](const Diagnostic& problem) {
        return problem.severity == Severity::Error
            && (!problem.file.empty() || problem.subject.starts_with("spec"));
    });
    if (ofFile) {
        return exit_code::usage;
    }
    return hasErrors(problems) ? exit_code::refused : exit_code::done;
}

} // namespace isthmus::cli
