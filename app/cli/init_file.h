// SPDX-License-Identifier: GPL-3.0-or-later
// The mesh.yaml that `isthmusctl init` writes: what is known filled in, what is not in comments.
// Pure.
#pragma once

#include <string>
#include <vector>

namespace isthmus::cli {

struct InitCluster
{
    std::string name; ///< DNS-1123
    std::string context;
    bool primary = false;
    std::string network = {};
    std::string
        found = {}; ///< what the cluster was seen to run, for a comment; empty: it was not asked
};

struct InitChoices
{
    std::string mesh = "mesh1";
    std::vector<InitCluster> clusters = {};
    std::string charts = {}; ///< relative to the file, or absolute
    std::string version = {};
    std::string domain = {}; ///< empty: ingress, demo and routes stand in comments
    bool existingRoot = false; ///< the primary has a root certificate
};

/// The context's name as a cluster's: small letters, digits and dashes, at most 63, not in `taken`.
[[nodiscard]] std::string clusterNameFrom(const std::string& context,
                                          const std::vector<std::string>& taken);

/// The clusters for the contexts: the first is the primary, networks are numbered.
[[nodiscard]] std::vector<InitCluster> clustersFrom(const std::vector<std::string>& contexts);

[[nodiscard]] std::string meshFileText(const InitChoices& choices);

} // namespace isthmus::cli
