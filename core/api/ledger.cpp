// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/ledger.h"

#include "core/base/strings.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace isthmus::api {

namespace {

/// The value of a query parameter as it stands in the target, or "".
std::string_view parameter(std::string_view target, std::string_view name)
{
    std::size_t at = target.find('?');
    while (at != std::string_view::npos) {
        target.remove_prefix(at + 1);
        const std::string_view item = target.substr(0, target.find('&'));
        if (item.starts_with(name) && item.substr(name.size()).starts_with('=')) {
            return item.substr(name.size() + 1);
        }
        at = target.find('&');
    }
    return {};
}

bool isReview(std::string_view target)
{
    return target.starts_with("/apis/authorization.k8s.io/")
        || target.starts_with("/apis/authentication.k8s.io/");
}

std::optional<int> number(std::string_view text)
{
    const auto value = toInteger(text);
    return value && *value >= 0 && *value < 10'000 ? std::optional(static_cast<int>(*value))
                                                   : std::nullopt;
}

/// The text of one warning: `299 - "text"`, with \" and \\ inside; an optional date follows.
std::optional<std::string> warningText(std::string_view value)
{
    const std::size_t open = value.find('"');
    if (open == std::string_view::npos) {
        return {};
    }
    std::string out;
    for (std::size_t i = open + 1; i < value.size() && value[i] != '"'; ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) {
            ++i;
        }
        out += value[i];
    }
    return out;
}

bool equalsIgnoringCase(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](unsigned char left, unsigned char right) {
        return std::tolower(left) == std::tolower(right);
    });
}

} // namespace

std::optional<UtcTime> parseHttpDate(std::string_view text)
{
    constexpr std::array<std::string_view, 12> months { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    if (text.size() != 29 || !text.ends_with(" GMT") || text[16] != ' ' || text[19] != ':'
        || text[22] != ':') {
        return {};
    }
    const auto* month = std::ranges::find(months, text.substr(8, 3));
    const auto day = number(text.substr(5, 2));
    const auto year = number(text.substr(12, 4));
    const auto hours = number(text.substr(17, 2));
    const auto minutes = number(text.substr(20, 2));
    const auto seconds = number(text.substr(23, 2));
    if (month == months.end() || !day || !year || !hours || !minutes || !seconds) {
        return {};
    }
    using namespace std::chrono;
    const year_month_day date(std::chrono::year(*year),
                              std::chrono::month(static_cast<unsigned>(month - months.begin() + 1)),
                              std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) {
        return {};
    }
    return UtcTime(sys_days(date) + std::chrono::hours(*hours) + std::chrono::minutes(*minutes)
                   + std::chrono::seconds(*seconds));
}

std::vector<std::string> warningsIn(const http::Response& response)
{
    std::vector<std::string> out;
    for (const auto& [name, value] : response.headers) {
        if (equalsIgnoringCase(name, "Warning")) {
            if (auto words = warningText(value)) {
                out.push_back(std::move(*words));
            }
        }
    }
    return out;
}

AuditRecord describe(const http::Request& request, const ClusterId& cluster, UtcTime at)
{
    return { .at = at,
             .cluster = cluster,
             .verb = std::string(http::name(request.method)),
             .path = request.target,
             .dryRun = parameter(request.target, "dryRun") == "All",
             .fieldManager = std::string(parameter(request.target, "fieldManager")) };
}

bool isWrite(const http::Request& request)
{
    return request.method != http::Method::Get && request.method != http::Method::Head
        && parameter(request.target, "dryRun").empty() && !isReview(request.target);
}

Ledger::Ledger(Options options)
    : m_options(std::move(options))
{ }

AuditRecord Ledger::sent(const http::Request& request)
{
    if (isWrite(request)) {
        ++m_writes;
    }
    return describe(request, m_options.cluster, m_options.clock.now());
}

void Ledger::answered(AuditRecord record, const http::Response* response)
{
    record.status = response != nullptr ? response->status : 0;
    if (response != nullptr) {
        if (const auto date = parseHttpDate(response->header("Date").value_or(""))) {
            m_skew = (*date - m_options.clock.now()).count();
        }
        if (m_options.warning) {
            for (const std::string& warning : warningsIn(*response)) {
                m_options.warning(warning);
            }
        }
    }
    if (m_options.audit) {
        m_options.audit(record);
    }
}

std::optional<Milliseconds> Ledger::clockSkew() const
{
    const long long skew = m_skew.load();
    return skew == unknown ? std::nullopt : std::optional(Milliseconds { skew });
}

} // namespace isthmus::api
