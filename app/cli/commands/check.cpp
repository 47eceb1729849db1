// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands/commands.h"
#include "app/cli/render/checks.h"
#include "app/cli/session.h"
#include "core/fleet/preflight.h"

namespace isthmus::cli {

Result<int> runCheck(Context& context)
{
    const std::string stage = context.arguments.value("stage").value_or("preflight");
    if (stage != "preflight") {
        return Error { ErrorCode::Unsupported,
                       msg("app.later-stage", { { "stage", stage } }),
                       {},
                       {},
                       msg("app.use-preflight") };
    }
    const Result<Session> session = openSession(context);
    if (!session) {
        return Error(session.error());
    }
    const checks::Report report = fleet::preflight(session->engine->spec(),
                                                   session->engine->connections(),
                                                   { .clock = context.clock },
                                                   context.stop);
    if (context.json()) {
        context.print(report.toJson());
    } else {
        context.out.write(renderReport(report, context.style));
    }
    if (context.stopReason() == StopReason::Signal) {
        return exit_code::interrupted;
    }
    // What the time was too short for is skipped, which by itself would count as good.
    const bool all = context.stopReason() == StopReason::None;
    return all && report.good() ? exit_code::done : exit_code::preflight;
}

} // namespace isthmus::cli
