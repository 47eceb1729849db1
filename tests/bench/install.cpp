// SPDX-License-Identifier: GPL-3.0-or-later
// A primary-remote mesh over two bare clusters, each way on beds of its own. Most of the time is
// Istio's: pods that start, certificates that arrive; the CPU time is our own.
#include "tests/bench/benches.h"
#include "tests/bench/measure.h"

#include <cstdio>

namespace isthmus::bench {

namespace {

/// Install and join, as a person types them.
Result<Sample> ours()
{
    const Result<TestBed> bed = TestBed::up("full");
    if (!bed) {
        return Error(bed.error());
    }
    const Result<std::string> mesh = bed->meshFile(true);
    if (!mesh) {
        return Error(mesh.error());
    }
    Sample sum;
    for (const char* operation : { "install", "join" }) {
        const Result<Sample> sample = timed(bed->isthmusctl({ operation, "-f", *mesh, "--yes" }));
        if (!sample) {
            return Error(sample.error());
        }
        sum.wallMs += sample->wallMs;
        sum.cpuMs += sample->cpuMs;
    }
    return sum;
}

Result<Sample> theirs()
{
    const Result<TestBed> bed = TestBed::up("full");
    return bed ? timed(bed->script("oracle", { "install" })) : Result<Sample>(bed.error());
}

} // namespace

std::vector<Row> benchInstall()
{
    std::vector<Row> rows { { .name = "a mesh over two clusters",
                              .against = "helm and kubectl by hand",
                              .aim = Aim::AtMost },
                            { .name = "a mesh over two clusters, CPU",
                              .against = "helm and kubectl by hand",
                              .aim = Aim::AtMost } };
    const Result<Sample> us = ours();
    const Result<Sample> them = us ? theirs() : us;
    if (!us || !them) {
        return unmeasured(std::move(rows), us ? them.error() : us.error());
    }
    rows[0].value = us->wallMs;
    rows[0].other = them->wallMs;
    rows[0].note = "one run each, on a fresh bed; isthmusctl install and join, with the ingress "
                   "gateway and the proof of the join, which the other side does not do";
    rows[1].value = us->cpuMs;
    rows[1].other = them->cpuMs;
    return rows;
}

} // namespace isthmus::bench
