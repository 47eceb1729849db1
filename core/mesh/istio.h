// SPDX-License-Identifier: GPL-3.0-or-later
// The Istio objects that carry a split, as far as we understand them: routes and weights of a
// VirtualService, subsets of a DestinationRule, the clusters behind a subset. Pure functions; any
// thread.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/json/value.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::mesh {

using Labels = std::map<std::string, std::string, std::less<>>;

/// Whether all labels of the selector are among `labels`; so an empty one selects everything.
[[nodiscard]] bool selects(const Labels& selector, const Labels& labels);

/// The tag of an image: "hub/pilot:1.31.0" → "1.31.0"; "" where it has none.
[[nodiscard]] std::string imageTag(const std::string& image);

/// The label that istiod gives each endpoint; a subset with it means exactly one cluster.
constexpr std::string_view clusterLabel = "topology.istio.io/cluster";

/// "frontend" in the namespace shop → "frontend.shop.svc.cluster.local". As istiod does it, a name
/// with a dot is taken as it stands, and a wildcard too.
[[nodiscard]] std::string resolvedHost(std::string_view host, std::string_view ns);

struct Destination
{
    std::string host; ///< resolved
    std::string subset = {};
    int port = 0; ///< 0: not given
    std::int64_t weight = 0; ///< as written; absent is 0
    int percent = 0; ///< what it means: share of the sum, 100 for a single one

    friend bool operator==(const Destination&, const Destination&) = default;
};

/// One entry of spec.http.
struct HttpRule
{
    std::string name = {};
    bool matches = false; ///< it has conditions, so that not every request comes here
    std::vector<Destination> destinations = {}; ///< none for a redirect or a direct response
};

struct VirtualService
{
    std::string ns;
    std::string name;
    std::vector<std::string> hosts = {}; ///< resolved
    std::vector<std::string> gateways = {}; ///< "namespace/name" or "mesh"; never empty
    std::vector<HttpRule> http = {};

    /// Callers inside the mesh follow it.
    [[nodiscard]] bool bindsMesh() const;
    /// Requests through a gateway follow it.
    [[nodiscard]] bool bindsGateway() const;
};

/// Fields that are missing or of another type than the CRD's read as empty.
[[nodiscard]] VirtualService readVirtualService(const json::Value& object);

/// Index of the rule that splits the traffic of a service: of those that send to `host` the first
/// with several destinations, else the first without conditions, else the first. Nothing where none
/// does.
[[nodiscard]] std::optional<std::size_t> splitRule(const VirtualService& service,
                                                   std::string_view host);

struct Subset
{
    std::string name;
    Labels labels = {};
};

struct DestinationRule
{
    std::string ns;
    std::string name;
    std::string host; ///< resolved
    std::vector<Subset> subsets = {};

    [[nodiscard]] const Subset* find(std::string_view subset) const;
};

[[nodiscard]] DestinationRule readDestinationRule(const json::Value& object);

/// The labels of a pod that the Service selects, and where it runs.
struct Pod
{
    ClusterId cluster;
    Labels labels = {};
};

/// The clusters, sorted, whose endpoints a subset selects: by its cluster label if it has one and
/// the cluster is one of `clusters`, else by the pods. One: it can be steered. None or several: it
/// is shown, not steered.
[[nodiscard]] std::vector<ClusterId> clustersOf(const Subset& subset,
                                                const std::vector<ClusterId>& clusters,
                                                const std::vector<Pod>& pods);

/// Whole percent that sum to 100, largest remainders first. One weight is 100 whatever it says; if
/// all of several are 0, so is each share (istiod refuses such an object).
[[nodiscard]] std::vector<int> percentages(const std::vector<std::int64_t>& weights);

/// Each 0…100, together 100: the rule that every version of Istio accepts. Errors: Usage.
[[nodiscard]] Result<void> checkWeights(const std::vector<int>& weights);

/// JSON Patch that sets the weights of one rule of somebody else's VirtualService and fails where
/// the object is not the one that was read: tests on resourceVersion and on each destination come
/// first. Errors: Usage (weights); Invalid (no such rule, another number of destinations, no
/// resourceVersion).
[[nodiscard]] Result<json::Value>
weightPatch(const json::Value& virtualService, std::size_t rule, const std::vector<int>& weights);

/// The object with other weights in one rule, all else untouched. Errors: as weightPatch().
[[nodiscard]] Result<json::Value>
withWeights(json::Value virtualService, std::size_t rule, const std::vector<int>& weights);

} // namespace isthmus::mesh
