// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/weights.h"

#include "app/cli/commands/commands.h"
#include "app/cli/operate.h"
#include "app/cli/routes.h"
#include "core/base/strings.h"
#include "core/mesh/owner.h"

namespace isthmus::cli {

namespace {

Error badPair(const std::string& pair)
{
    return { ErrorCode::Usage,
             msg("app.bad-weight", { { "word", pair } }),
             {},
             {},
             msg("app.write-weight") };
}

/// "onprem=90" each. Errors: Usage (no pair, a cluster twice, not a whole number of percent, not
/// 100).
Result<std::map<ClusterId, int>> readPairs(const std::vector<std::string>& words)
{
    std::map<ClusterId, int> weights;
    long long sum = 0;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto parts = split(words[i], '=');
        const auto number = parts.size() == 2 ? toInteger(parts[1]) : std::nullopt;
        if (!number || parts[0].empty() || *number < 0 || *number > 100
            || !weights.emplace(ClusterId(parts[0]), static_cast<int>(*number)).second) {
            return badPair(words[i]);
        }
        sum += *number;
    }
    if (sum != 100) {
        return Error { ErrorCode::Usage,
                       msg("app.weights-not-100", { { "sum", std::to_string(sum) } }),
                       {},
                       {},
                       msg("app.write-weight") };
    }
    return weights;
}

} // namespace

Result<int> runWeightsGet(Context& context)
{
    const Result<Session> session = openSession(context);
    if (!session) {
        return Error(session.error());
    }
    const Result<WeightsView> view =
        readWeights(*session->engine, context.arguments.word(0), context.stop);
    if (!view) {
        return Error(view.error());
    }
    if (context.json()) {
        context.print(weightsDocument(*view));
    } else {
        context.out.write(renderWeights(*view));
    }
    return exit_code::done;
}

Result<int> runWeightsSet(Context& context)
{
    if (context.arguments.has("confirm-within")) {
        return Error { ErrorCode::Unsupported,
                       msg("app.later-version", { { "command", "--confirm-within" } }),
                       {},
                       {},
                       msg("app.see-command-help", { { "command", "weights set" } }) };
    }
    const Result<std::map<ClusterId, int>> weights = readPairs(context.arguments.words);
    if (!weights) {
        return Error(weights.error());
    }
    Result<Session> session = openSession(context);
    if (!session) {
        return std::move(session).error();
    }
    const std::string& route = context.arguments.word(0);
    const auto prepare = [&](bool foreignConfirmed) {
        return session->engine->prepareWeights(route, *weights, foreignConfirmed, context.stop);
    };
    Result<plan::Survey> survey = prepare(context.arguments.has("yes"));
    const bool isForeign = !survey && survey.error().message.id == "operations.route-of-somebody";
    if (isForeign && context.person.isThere()) {
        const Result<bool> agreed = context.confirm(
            text(survey.error().message) + ". Change its weights, and nothing else of it?");
        if (!agreed) {
            return Error(agreed.error());
        }
        survey = *agreed ? prepare(true) : std::move(survey);
    }
    return survey ? carryOut(context, *session, *survey) : Result<int>(survey.error());
}

} // namespace isthmus::cli
