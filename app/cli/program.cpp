// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/program.h"

#include "app/cli/command_table.h"
#include "app/cli/commands/commands.h"
#include "app/cli/context.h"
#include "app/cli/help.h"
#include "app/cli/interrupts.h"
#include "app/cli/render/error.h"
#include "core/base/environment.h"

#include <unistd.h>

namespace isthmus::cli {

namespace {

bool coloured(const Output& output, bool forbidden)
{
    return output.isTerminal() && !forbidden && !environment("NO_COLOR")
        && environment("TERM") != "dumb";
}

void showError(const Error& error,
               const Diagnostics& problems,
               bool json,
               Output& out,
               Output& err,
               const Style& style)
{
    if (json) {
        out.write(json::writePretty(errorDocument(error, problems)) + "\n");
        return;
    }
    err.write(renderProblems(problems, style));
    err.write(renderError(error, style));
}

Result<int> runCommand(Context& context)
{
    const Arguments& arguments = context.arguments;
    if (arguments.has("version")) {
        return runVersion(context);
    }
    if (arguments.command == nullptr) {
        (arguments.help ? context.out : context.err).write(overview(context.table));
        return arguments.help ? exit_code::done : exit_code::usage;
    }
    if (arguments.help) {
        const Result<std::string> text = helpOn(context.table, arguments.command->name);
        context.out.write(text ? *text : std::string());
        return exit_code::done;
    }
    return arguments.command->run(context);
}

} // namespace

int runProgram(const std::vector<std::string>& line)
{
    Output out(STDOUT_FILENO);
    Output err(STDERR_FILENO);
    const CommandTable table = commandTable();
    const Result<Arguments> arguments = parseArguments(table, line);
    if (!arguments) {
        showError(arguments.error(), {}, wantsJson(line), out, err, Style(coloured(err, false)));
        return exitCode(arguments.error());
    }
    Interrupts interrupts([&err](StopReason reason) {
        err.write(
            reason == StopReason::Signal
                ? "\nStopping: what is under way is finished and journalled. Again: end at once.\n"
                : "\nThe time is over: stopping.\n");
    });
    if (const auto timeout = arguments->value("timeout")) {
        interrupts.setTimeout(Milliseconds(parseDurationMs(*timeout).value_or(0)));
    }
    TerminalPerson person;
    const SystemClock clock;
    const bool plain = arguments->has("no-color");
    Context context { .table = table,
                      .arguments = *arguments,
                      .out = out,
                      .err = err,
                      .person = person,
                      .clock = clock,
                      .stop = interrupts.token(),
                      .stopReason = [&interrupts] { return interrupts.reason(); },
                      .style = Style(coloured(out, plain)),
                      .errStyle = Style(coloured(err, plain)) };
    Result<int> code = runCommand(context);
    if (!code) {
        const bool late = interrupts.reason() == StopReason::Timeout;
        if (late && code.error().code == ErrorCode::Cancelled) {
            code = Error { ErrorCode::Cancelled, msg("app.timed-out") };
        }
        showError(code.error(), context.problems, context.json(), out, err, context.errStyle);
        return exitCode(code.error(), interrupts.reason());
    }
    if (!out.good() && *code == exit_code::done) {
        err.write("error: the results could not be written to standard output\n");
        return exit_code::failed;
    }
    return *code;
}

} // namespace isthmus::cli
