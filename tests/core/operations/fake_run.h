// SPDX-License-Identifier: GPL-3.0-or-later
// A step's surroundings: two clusters, a clock that nobody waits for, and a record of everything
// that the step said, wrote and found out.
#pragma once

#include "tests/core/operations/fake_ports.h"
#include "tests/support/fake_context.h"
#include "tests/support/manual_clock.h"

namespace isthmus::test {

struct FakeRun
{
    FakeClusters clusters = {};
    ManualClock clock = ManualClock();
    FakePorts ports = {};
    std::stop_source stop = {};
    FakeContext context { plan::ReadContext { clusters, clock, stop.get_token() } };
    FakeCluster& onprem = clusters.onprem;
    FakeCluster& gke = clusters.gke;
};

} // namespace isthmus::test
