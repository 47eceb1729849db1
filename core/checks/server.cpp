// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/server.h"

#include "core/base/strings.h"

#include <algorithm>
#include <array>

namespace isthmus::checks {

namespace {

constexpr Milliseconds warnSkew { 60'000 };
constexpr Milliseconds mostSkew { 300'000 };

struct Minimum
{
    int istio; ///< minor of 1.x
    int kubernetes; ///< minor of 1.x
};

/// istio.io, "Supported releases"; 1.30 from MinK8SVersion of its istioctl.
constexpr std::array<Minimum, 11> minimums { {
    { 20, 25 },
    { 21, 26 },
    { 22, 27 },
    { 23, 27 },
    { 24, 28 },
    { 25, 29 },
    { 26, 29 },
    { 27, 29 },
    { 28, 30 },
    { 29, 31 },
    { 30, 32 },
} };

std::string minorText(int minor)
{
    return "1." + std::to_string(minor);
}

} // namespace

std::optional<int> oldestKubernetes(std::string_view istio)
{
    const std::vector<std::string> parts = split(istio, '.');
    const auto minor = parts.size() >= 2 && parts[0] == "1" ? toInteger(parts[1]) : std::nullopt;
    if (!minor) {
        return {};
    }
    std::optional<int> found;
    for (const Minimum& each : minimums) {
        if (each.istio <= *minor) {
            found = each.kubernetes;
        }
    }
    return found;
}

CheckItem checkVersion(const VersionFacts& facts)
{
    CheckItem item { .id = "P1", .from = facts.cluster, .outcome = Outcome::Pass };
    item.evidence = msg("checks.version", { { "version", facts.gitVersion } });
    const bool known = facts.major > 0;
    if (!known) {
        item.outcome = Outcome::Warn;
        item.cause = msg("checks.version-unknown");
        item.remedy = msg("checks.version-unknown.do");
        return item;
    }
    if (facts.istio.empty()) {
        return item;
    }
    const std::optional<int> oldest = oldestKubernetes(facts.istio);
    if (!oldest) {
        item.outcome = Outcome::Warn;
        item.cause = msg("checks.minimum-unknown", { { "istio", facts.istio } });
        item.remedy = msg("checks.minimum-unknown.do");
        return item;
    }
    item.evidence = msg("checks.version-needed",
                        { { "version", facts.gitVersion },
                          { "istio", facts.istio },
                          { "needed", minorText(*oldest) } });
    if (facts.major == 1 && facts.minor < *oldest) {
        item.outcome = Outcome::Fail;
        item.cause = msg("checks.version-old", { { "istio", facts.istio } });
        item.remedy = msg("checks.version-old.do", { { "needed", minorText(*oldest) } });
    }
    return item;
}

CheckItem checkUnanswered(const ClusterId& cluster, const Error& error)
{
    CheckItem item = unread("P1", cluster, {}, error);
    if (item.outcome == Outcome::Unknown && error.code != ErrorCode::Forbidden) {
        item.outcome = Outcome::Fail;
    }
    return item;
}

CheckItem checkClock(const ClockFacts& facts)
{
    CheckItem item { .id = "P12", .from = facts.cluster, .outcome = Outcome::Pass };
    if (!facts.skew) {
        item.outcome = Outcome::Unknown;
        item.cause = msg("checks.no-date");
        item.remedy = msg("checks.no-date.do");
        return item;
    }
    const Milliseconds off = std::chrono::abs(*facts.skew);
    // The header is to the second, so less than one is nothing.
    const std::string amount = formatDuration(off);
    item.evidence = off < Milliseconds { 1'000 } ? msg("checks.clock-equal")
        : *facts.skew > Milliseconds { 0 }       ? msg("checks.clock-ahead", { { "by", amount } })
                                                 : msg("checks.clock-behind", { { "by", amount } });
    if (off > warnSkew) {
        item.outcome = off > mostSkew ? Outcome::Fail : Outcome::Warn;
        item.cause = msg("checks.clock-off");
        item.remedy = msg("checks.clock-off.do");
    }
    return item;
}

} // namespace isthmus::checks
