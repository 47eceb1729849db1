// SPDX-License-Identifier: GPL-3.0-or-later
// Finds helm, checks the charts, renders them. Nothing of Istio's is stored here (design decision 24).
#pragma once

#include "core/base/result.h"
#include "core/json/value.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace isthmus::charts {

struct Helm
{
    std::filesystem::path program;
    std::string version; ///< "v4.2.0"
    int major = 0; ///< 3 or 4
};

/// $ISTHMUS_HELM, else `helm` in $PATH. Errors: Preflight with the way out (missing, or neither 3 nor 4).
[[nodiscard]] Result<Helm> findHelm(const std::stop_token& stop = {});

/// Where charts come from; exactly one is set.
struct Source
{
    std::filesystem::path directory = {}; ///< istio-1.31.0/manifests/charts: base, istio-control/istio-discovery, gateway; or base, istiod, gateway
    std::filesystem::path archive = {}; ///< istio-1.31.0.tar.gz (an Istio release)
    std::string repository = {}; ///< https://…; helm fetches from it
};

enum class Chart { Base, Istiod, Gateway };

struct Release
{
    Chart chart;
    std::string name; ///< "istiod", "istio-eastwestgateway"
    std::string ns; ///< "istio-system"
    json::Value values; ///< the user's values over ours, merged by the caller
};

struct Rendered
{
    std::vector<json::Value> objects; ///< every namespaced one carries its namespace; Helm's ownership marks set
    std::string chartVersion;
    std::string digest; ///< SHA-256 over the chart's files, hex
};

/// Renders charts of one source; remembers what it found out about each. Thread-safe.
class Renderer
{
public:
    /// Checks that all three charts are there and their version equals `version`.
    /// Errors: Preflight (no such folder, chart missing, another version), each with the way out.
    [[nodiscard]] static Result<Renderer> open(Helm helm,
                                               Source source,
                                               std::string version,
                                               const std::stop_token& stop = {});

    /// Runs `helm template` with the values as a file. Errors: Invalid with helm's own words.
    [[nodiscard]] Result<Rendered> render(const Release& release, const std::stop_token& stop = {}) const;

    /// Folder of a chart, for the plan to record; digest by chart.
    [[nodiscard]] std::filesystem::path path(Chart chart) const;
    [[nodiscard]] const std::string& digest(Chart chart) const;

private:
    Helm m_helm;
    Source m_source;
    std::string m_version;
    std::vector<std::filesystem::path> m_paths;
    std::vector<std::string> m_digests;
};

} // namespace isthmus::charts
