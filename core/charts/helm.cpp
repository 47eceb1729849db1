// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/helm.h"

#include "core/base/environment.h"
#include "core/base/strings.h"
#include "core/charts/helm_command.h"

#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

namespace isthmus::charts {

namespace {

constexpr Milliseconds versionDeadline { 15'000 };
constexpr std::size_t wordsLimit = 4'000;

Error noHelm(std::string detail)
{
    return Error { ErrorCode::Preflight,
                   msg("charts.helm-missing"),
                   std::move(detail),
                   {},
                   msg("charts.helm-missing.remedy") };
}

Error badHelm(const std::filesystem::path& program, Message message, std::string detail)
{
    return Error { ErrorCode::Preflight,
                   std::move(message),
                   std::move(detail),
                   program.string(),
                   msg("charts.helm-version.remedy") };
}

/// "v2.17.0" out of "Client: v2.17.0+gabc", which is how Helm 2 answers.
std::string_view lastWord(std::string_view text)
{
    const std::string_view line = trimmed(text);
    const auto space = line.find_last_of(" \t\n");
    return space == std::string_view::npos ? line : line.substr(space + 1);
}

Result<exec::Outcome> ask(const std::filesystem::path& program,
                          std::vector<std::string> arguments,
                          const std::stop_token& stop)
{
    exec::Command command = helmCommand(program, std::move(arguments));
    command.deadline = versionDeadline;
    return runHelm(command, stop);
}

} // namespace

std::filesystem::path cacheFolder()
{
    // The XDG rules: a relative path is to be ignored.
    const auto xdg = environment("XDG_CACHE_HOME");
    const bool usable = xdg && std::filesystem::path(*xdg).is_absolute();
    return (usable ? std::filesystem::path(*xdg) : homeFolder() / ".cache") / "isthmus";
}

exec::Command helmCommand(const std::filesystem::path& program, std::vector<std::string> arguments)
{
    const std::filesystem::path own = cacheFolder() / "helm";
    exec::Command command { .program = program, .arguments = std::move(arguments) };
    command.environment = {
        { "HELM_CONFIG_HOME", (own / "config").string() },
        { "HELM_CACHE_HOME", (own / "cache").string() },
        { "HELM_DATA_HOME", (own / "data").string() },
        { "HELM_NO_PLUGINS", "1" },
        // helm reads a kubeconfig even where it needs none: its namespace and its file mode's
        // warning.
        { "KUBECONFIG", "/dev/null" },
    };
    return command;
}

Result<exec::Outcome> runHelm(const exec::Command& command, const std::stop_token& stop)
{
    auto outcome = exec::run(command, stop);
    if (!outcome && outcome.error().code == ErrorCode::NotFound) {
        return noHelm(describe(outcome.error()));
    }
    return outcome;
}

std::string helmWords(const exec::Outcome& outcome)
{
    std::string_view words = trimmed(outcome.errors);
    constexpr std::string_view prefix = "Error: ";
    if (words.starts_with(prefix)) {
        words.remove_prefix(prefix.size());
    }
    if (words.empty()) {
        return "helm ended with exit code " + std::to_string(outcome.exitCode)
            + " and said nothing";
    }
    return shortened(words, wordsLimit);
}

int majorVersion(std::string_view text)
{
    if (text.starts_with('v')) {
        text.remove_prefix(1);
    }
    int major = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), major);
    const bool dotted = error == std::errc() && end != text.data() + text.size() && *end == '.';
    return dotted && major > 0 ? major : 0;
}

Result<Helm> findHelm(const std::stop_token& stop)
{
    const auto named = environment("ISTHMUS_HELM");
    const auto found = exec::findProgram(named.value_or("helm"));
    if (!found) {
        return noHelm(named ? "ISTHMUS_HELM names " + *named + ", which is no program"
                            : "there is no program `helm` in PATH");
    }
    std::error_code ignored;
    const std::filesystem::path program = std::filesystem::absolute(*found, ignored);

    auto outcome = ask(program, { "version", "--template", "{{.Version}}" }, stop);
    if (outcome && (outcome->exitCode != 0 || majorVersion(trimmed(outcome->output)) == 0)) {
        // Helm 2 knows no such template, and without --client it asks its server in the cluster.
        auto second = ask(program, { "version", "--client", "--short" }, stop);
        if (!second || (second->exitCode == 0 && majorVersion(lastWord(second->output)) != 0)) {
            outcome = std::move(second);
        }
    }
    if (!outcome) {
        return std::move(outcome).error().withSubject(program.string());
    }
    const std::string_view version = lastWord(outcome->output);
    const int major = outcome->exitCode == 0 ? majorVersion(version) : 0;
    if (major == 0) {
        return badHelm(program, msg("charts.helm-no-version"), helmWords(*outcome));
    }
    if (major != 3 && major != 4) {
        return badHelm(program,
                       msg("charts.helm-version", { { "version", std::string(version) } }),
                       "Isthmus renders charts with Helm 3 or 4");
    }
    const std::string prefix = version.starts_with('v') ? "" : "v";
    return Helm { .program = program, .version = prefix + std::string(version), .major = major };
}

} // namespace isthmus::charts
