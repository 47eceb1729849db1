// SPDX-License-Identifier: GPL-3.0-or-later
// Asks every cluster what the preflight checks need to know, and has it judged. Reads only: nothing
// is written anywhere.
#pragma once

#include "core/checks/check.h"
#include "core/checks/facts.h"
#include "core/fleet/connections.h"
#include "core/mesh/mesh_spec.h"

#include <functional>
#include <stop_token>

namespace isthmus::fleet {

/// Looks for helm and for the charts that mesh.yaml names; for none where it names none. Fetches
/// and unpacks charts into the cache. Waits for child processes.
[[nodiscard]] checks::HelmFacts lookForCharts(const mesh::MeshSpec& spec,
                                              const std::stop_token& stop);

struct PreflightOptions
{
    const Clock& clock;
    Milliseconds deadline { 60'000 }; ///< for all checks together; what is open by then is unknown
    std::function<checks::HelmFacts(const mesh::MeshSpec&, const std::stop_token&)> charts =
        lookForCharts;
};

/// All clusters at once, each on a thread of its own: one that does not answer fails P1, has its
/// other checks skipped, and touches nobody else's. After a stop what is open is skipped. Waits;
/// never on the net or GUI thread.
[[nodiscard]] checks::Report preflight(const mesh::MeshSpec& spec,
                                       const Connections& connections,
                                       const PreflightOptions& options,
                                       const std::stop_token& stop);

} // namespace isthmus::fleet
