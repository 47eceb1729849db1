// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/charts/archive.h"
#include "core/charts/chart_files.h"
#include "core/charts/helm.h"
#include "core/charts/helm_command.h"
#include "core/charts/manifest.h"
#include "core/charts/repository.h"

#include <array>
#include <utility>

namespace isthmus::charts {

namespace {

constexpr Milliseconds renderDeadline { 60'000 };

/// The folder that holds the charts, fetched or unpacked first where it must be.
Result<std::filesystem::path> folderOf(const Helm& helm,
                                       const Source& source,
                                       const std::string& version,
                                       const std::stop_token& stop)
{
    const int given = (source.directory.empty() ? 0 : 1) + (source.archive.empty() ? 0 : 1)
        + (source.repository.empty() ? 0 : 1);
    if (given != 1) {
        return Error { ErrorCode::Usage,
                       given == 0 ? msg("charts.no-source") : msg("charts.many-sources"),
                       {},
                       "spec.istio.charts",
                       msg("charts.source.remedy") };
    }
    if (!source.archive.empty()) {
        return unpackArchive(source.archive, stop);
    }
    if (!source.repository.empty()) {
        return fetchCharts(helm, source.repository, version, stop);
    }
    return source.directory;
}

Error otherVersion(Chart chart,
                   const std::string& found,
                   const std::string& wanted,
                   const std::filesystem::path& path)
{
    return Error { ErrorCode::Preflight,
                   msg("charts.other-version",
                       { { "chart", std::string(chartName(chart)) },
                         { "found", found },
                         { "wanted", wanted } }),
                   path.string(),
                   "spec.istio.charts",
                   msg("charts.other-version.remedy",
                       { { "found", found }, { "wanted", wanted } }) };
}

/// A name starting with '-' would reach helm as an option.
bool usableNames(const Release& release)
{
    return isDns1123Label(release.name) && isDns1123Label(release.ns)
        && !release.kubeVersion.starts_with('-');
}

exec::Command
templateCommand(const Helm& helm, const std::filesystem::path& chart, const Release& release)
{
    // --include-crds: up to 1.23 the base chart keeps its definitions outside its templates.
    std::vector<std::string> arguments { "template",    release.name,    chart.string(),
                                         "--namespace", release.ns,      "--values",
                                         "-",           "--include-crds" };
    if (!release.kubeVersion.empty()) {
        arguments.insert(arguments.end(), { "--kube-version", release.kubeVersion });
    }
    exec::Command command = helmCommand(helm.program, std::move(arguments));
    command.deadline = renderDeadline;
    command.input =
        json::write(release.values.isNull() ? json::Value(json::Object()) : release.values);
    return command;
}

} // namespace

Result<Renderer>
Renderer::open(Helm helm, const Source& source, std::string version, const std::stop_token& stop)
{
    auto folder = folderOf(helm, source, version, stop);
    if (!folder) {
        return std::move(folder).error();
    }
    auto paths = locateCharts(*folder);
    if (!paths) {
        return std::move(paths).error();
    }
    Renderer renderer;
    renderer.m_helm = std::move(helm);
    renderer.m_version = std::move(version);
    for (const Chart chart : allCharts) {
        const std::filesystem::path& path = paths->at(static_cast<std::size_t>(chart));
        auto found = chartVersion(path);
        if (!found) {
            return std::move(found).error();
        }
        if (renderer.m_version.empty()) {
            renderer.m_version = *found; // the first one decides for the other two
        }
        if (*found != renderer.m_version) {
            return otherVersion(chart, *found, renderer.m_version, path);
        }
        auto digest = chartDigest(path);
        if (!digest) {
            return std::move(digest).error();
        }
        renderer.m_paths.push_back(path);
        renderer.m_digests.push_back(*std::move(digest));
    }
    return renderer;
}

Renderer Renderer::recorded(Helm helm, Chart chart, std::filesystem::path path, std::string digest)
{
    Renderer renderer;
    renderer.m_helm = std::move(helm);
    renderer.m_paths.resize(allCharts.size());
    renderer.m_digests.resize(allCharts.size());
    renderer.m_paths.at(static_cast<std::size_t>(chart)) = std::move(path);
    renderer.m_digests.at(static_cast<std::size_t>(chart)) = std::move(digest);
    return renderer;
}

Result<Rendered> Renderer::render(const Release& release, const std::stop_token& stop) const
{
    const std::string subject = "helm release " + release.ns + "/" + release.name;
    if (!usableNames(release)) {
        return Error {
            ErrorCode::Invalid, msg("charts.names"), {}, subject, msg("charts.names.remedy")
        };
    }
    // The plan's id rests on the digest, so what is rendered must be what was digested.
    auto now = chartDigest(path(release.chart));
    if (!now) {
        return std::move(now).error();
    }
    if (*now != digest(release.chart)) {
        return Error { ErrorCode::Preflight,
                       msg("charts.changed", { { "folder", path(release.chart).string() } }),
                       {},
                       subject,
                       msg("charts.changed.remedy") };
    }
    const exec::Command command = templateCommand(m_helm, path(release.chart), release);
    auto outcome = runHelm(command, stop);
    if (!outcome) {
        return std::move(outcome).error().withSubject(subject);
    }
    if (outcome->exitCode != 0) {
        return Error { ErrorCode::Invalid,
                       msg("charts.render",
                           { { "chart", std::string(chartName(release.chart)) },
                             { "release", release.name } }),
                       helmWords(*outcome),
                       subject,
                       msg("charts.render.remedy") };
    }
    auto objects = readManifest(outcome->output, { .release = release.name, .ns = release.ns });
    if (!objects) {
        return std::move(objects).error();
    }
    auto version = chartVersion(path(release.chart));
    if (!version) {
        return std::move(version).error();
    }
    return Rendered { .objects = *std::move(objects),
                      .chartVersion = *std::move(version),
                      .digest = *std::move(now) };
}

std::filesystem::path Renderer::path(Chart chart) const
{
    return m_paths.at(static_cast<std::size_t>(chart));
}

const std::string& Renderer::digest(Chart chart) const
{
    return m_digests.at(static_cast<std::size_t>(chart));
}

} // namespace isthmus::charts
