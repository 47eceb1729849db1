// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/check.h"

#include "core/base/strings.h"

#include <algorithm>
#include <array>
#include <utility>

namespace isthmus::checks {

namespace {

constexpr int lastRank = 1'000;

/// "P12" is 12, so that P2 comes before P10; whatever has no number comes last.
int rank(const std::string& id)
{
    const auto number = id.starts_with('P') ? toInteger(id.substr(1)) : std::nullopt;
    return number ? static_cast<int>(*number) : lastRank;
}

json::Value toJson(const CheckItem& item)
{
    return json::Object { { "id", item.id },
                          { "from", item.from.str() },
                          { "to", item.to.str() },
                          { "outcome", name(item.outcome) },
                          { "evidence", text(item.evidence) },
                          { "cause", text(item.cause) },
                          { "remedy", text(item.remedy) },
                          { "tookMs", item.took.count() } };
}

std::string clustersOf(const CheckItem& item)
{
    return item.to.empty() ? item.from.str() : item.from.str() + ", " + item.to.str();
}

} // namespace

std::string_view name(Outcome outcome)
{
    constexpr std::array<std::string_view, 5> names {
        "pass", "warn", "fail", "unknown", "skipped"
    };
    return names.at(static_cast<std::size_t>(outcome));
}

Message title(std::string_view id)
{
    static const std::array<std::pair<std::string_view, Message>, 12> titles { {
        { "P1", msg("checks.title.version") },
        { "P2", msg("checks.title.rights") },
        { "P3", msg("checks.title.identity") },
        { "P4", msg("checks.title.names") },
        { "P5", msg("checks.title.leftovers") },
        { "P7", msg("checks.title.balancer") },
        { "P8", msg("checks.title.trust") },
        { "P9", msg("checks.title.sample") },
        { "P10", msg("checks.title.capacity") },
        { "P12", msg("checks.title.clock") },
        { "P13", msg("checks.title.namespaces") },
        { "helm", msg("checks.title.helm") },
    } };
    const auto* const found =
        std::ranges::find(titles, id, &std::pair<std::string_view, Message>::first);
    return found != titles.end() ? found->second : Message {};
}

CheckItem
unread(std::string_view id, const ClusterId& from, const ClusterId& to, const Error& error)
{
    CheckItem item { .id = std::string(id), .from = from, .to = to };
    item.outcome = error.code == ErrorCode::Cancelled ? Outcome::Skipped : Outcome::Unknown;
    item.cause = error.message;
    item.remedy = error.remedy;
    if (!error.detail.empty()) {
        item.evidence = msg("checks.said", { { "words", error.detail } });
    }
    return item;
}

CheckItem
notTried(std::string_view id, const ClusterId& from, const ClusterId& to, const ClusterId& away)
{
    return { .id = std::string(id),
             .from = from,
             .to = to,
             .outcome = Outcome::Skipped,
             .cause = msg("checks.away", { { "cluster", away.str() } }) };
}

bool Report::good() const
{
    return std::ranges::none_of(items, [](const CheckItem& item) {
        return item.outcome == Outcome::Fail || item.outcome == Outcome::Unknown;
    });
}

json::Value Report::toJson() const
{
    json::Array all;
    for (const CheckItem& item : items) {
        all.push_back(checks::toJson(item));
    }
    return json::Object { { "apiVersion", "isthmus/v1" },
                          { "kind", "CheckReport" },
                          { "stage", stage },
                          { "items", std::move(all) } };
}

void sortByCheck(std::vector<CheckItem>& items)
{
    std::ranges::stable_sort(items, {}, [](const CheckItem& item) { return rank(item.id); });
}

Diagnostics blocking(const Report& report)
{
    Diagnostics out;
    for (const CheckItem& item : report.items) {
        if (item.outcome == Outcome::Fail) {
            out.push_back({ .severity = Severity::Error,
                            .summary = item.cause,
                            .detail = text(item.evidence),
                            .subject = clustersOf(item),
                            .remedy = item.remedy });
        }
    }
    return out;
}

std::string dump(const std::vector<CheckItem>& items)
{
    std::string out;
    for (const CheckItem& item : items) {
        const std::string clusters = clustersOf(item);
        out += item.id + (clusters.empty() ? "" : " " + clusters) + " "
            + std::string(name(item.outcome)) + ":";
        out += item.evidence.empty() ? "" : " " + text(item.evidence);
        out += item.cause.empty() ? "" : "\n  why: " + text(item.cause);
        out += item.remedy.empty() ? "" : "\n  do: " + text(item.remedy);
        out += '\n';
    }
    return out;
}

} // namespace isthmus::checks
