// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/checks.h"

#include <algorithm>
#include <array>

namespace isthmus::cli {

namespace {

using checks::Outcome;

std::string mark(Outcome outcome, const Style& style)
{
    switch (outcome) {
    case Outcome::Pass:
        return style.good("✓");
    case Outcome::Warn:
        return style.warning("!");
    case Outcome::Fail:
        return style.bad("✗");
    case Outcome::Unknown:
        return style.bad("?");
    case Outcome::Skipped:
        break;
    }
    return style.faint("-");
}

std::string placeOf(const checks::CheckItem& item)
{
    if (item.from.empty()) {
        return "-";
    }
    return item.to.empty() ? item.from.str() : item.from.str() + " → " + item.to.str();
}

std::string renderItem(const checks::CheckItem& item, std::size_t placeWidth, const Style& style)
{
    const std::string place = placeOf(item);
    const std::string evidence = oneLine(text(item.evidence));
    const std::size_t indent = placeWidth + 4;
    std::string out = mark(item.outcome, style) + " " + style.strong(place)
        + std::string(placeWidth - columnsOf(place) + 2, ' ')
        + oneLine(text(checks::title(item.id))) + "\n";
    out += evidence.empty() ? "" : style.faint(wrapped(evidence, indent));
    if (!item.cause.empty()) {
        out += wrapped("why: " + text(item.cause), indent);
    }
    return item.remedy.empty() ? out : out + wrapped("do: " + text(item.remedy), indent);
}

} // namespace

std::string renderReport(const checks::Report& report, const Style& style)
{
    std::size_t width = 1;
    for (const checks::CheckItem& item : report.items) {
        width = std::max(width, columnsOf(placeOf(item)));
    }
    std::string out;
    for (const checks::CheckItem& item : report.items) {
        out += renderItem(item, width, style);
    }
    std::string counts;
    constexpr std::array outcomes {
        Outcome::Fail, Outcome::Unknown, Outcome::Warn, Outcome::Pass, Outcome::Skipped
    };
    for (const Outcome outcome : outcomes) {
        const auto count = std::ranges::count(report.items, outcome, &checks::CheckItem::outcome);
        if (count > 0) {
            counts += (counts.empty() ? "" : ", ") + std::to_string(count) + " "
                + std::string(checks::name(outcome));
        }
    }
    return out
        + (counts.empty() ? "Nothing was checked.\n" : "\n" + report.stage + ": " + counts + "\n");
}

} // namespace isthmus::cli
