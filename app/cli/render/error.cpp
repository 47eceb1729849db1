// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/error.h"

#include "app/cli/context.h"

namespace isthmus::cli {

namespace {

std::string_view word(Severity severity)
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

std::string painted(Severity severity, const Style& style)
{
    const std::string text = std::string(word(severity)) + ":";
    return severity == Severity::Error  ? style.bad(text)
        : severity == Severity::Warning ? style.warning(text)
                                        : style.faint(text);
}

std::string line(std::string_view label, std::string_view content, const Style& style)
{
    return content.empty() ? std::string() : style.faint(label) + " " + oneLine(content) + "\n";
}

std::string place(const Diagnostic& problem)
{
    std::string out = problem.file;
    if (!out.empty() && problem.line > 0) {
        out += ":" + std::to_string(problem.line);
        out += problem.column > 0 ? ":" + std::to_string(problem.column) : "";
    }
    return out.empty() ? out : out + ": ";
}

} // namespace

std::string renderError(const Error& error, const Style& style)
{
    const std::string subject = error.subject.empty() ? "" : oneLine(error.subject) + ": ";
    return painted(Severity::Error, style) + " " + subject + oneLine(text(error.message)) + "\n"
        + line("  why:", error.detail, style) + line("  do: ", text(error.remedy), style);
}

json::Value errorDocument(const Error& error, const Diagnostics& problems)
{
    json::Value out = document("Error",
                               { { "code", name(error.code) },
                                 { "summary", text(error.message) },
                                 { "detail", error.detail },
                                 { "subject", error.subject },
                                 { "remedy", text(error.remedy) } });
    if (!problems.empty()) {
        out.member("problems") = problemsJson(problems);
    }
    return out;
}

std::string renderProblems(const Diagnostics& problems, const Style& style)
{
    std::string out;
    for (const Diagnostic& problem : problems) {
        const std::string subject =
            problem.subject.empty() ? "" : " (" + oneLine(problem.subject) + ")";
        out += place(problem) + painted(problem.severity, style) + " "
            + oneLine(text(problem.summary)) + subject + "\n"
            + line("  why:", problem.detail, style) + line("  do: ", text(problem.remedy), style);
    }
    return out;
}

json::Value problemsJson(const Diagnostics& problems)
{
    json::Array out;
    for (const Diagnostic& problem : problems) {
        out.push_back(json::Object { { "severity", word(problem.severity) },
                                     { "summary", text(problem.summary) },
                                     { "detail", problem.detail },
                                     { "subject", problem.subject },
                                     { "remedy", text(problem.remedy) },
                                     { "file", problem.file },
                                     { "line", problem.line },
                                     { "column", problem.column } });
    }
    return out;
}

} // namespace isthmus::cli
