// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/repository.h"

#include "core/base/environment.h"
#include "core/base/file.h"
#include "core/charts/chart_cache.h"
#include "core/charts/chart_files.h"
#include "core/charts/helm_command.h"
#include "core/crypto/certificate.h"

#include <utility>
#include <vector>

namespace isthmus::charts {

namespace fs = std::filesystem;

namespace {

constexpr Milliseconds fetchDeadline { 120'000 };

/// What lets helm out of networks that need a proxy or their own certificates.
void passNetworkSettings(exec::Command& command)
{
    for (const char* name : { "HTTPS_PROXY",
                              "https_proxy",
                              "HTTP_PROXY",
                              "http_proxy",
                              "NO_PROXY",
                              "no_proxy",
                              "SSL_CERT_FILE",
                              "SSL_CERT_DIR" }) {
        if (const auto value = environment(name)) {
            command.environment.emplace_back(name, *value);
        }
    }
}

std::vector<std::string> pullArguments(const std::string& repository,
                                       Chart chart,
                                       const std::string& version,
                                       const fs::path& into)
{
    const std::string name(chartName(chart));
    std::vector<std::string> arguments { "pull" };
    if (repository.starts_with("oci://")) {
        arguments.push_back(repository + (repository.ends_with('/') ? "" : "/") + name);
    } else {
        arguments.insert(arguments.end(), { name, "--repo", repository });
    }
    if (!version.empty()) {
        arguments.insert(arguments.end(), { "--version", version });
    }
    arguments.insert(arguments.end(), { "--untar", "--untardir", into.string() });
    return arguments;
}

Result<void> pull(const Helm& helm,
                  const std::string& repository,
                  Chart chart,
                  const std::string& version,
                  const fs::path& into,
                  const std::stop_token& stop)
{
    exec::Command command =
        helmCommand(helm.program, pullArguments(repository, chart, version, into));
    command.deadline = fetchDeadline;
    passNetworkSettings(command);
    auto outcome = runHelm(command, stop);
    if (!outcome) {
        return std::move(outcome).error().withSubject(repository);
    }
    if (outcome->exitCode != 0) {
        return Error { ErrorCode::Preflight,
                       msg("charts.pull",
                           { { "chart", std::string(chartName(chart)) }, { "url", repository } }),
                       helmWords(*outcome),
                       {},
                       msg("charts.pull.remedy") };
    }
    return {};
}

fs::path repositoryTarget(const std::string& repository, const std::string& version)
{
    return chartsCache() / ("repository-" + crypto::sha256Hex(repository + '\n' + version));
}

} // namespace

Result<void> checkRepository(std::string_view url)
{
    const auto refuse = [&](std::string why) {
        return Error { ErrorCode::Preflight,
                       msg("charts.repository"),
                       std::move(why),
                       {},
                       msg("charts.repository.remedy") };
    };
    const auto colon = url.find("://");
    const std::string_view scheme = url.substr(0, colon == std::string_view::npos ? 0 : colon);
    const std::string_view rest =
        colon == std::string_view::npos ? std::string_view {} : url.substr(colon + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.find('@') != std::string_view::npos) {
        return refuse("the address carries a user name or a password");
    }
    if (authority.empty()) {
        return refuse("this is no address: " + std::string(url));
    }
    if (scheme == "https" || scheme == "oci") {
        return {};
    }
    const std::string_view host =
        authority.ends_with(']') ? authority : authority.substr(0, authority.rfind(':'));
    if (scheme == "http" && (host == "localhost" || host == "127.0.0.1" || host == "[::1]")) {
        return {};
    }
    return refuse(scheme == "http"
                      ? "plain http: anybody on the way could change what gets installed"
                      : "helm does not fetch from " + std::string(scheme) + "://");
}

Result<fs::path> fetchCharts(const Helm& helm,
                             const std::string& repository,
                             const std::string& version,
                             const std::stop_token& stop)
{
    if (auto checked = checkRepository(repository); !checked) {
        return std::move(checked).error();
    }
    if (const fs::path target = repositoryTarget(repository, version);
        !version.empty() && isFolder(target)) {
        return target;
    }
    auto staging = Staging::make();
    if (!staging) {
        return std::move(staging).error();
    }
    const fs::path fetched = staging->path() / "charts";
    if (auto made = makePrivateFolder(fetched); !made) {
        return std::move(made).error();
    }
    for (const Chart chart : allCharts) {
        if (auto pulled = pull(helm, repository, chart, version, fetched, stop); !pulled) {
            return std::move(pulled).error();
        }
    }
    auto found = chartVersion(fetched / chartName(Chart::Base));
    if (!found) {
        return std::move(found).error();
    }
    return staging->publish("charts",
                            repositoryTarget(repository, version.empty() ? *found : version));
}

} // namespace isthmus::charts
