// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/measure.h"

#include "core/base/strings.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>

namespace isthmus::bench {

namespace {

volatile std::sig_atomic_t stopRequested = 0; // NOLINT: what a signal handler may touch

/// Of all children that were waited for.
double childrensCpuMs()
{
    rusage usage {};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    const auto ms = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
    };
    return ms(usage.ru_utime) + ms(usage.ru_stime);
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

} // namespace

void stopOnSignals()
{
    for (const int signal : { SIGINT, SIGTERM }) {
        (void)std::signal(signal, [](int) { stopRequested = 1; });
    }
}

bool isStopped()
{
    return stopRequested != 0;
}

Result<Sample> timed(const exec::Command& command)
{
    const double cpu = childrensCpuMs();
    const auto begin = std::chrono::steady_clock::now();
    const Result<exec::Outcome> outcome = exec::run(command);
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
    if (!outcome) {
        return Error(outcome.error());
    }
    if (isStopped()) {
        return Error { ErrorCode::Cancelled, msg("it was stopped") };
    }
    if (outcome->exitCode != 0) {
        std::string words(trimmed(outcome->errors));
        words = words.substr(words.size() > 600 ? words.size() - 600 : 0);
        return Error { ErrorCode::Internal,
                       msg("it did not succeed"),
                       "exit code " + std::to_string(outcome->exitCode) + ": " + words,
                       command.program.string() + " "
                           + (command.arguments.empty() ? "" : command.arguments.front()) };
    }
    return Sample { wall.count(), childrensCpuMs() - cpu };
}

Result<std::vector<Sample>> compete(const std::vector<Contestant>& contestants, int rounds)
{
    const std::size_t count = contestants.size();
    std::vector<std::vector<double>> wall(count);
    std::vector<std::vector<double>> cpu(count);
    for (int round = 0; round <= rounds; ++round) {
        for (std::size_t turn = 0; turn < count; ++turn) {
            const std::size_t who = (turn + static_cast<std::size_t>(round)) % count;
            const Result<Sample> sample = timed(contestants[who].command(round));
            if (!sample) {
                return Error(sample.error());
            }
            (void)std::fprintf(stderr,
                               "  %s%s: %.1f ms\n",
                               contestants[who].name.c_str(),
                               round == 0 ? ", warming up" : "",
                               sample->wallMs);
            if (round > 0) {
                wall[who].push_back(sample->wallMs);
                cpu[who].push_back(sample->cpuMs);
            }
        }
    }
    std::vector<Sample> medians;
    for (std::size_t i = 0; i < count; ++i) {
        medians.push_back({ median(wall[i]), median(cpu[i]) });
    }
    return medians;
}

} // namespace isthmus::bench
