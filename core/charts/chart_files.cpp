// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/chart_files.h"

#include "core/base/file.h"
#include "core/crypto/certificate.h"
#include "core/yaml/document.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

namespace isthmus::charts {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t maxFiles = 10'000;
constexpr int maxDepth = 32; ///< a symbolic link may close a circle

/// Where a chart lies below the folder: as in a release, then as `helm pull --untar` leaves it.
std::vector<fs::path> places(Chart chart)
{
    switch (chart) {
    case Chart::Base:
        return { "base" };
    case Chart::Istiod:
        return { fs::path("istio-control") / "istio-discovery", "istiod" };
    case Chart::Gateway:
        return { "gateway" };
    }
    return {};
}

bool isChart(const fs::path& folder)
{
    std::error_code ignored;
    return fs::is_regular_file(folder / "Chart.yaml", ignored);
}

/// The chart's folder below `root`; empty where it is not there.
fs::path find(const fs::path& root, Chart chart)
{
    for (const fs::path& place : places(chart)) {
        if (isChart(root / place)) {
            return root / place;
        }
    }
    return {};
}

Error unreadable(const fs::path& chart, std::string why)
{
    return Error { ErrorCode::Preflight,
                   msg("charts.unreadable", { { "folder", chart.string() } }),
                   std::move(why),
                   {},
                   msg("charts.source.remedy") };
}

/// Relative names of all files below `root`, sorted; links are followed, as helm does.
Result<std::vector<std::string>> fileNames(const fs::path& root)
{
    std::vector<std::string> names;
    std::error_code error;
    fs::recursive_directory_iterator entry(
        root, fs::directory_options::follow_directory_symlink, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (entry.depth() > maxDepth || names.size() > maxFiles) {
            return unreadable(root, "this is larger or deeper than any chart");
        }
        std::error_code ignored;
        if (entry->is_regular_file(ignored)) {
            names.push_back(entry->path().lexically_relative(root).generic_string());
        }
    }
    if (error) {
        return unreadable(root, error.message());
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

std::string_view chartName(Chart chart)
{
    switch (chart) {
    case Chart::Base:
        return "base";
    case Chart::Istiod:
        return "istiod";
    case Chart::Gateway:
        return "gateway";
    }
    return {};
}

Result<std::array<fs::path, 3>> locateCharts(const fs::path& directory)
{
    std::error_code ignored;
    const fs::path given = fs::absolute(directory, ignored).lexically_normal();
    if (!fs::is_directory(given, ignored)) {
        return Error { ErrorCode::Preflight,
                       msg("charts.no-folder", { { "folder", given.string() } }),
                       {},
                       {},
                       msg("charts.source.remedy") };
    }
    const fs::path release = given / "manifests" / "charts";
    const fs::path root = fs::is_directory(release, ignored) ? release : given;

    std::array<fs::path, 3> found;
    for (const Chart chart : allCharts) {
        fs::path& folder = found.at(static_cast<std::size_t>(chart));
        folder = find(root, chart);
        if (folder.empty()) {
            return Error {
                ErrorCode::Preflight,
                msg("charts.chart-missing",
                    { { "chart", std::string(chartName(chart)) }, { "folder", root.string() } }),
                "there is no " + (root / places(chart).front() / "Chart.yaml").string(),
                {},
                msg("charts.source.remedy"),
            };
        }
    }
    return found;
}

Result<std::string> chartVersion(const fs::path& chart)
{
    const fs::path file = chart / "Chart.yaml";
    auto text = readFile(file);
    if (!text) {
        return unreadable(chart, describe(text.error()));
    }
    const yaml::Parsed parsed = yaml::parse(*text, file.string());
    if (hasErrors(parsed.problems)) {
        return unreadable(chart, dump(parsed.problems));
    }
    const yaml::Node* version = parsed.root.find("version");
    if (version == nullptr || version->kind != yaml::Node::Kind::Scalar
        || version->scalar.empty()) {
        return unreadable(chart, "Chart.yaml names no version");
    }
    return version->scalar;
}

Result<std::string> chartDigest(const fs::path& chart)
{
    auto names = fileNames(chart);
    if (!names) {
        return std::move(names).error();
    }
    std::string listing;
    for (const std::string& name : *names) {
        auto content = readFile(chart / name);
        if (!content) {
            return unreadable(chart, describe(content.error()));
        }
        // NUL ends a name: no file name can imitate two entries.
        listing += crypto::sha256Hex(*content) + ' ' + name + '\0';
    }
    return crypto::sha256Hex(listing);
}

} // namespace isthmus::charts
