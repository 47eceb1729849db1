// SPDX-License-Identifier: GPL-3.0-or-later
// What clusters already run, for `init --from-clusters`. Reads only.
#pragma once

#include "app/cli/context.h"
#include "app/cli/init_file.h"

namespace isthmus::cli {

/// What one cluster was seen to have; empty where it does not say.
struct FoundIstio
{
    bool controlPlane = false; ///< it runs istiod
    std::string version = {};
    std::string meshId = {};
    std::string clusterName = {};
    std::string network = {};
    bool hasRoot = false;
};

/// From the objects as the API server answers them; null where there is none. Pure.
[[nodiscard]] FoundIstio foundIstio(const json::Value& istioSystem,
                                    const json::Value& istiod,
                                    const json::Value& istioConfigMap);
/// "Istio 1.31.0, mesh mesh1, cluster onprem, network network1"; "no Istio" where there is nothing.
[[nodiscard]] std::string describe(const FoundIstio& found);
/// Fills the choices with what was found; what is not known stays as it is. Pure.
void adopt(InitChoices& choices, const std::vector<FoundIstio>& found);

/// Asks each cluster of the choices. Errors: those of reading; a cluster without Istio is none.
[[nodiscard]] Result<void> readFromClusters(Context& context, InitChoices& choices);

} // namespace isthmus::cli
