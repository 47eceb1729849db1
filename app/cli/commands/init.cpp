// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands/commands.h"
#include "app/cli/found_mesh.h"
#include "app/cli/init_file.h"
#include "app/cli/render/error.h"
#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/kubeconfig/kubeconfig.h"
#include "core/mesh/mesh_spec.h"
#include "core/mesh/suggest.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

std::vector<std::string> contextNames(const kubeconfig::Kubeconfig& config)
{
    std::vector<std::string> names;
    for (const kubeconfig::ContextInfo& one : config.contexts()) {
        names.push_back(one.name);
    }
    return names;
}

Error noSuchContext(const std::string& name, const std::vector<std::string>& known)
{
    const std::optional<std::string> near = mesh::nearest(name, known);
    return { ErrorCode::Usage,
             msg("app.no-such-context", { { "context", name } }),
             "the kubeconfig has " + (known.empty() ? "none" : isthmus::join(known, ", ")),
             {},
             near ? msg("app.did-you-mean", { { "word", *near } }) : msg("app.list-contexts") };
}

/// --contexts, or the two that there are. Errors: Usage.
Result<std::vector<std::string>> chosenContexts(const Context& context)
{
    const Result<kubeconfig::Kubeconfig> config =
        kubeconfig::Kubeconfig::load(kubeconfig::searchPath(context.arguments.value("kubeconfig")));
    if (!config) {
        return Error(config.error());
    }
    const std::vector<std::string> known = contextNames(*config);
    const std::optional<std::string> given = context.arguments.value("contexts");
    if (!given) {
        return known.size() == 2
            ? Result<std::vector<std::string>>(known)
            : Error { ErrorCode::Usage,
                      msg("app.say-contexts"),
                      "the kubeconfig has "
                          + (known.empty() ? "no contexts" : isthmus::join(known, ", ")),
                      {},
                      msg("app.list-contexts") };
    }
    std::vector<std::string> chosen;
    for (const std::string& part : split(*given, ',')) {
        const std::string name(trimmed(part));
        if (std::ranges::find(known, name) == known.end()) {
            return noSuchContext(name, known);
        }
        if (std::ranges::find(chosen, name) != chosen.end()) {
            return Error { ErrorCode::Usage,
                           msg("app.context-twice", { { "context", name } }),
                           {},
                           {},
                           msg("app.list-contexts") };
        }
        chosen.push_back(name);
    }
    return chosen;
}

/// Paths in the file are relative to it; on the command line they are relative to where it was
/// typed.
std::string relativeToFile(const std::string& path, const std::filesystem::path& file)
{
    if (path.empty() || std::filesystem::path(path).is_absolute()) {
        return path;
    }
    std::error_code failed;
    const std::filesystem::path folder = std::filesystem::absolute(file, failed).parent_path();
    const std::filesystem::path relative =
        std::filesystem::proximate(std::filesystem::absolute(path, failed), folder, failed);
    return failed ? path : relative.string();
}

Result<void> mayWrite(Context& context, const std::filesystem::path& file)
{
    std::error_code failed;
    if (!std::filesystem::exists(file, failed)) {
        return {};
    }
    const Error exists { ErrorCode::Refused,
                         msg("app.file-exists", { { "file", file.string() } }),
                         {},
                         {},
                         msg("app.replace-file") };
    if (!context.arguments.has("yes") && !context.person.isThere()) {
        return exists;
    }
    const Result<bool> agreed = context.confirm("Replace " + file.string() + "?");
    if (!agreed) {
        return Error(agreed.error());
    }
    return *agreed ? Result<void>() : Result<void>(exists);
}

} // namespace

Result<int> runInit(Context& context)
{
    const std::filesystem::path file = context.arguments.value("file").value_or("mesh.yaml");
    const Result<std::vector<std::string>> contexts = chosenContexts(context);
    if (!contexts) {
        return Error(contexts.error());
    }
    InitChoices choices;
    choices.clusters = clustersFrom(*contexts);
    if (context.arguments.has("from-clusters")) {
        if (Result<void> found = readFromClusters(context, choices); !found) {
            return std::move(found).error();
        }
    }
    const auto given = [&context](std::string_view flag, std::string otherwise) {
        return context.arguments.value(flag).value_or(std::move(otherwise));
    };
    choices.mesh = given("name", choices.mesh);
    choices.charts = relativeToFile(given("charts", choices.charts), file);
    choices.version = given("istio-version", choices.version);
    choices.domain = given("domain", choices.domain);

    const std::string text = meshFileText(choices);
    mesh::ParsedMesh parsed = mesh::parseMesh(text, file);
    if (hasErrors(parsed.problems)) { // a flag that does not fit: --domain "*.x", --name "A B"
        context.problems = std::move(parsed.problems);
        return Error { ErrorCode::Usage,
                       msg("app.bad-init-flags"),
                       {},
                       {},
                       msg("app.see-command-help", { { "command", "init" } }) };
    }
    if (Result<void> allowed = mayWrite(context, file); !allowed) {
        return std::move(allowed).error();
    }
    if (Result<void> written = writeFile(file, text); !written) {
        return std::move(written).error();
    }
    if (context.json()) {
        context.print(document("Init", { { "file", file.string() } }));
        return exit_code::done;
    }
    context.out.write("Wrote " + file.string() + ".\n");
    context.say(choices.charts.empty() ? "Next: fill in spec.istio.charts, then `isthmusctl plan`."
                                       : "Next: `isthmusctl plan`.");
    return exit_code::done;
}

} // namespace isthmus::cli
