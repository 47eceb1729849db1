// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/quantity.h"

#include "core/base/strings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace isthmus::checks {

namespace {

constexpr std::int64_t mebi = std::int64_t { 1 } << 20;
constexpr std::int64_t gibi = std::int64_t { 1 } << 30;

/// Suffix to factor, over thousandths.
constexpr std::array<std::pair<std::string_view, double>, 16> suffixes { {
    { "", 1e3 },
    { "n", 1e-6 },
    { "u", 1e-3 },
    { "m", 1.0 },
    { "k", 1e6 },
    { "M", 1e9 },
    { "G", 1e12 },
    { "T", 1e15 },
    { "P", 1e18 },
    { "E", 1e21 },
    { "Ki", 0x1p10 * 1e3 },
    { "Mi", 0x1p20 * 1e3 },
    { "Gi", 0x1p30 * 1e3 },
    { "Ti", 0x1p40 * 1e3 },
    { "Pi", 0x1p50 * 1e3 },
    { "Ei", 0x1p60 * 1e3 },
} };

std::string withTenth(std::int64_t tenths)
{
    return std::to_string(tenths / 10) + '.' + std::to_string(std::abs(tenths % 10));
}

} // namespace

std::optional<std::int64_t> parseQuantity(std::string_view text)
{
    text = trimmed(text);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (text.empty() || text.find_first_not_of("0123456789.-") == 0) {
        return {}; // from_chars would take "inf" and "nan"
    }
    double number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc {}) {
        return {};
    }
    const std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const auto* const found =
        std::ranges::find(suffixes, suffix, &std::pair<std::string_view, double>::first);
    if (found == suffixes.end()) {
        return {};
    }
    const double thousandths = std::ceil(number * found->second);
    constexpr double limit = 9.2e18;
    if (!(std::abs(thousandths) < limit)) {
        return {};
    }
    return static_cast<std::int64_t>(thousandths);
}

std::string cpuText(std::int64_t milliCpu)
{
    return (milliCpu % 1'000 == 0 ? std::to_string(milliCpu / 1'000) : withTenth(milliCpu / 100))
        + " CPU";
}

std::string bytesText(std::int64_t bytes)
{
    return std::abs(bytes) < gibi ? std::to_string(bytes / mebi) + " MiB"
                                  : withTenth(bytes / (gibi / 10)) + " GiB";
}

} // namespace isthmus::checks
