// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"

#include <array>
#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <mutex>

namespace isthmus {

namespace chrono = std::chrono;

UtcTime SystemClock::now() const
{
    return chrono::time_point_cast<Milliseconds>(chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const
{
    return chrono::steady_clock::now();
}

bool SystemClock::sleepUntil(SteadyTime until, const std::stop_token& stop) const
{
    std::mutex mutex;
    std::condition_variable_any wakeUp;
    std::unique_lock lock(mutex);
    wakeUp.wait_until(lock, stop, until, [] { return false; });
    return !stop.stop_requested();
}

std::string formatTime(UtcTime time)
{
    const auto day = chrono::floor<chrono::days>(time);
    const chrono::year_month_day date(day);
    const chrono::hh_mm_ss<Milliseconds> clock(time - day);
    std::array<char, 40> text {};
    std::snprintf(text.data(),
                  text.size(),
                  "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                  static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()),
                  static_cast<int>(clock.subseconds().count()));
    return text.data();
}

namespace {

/// Reads fixed-width decimal fields and separators off the front of a text.
class FieldReader
{
public:
    explicit FieldReader(std::string_view text)
        : m_rest(text)
    { }

    int number(std::size_t width)
    {
        int value = 0;
        if (m_rest.size() < width) {
            m_good = false;
            return 0;
        }
        const auto [end, error] = std::from_chars(m_rest.data(), m_rest.data() + width, value);
        m_good = m_good && error == std::errc() && end == m_rest.data() + width && value >= 0;
        m_rest.remove_prefix(width);
        return value;
    }

    void expect(std::string_view anyOf)
    {
        m_good = m_good && !m_rest.empty() && anyOf.find(m_rest.front()) != std::string_view::npos;
        if (!m_rest.empty()) {
            m_rest.remove_prefix(1);
        }
    }

    /// ".123456" as milliseconds, cut, not rounded.
    int fraction()
    {
        if (m_rest.empty() || m_rest.front() != '.') {
            return 0;
        }
        m_rest.remove_prefix(1);
        int value = 0;
        int digits = 0;
        while (!m_rest.empty() && m_rest.front() >= '0' && m_rest.front() <= '9') {
            if (digits < 3) {
                value = value * 10 + (m_rest.front() - '0');
            }
            ++digits;
            m_rest.remove_prefix(1);
        }
        m_good = m_good && digits > 0;
        for (; digits < 3; ++digits) {
            value *= 10;
        }
        return value;
    }

    [[nodiscard]] std::string_view rest() const { return m_rest; }

    [[nodiscard]] bool good() const { return m_good; }

private:
    std::string_view m_rest;
    bool m_good = true;
};

} // namespace

std::optional<UtcTime> parseTime(std::string_view text)
{
    FieldReader in(text);
    const int year = in.number(4);
    in.expect("-");
    const int month = in.number(2);
    in.expect("-");
    const int day = in.number(2);
    in.expect("Tt ");
    const int hour = in.number(2);
    in.expect(":");
    const int minute = in.number(2);
    in.expect(":");
    const int second = in.number(2);
    const int millis = in.fraction();
    int offset = 0;
    if (in.rest() == "Z" || in.rest() == "z") {
        in.expect("Zz");
    } else {
        const int sign = in.rest().starts_with('-') ? -1 : 1;
        in.expect("+-");
        offset = in.number(2) * 60;
        in.expect(":");
        offset = sign * (offset + in.number(2));
    }
    const chrono::year_month_day date { chrono::year(year),
                                        chrono::month(static_cast<unsigned>(month)),
                                        chrono::day(static_cast<unsigned>(day)) };
    if (!in.good() || !in.rest().empty() || !date.ok() || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    return UtcTime(chrono::sys_days(date).time_since_epoch() + chrono::hours(hour)
                   + chrono::minutes(minute - offset) + chrono::seconds(second)
                   + Milliseconds(millis));
}

std::string formatDuration(Milliseconds duration)
{
    const long long ms = duration.count();
    std::array<char, 48> text {};
    if (ms < 1000) {
        std::snprintf(text.data(), text.size(), "%lld ms", ms);
    } else if (ms < 60'000) {
        std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(ms) / 1000);
    } else if (ms < 3'600'000) {
        std::snprintf(text.data(), text.size(), "%lld min %02lld s", ms / 60'000, ms / 1000 % 60);
    } else if (ms < 86'400'000) {
        std::snprintf(
            text.data(), text.size(), "%lld h %02lld min", ms / 3'600'000, ms / 60'000 % 60);
    } else {
        std::snprintf(
            text.data(), text.size(), "%lld d %lld h", ms / 86'400'000, ms / 3'600'000 % 24);
    }
    return text.data();
}

} // namespace isthmus
