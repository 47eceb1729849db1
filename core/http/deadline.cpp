// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/deadline.h"

#include <algorithm>

namespace isthmus::http {

namespace {

/// Longer is as good as none, and keeps the sums below far from overflow.
constexpr Milliseconds longest = std::chrono::hours(24 * 365);

} // namespace

std::optional<Due> nextDue(const Deadlines& deadlines, const Progress& progress)
{
    std::optional<Due> next;
    const auto consider = [&next](SteadyTime from, Milliseconds limit, Phase phase) {
        const SteadyTime at = from + std::min(limit, longest);
        if (limit > Milliseconds::zero() && (!next || at < next->at)) {
            next = Due { at, phase, limit };
        }
    };
    if (!progress.started) {
        consider(progress.queued, deadlines.firstByte, Phase::Queue);
        consider(progress.queued, deadlines.total, Phase::Queue);
        return next;
    }
    if (!progress.connected) {
        consider(*progress.started, deadlines.connect, Phase::Connect);
    }
    if (!progress.lastByte) {
        consider(progress.queued, deadlines.firstByte, Phase::FirstByte);
    } else {
        consider(*progress.lastByte, deadlines.silence, Phase::Silence);
    }
    consider(progress.queued, deadlines.total, Phase::Total);
    return next;
}

} // namespace isthmus::http
