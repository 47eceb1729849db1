// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/row.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace isthmus::bench {

namespace {

std::string fixed(double value, int digits)
{
    std::array<char, 64> text {};
    (void)std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

std::string number(const std::optional<double>& value, int digits)
{
    return value ? fixed(*value, digits) : "-";
}

std::string aimOf(const Row& row)
{
    return (row.aim == Aim::AtLeast ? ">= " : "<= ") + fixed(row.bound, 0);
}

std::string verdict(const Row& row)
{
    const auto reached = isReached(row);
    return !reached ? "not measured" : *reached ? "reached" : "MISSED";
}

json::Value orNull(const std::optional<double>& value)
{
    return value ? json::Value(*value) : json::Value();
}

} // namespace

std::optional<double> ratio(const Row& row)
{
    if (!row.value || !row.other || *row.value <= 0 || *row.other <= 0) {
        return {};
    }
    return row.aim == Aim::AtLeast ? *row.other / *row.value : *row.value / *row.other;
}

std::optional<bool> isReached(const Row& row)
{
    const auto is = ratio(row);
    if (!is) {
        return {};
    }
    return row.aim == Aim::AtLeast ? *is >= row.bound : *is <= row.bound;
}

std::string table(const std::vector<Row>& rows)
{
    using Cells = std::array<std::string, 8>;
    std::vector<Cells> lines {
        { "what", "ours", "unit", "against", "theirs", "ratio", "aim", "" }
    };
    for (const Row& row : rows) {
        lines.push_back({ row.name,
                          number(row.value, 1),
                          row.unit,
                          row.against,
                          number(row.other, 1),
                          number(ratio(row), 2),
                          aimOf(row),
                          verdict(row) });
    }
    std::array<std::size_t, std::tuple_size_v<Cells>> widths {};
    for (const Cells& cells : lines) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            widths.at(i) = std::max(widths.at(i), cells.at(i).size());
        }
    }
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string line;
        for (std::size_t column = 0; column < widths.size(); ++column) {
            const std::string& cell = lines[i].at(column);
            line += cell + std::string(widths.at(column) - cell.size() + 2, ' ');
        }
        out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        if (i > 0 && !rows[i - 1].note.empty()) {
            out += "    " + rows[i - 1].note + "\n";
        }
    }
    return out;
}

json::Value document(const std::vector<Row>& rows)
{
    json::Array list;
    for (const Row& row : rows) {
        const auto reached = isReached(row);
        list.push_back(
            json::Object { { "name", row.name },
                           { "value", orNull(row.value) },
                           { "unit", row.unit },
                           { "against", row.against },
                           { "againstValue", orNull(row.other) },
                           { "ratio", orNull(ratio(row)) },
                           { "aim", aimOf(row) },
                           { "reached", reached ? json::Value(*reached) : json::Value() },
                           { "note", row.note } });
    }
    return json::Object { { "apiVersion", "isthmus/v1" }, { "kind", "Bench" }, { "rows", list } };
}

} // namespace isthmus::bench
