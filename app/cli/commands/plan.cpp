// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/plan.h"

#include "app/cli/commands/commands.h"
#include "app/cli/operate.h"
#include "app/cli/plan_objects.h"
#include "app/cli/render/error.h"
#include "app/cli/render/plan_script.h"
#include "app/cli/render/plan_yaml.h"

namespace isthmus::cli {

namespace {

Result<std::string>
rendered(Context& context, const plan::Survey& survey, const std::string& format)
{
    if (format == "script") {
        return renderScript(survey);
    }
    if (format == "diff") {
        return renderDiffs(survey, context.style);
    }
    if (format == "yaml") {
        const Result<std::vector<StepObjects>> objects = objectsOf(survey.plan, context.stop);
        return objects ? Result<std::string>(renderYaml(survey, *objects))
                       : Result<std::string>(objects.error());
    }
    std::string out = renderPlan(survey, context.style);
    if (context.verbose() && !survey.nothingToDo()) {
        out += "\n" + renderDiffs(survey, context.style);
    }
    return out;
}

} // namespace

Result<int> runPlan(Context& context)
{
    const std::string& word = context.arguments.word(0);
    const auto kind = operations::operationKind(word.empty() ? "apply" : word);
    if (!kind) {
        return Error { ErrorCode::Usage,
                       msg("app.bad-word", { { "word", "OPERATION" }, { "value", word } }),
                       {},
                       {},
                       msg("app.see-command-help", { { "command", "plan" } }) };
    }
    Result<Session> session = openSession(context);
    if (!session) {
        return std::move(session).error();
    }
    const Result<std::optional<ClusterId>> only = onlyCluster(context, session->engine->spec());
    if (!only) {
        return Error(only.error());
    }
    const Result<plan::Survey> survey = session->engine->prepare(*kind, *only, context.stop);
    if (!survey) {
        return Error(survey.error());
    }
    if (context.stop.stop_requested()) {
        return Error { ErrorCode::Cancelled, msg("app.stopped-early") };
    }
    const std::string format = context.arguments.value("output").value_or("text");
    if (format == "json") {
        context.print(planDocument(*survey));
        return exitCode(survey->problems);
    }
    if (hasErrors(survey->problems)) {
        return forbidden(context, survey->problems);
    }
    const Result<std::string> shown = rendered(context, *survey, format);
    if (!shown) {
        return Error(shown.error());
    }
    context.out.write(*shown);
    if (format != "text") {
        context.err.write(renderProblems(survey->problems, context.errStyle));
    }
    return exit_code::done;
}

} // namespace isthmus::cli
