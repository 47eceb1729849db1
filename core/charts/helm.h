// SPDX-License-Identifier: GPL-3.0-or-later
// Finds helm, checks the charts, renders them. Nothing of Istio's is stored here (design decision
// 24). All of it waits for child processes: never call it from the GUI thread.
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

/// $ISTHMUS_HELM, else `helm` in $PATH. Errors: Preflight with the way out (missing, or neither 3
/// nor 4); Timeout, Cancelled.
[[nodiscard]] Result<Helm> findHelm(const std::stop_token& stop = {});

/// Where charts come from; exactly one is set.
struct Source
{
    /// istio-1.31.0/manifests/charts (or the release's own folder): base,
    /// istio-control/istio-discovery, gateway; or, as fetched from a repository, base, istiod,
    /// gateway.
    std::filesystem::path directory = {};
    std::filesystem::path archive = {}; ///< istio-1.31.0.tar.gz (an Istio release)
    std::string repository = {}; ///< https:// or oci://; helm fetches from it
};

enum class Chart
{
    Base,
    Istiod,
    Gateway
};

struct Release
{
    Chart chart;
    std::string name; ///< "istiod", "istio-eastwestgateway"
    std::string ns; ///< "istio-system"
    json::Value values; ///< the user's values over ours, merged by the caller
    std::string kubeVersion = {}; ///< of the cluster it is for, "1.36"; empty leaves it to helm
};

struct Rendered
{
    std::vector<json::Value>
        objects; ///< every namespaced one carries its namespace; Helm's ownership marks set
    std::string chartVersion;
    std::string digest; ///< SHA-256 over the chart's files, hex
};

/// Renders charts of one source; remembers what it found out about each. Thread-safe.
class Renderer
{
public:
    /// Checks that all three charts are there and their version equals `version`; an empty
    /// `version` accepts what is there, as long as the three agree. An archive or a repository is
    /// unpacked into $XDG_CACHE_HOME/isthmus/charts first, once. Errors: Preflight (no such folder,
    /// chart missing, another version, archive or repository unusable), each with the way out;
    /// Usage (no source or several); Storage; Timeout; Cancelled.
    [[nodiscard]] static Result<Renderer>
    open(Helm helm, const Source& source, std::string version, const std::stop_token& stop = {});

    /// For one chart that a stored plan names: render() refuses it where its files have changed
    /// since.
    [[nodiscard]] static Renderer
    recorded(Helm helm, Chart chart, std::filesystem::path path, std::string digest);

    /// Runs `helm template` with the values on its standard input: nothing of them touches a disk.
    /// Errors: Invalid with helm's own words, or where its output is no usable set of objects;
    /// Preflight where the chart's files are no longer those that open() saw; Timeout; Cancelled.
    [[nodiscard]] Result<Rendered> render(const Release& release,
                                          const std::stop_token& stop = {}) const;

    /// The version all three charts carry.
    [[nodiscard]] const std::string& version() const { return m_version; }

    /// Folder of a chart, for the plan to record; digest by chart.
    [[nodiscard]] std::filesystem::path path(Chart chart) const;
    [[nodiscard]] const std::string& digest(Chart chart) const;

private:
    Renderer() = default;

    Helm m_helm;
    std::string m_version;
    std::vector<std::filesystem::path> m_paths; ///< by Chart
    std::vector<std::string> m_digests; ///< by Chart
};

} // namespace isthmus::charts
