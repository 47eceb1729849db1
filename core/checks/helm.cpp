// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/helm.h"

namespace isthmus::checks {

CheckItem checkHelm(const HelmFacts& facts)
{
    CheckItem item { .id = "helm", .outcome = Outcome::Pass };
    if (facts.error) {
        item = unread("helm", {}, {}, *facts.error);
        const ErrorCode code = facts.error->code;
        // Whoever stopped, or whose time ran out, learnt nothing about helm.
        if (code != ErrorCode::Cancelled && code != ErrorCode::Timeout) {
            item.outcome = Outcome::Fail;
        }
        return item;
    }
    if (!facts.asked) {
        item.outcome = facts.wanted.empty() || facts.simulated ? Outcome::Skipped : Outcome::Warn;
        if (facts.simulated) {
            item.cause = msg("checks.charts-built-in");
        } else {
            item.cause = msg("checks.no-charts");
            item.remedy = msg("checks.no-charts.do");
        }
        return item;
    }
    item.evidence = msg(
        "checks.helm",
        { { "program", facts.program }, { "version", facts.version }, { "charts", facts.charts } });
    if (!facts.wanted.empty() && facts.charts != facts.wanted) {
        item.outcome = Outcome::Fail;
        item.cause =
            msg("checks.charts-other", { { "found", facts.charts }, { "wanted", facts.wanted } });
        item.remedy = msg("checks.charts-other.do", { { "found", facts.charts } });
    }
    return item;
}

bool isSimulated(std::string_view gitVersion)
{
    return gitVersion.ends_with("+isthmus.sim");
}

} // namespace isthmus::checks
