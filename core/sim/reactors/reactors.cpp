// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reactors/reactors.h"

namespace isthmus::sim {

std::vector<Reactor> reactors()
{
    return { reactToDefinitions, collectGarbage, reactToNamespaces, reactToTokenSecrets,
             reactToWorkloads,   reactToJobs,    reactToPods,       reactToBalancers,
             reactToEndpoints,   reactToIstiod };
}

} // namespace isthmus::sim
