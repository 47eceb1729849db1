// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/diagnostics.h"

#include <algorithm>

namespace isthmus {

namespace {

std::string_view name(Severity severity)
{
    switch (severity) {
    case Severity::Info:
        return "info";
    case Severity::Warning:
        return "warning";
    case Severity::Error:
        break;
    }
    return "error";
}

} // namespace

bool hasErrors(const Diagnostics& diagnostics)
{
    return std::ranges::any_of(diagnostics,
                               [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

std::string dump(const Diagnostics& diagnostics)
{
    std::string out;
    for (const Diagnostic& d : diagnostics) {
        if (!d.file.empty()) {
            out += d.file + ":";
        }
        if (d.line > 0) {
            out += std::to_string(d.line) + ":" + std::to_string(d.column) + ":";
        }
        if (!d.file.empty() || d.line > 0) {
            out += " ";
        }
        out += std::string(name(d.severity)) + ": " + text(d.summary);
        if (!d.subject.empty()) {
            out += " (" + d.subject + ")";
        }
        out += "\n";
        if (!d.detail.empty()) {
            out += "  why: " + d.detail + "\n";
        }
        if (!d.remedy.empty()) {
            out += "  do: " + text(d.remedy) + "\n";
        }
    }
    return out;
}

} // namespace isthmus
