// SPDX-License-Identifier: GPL-3.0-or-later
// kubectl lists one kind of one cluster, with its discovery cache warm. `isthmusctl status` keeps
// no such cache, asks for the version and reads more than one kind: the comparison favours kubectl.
#include "tests/bench/benches.h"
#include "tests/bench/measure.h"

#include <cstdio>

namespace isthmus::bench {

namespace {

constexpr int rounds = 21;

} // namespace

std::vector<Row> benchFirstList(const TestBed& bed)
{
    const std::string against = "kubectl get namespaces";
    std::vector<Row> rows {
        { .name = "launch to one listed cluster", .against = against, .aim = Aim::AtMost },
        { .name = "launch to two listed clusters", .against = against, .aim = Aim::AtMost }
    };
    const auto one = bed.meshFile(false);
    const auto two = bed.meshFile(true);
    if (!one || !two) {
        return unmeasured(std::move(rows), one ? two.error() : one.error());
    }
    const auto medians =
        compete({ { "isthmusctl status, one cluster",
                    [&](int) { return bed.isthmusctl({ "status", "-f", *one }); } },
                  { "isthmusctl status, two clusters",
                    [&](int) { return bed.isthmusctl({ "status", "-f", *two }); } },
                  { "kubectl get namespaces",
                    [&](int) {
                        return bed.command("kubectl", { "--context", "c1", "get", "namespaces" });
                    } } },
                rounds);
    if (!medians) {
        return unmeasured(std::move(rows), medians.error());
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        char note[160];
        (void)std::snprintf(note,
                            sizeof note,
                            "isthmusctl status from start to end, medians of %d, taking turns; CPU "
                            "%.0f ms against %.0f ms",
                            rounds,
                            (*medians)[i].cpuMs,
                            (*medians)[2].cpuMs);
        rows[i].value = (*medians)[i].wallMs;
        rows[i].other = (*medians)[2].wallMs;
        rows[i].note = note;
    }
    return rows;
}

} // namespace isthmus::bench
