// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/yaml/scan.h"

#include <utility>

namespace isthmus::yaml {

namespace {

void name(Diagnostics& problems, const std::string& file)
{
    for (Diagnostic& problem : problems) {
        problem.file = file;
    }
}

/// "12:3: text: why", as the detail of one error.
std::string describe(const Diagnostic& problem)
{
    return problem.detail.empty() ? text(problem.summary)
                                  : text(problem.summary) + ": " + problem.detail;
}

Error manifestError(const Diagnostic& problem, const std::string& file)
{
    std::string place = file;
    if (problem.line > 0) {
        place += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
    }
    return Error {
        ErrorCode::Invalid, msg("yaml.manifest"), describe(problem), place, problem.remedy
    };
}

} // namespace

const Node* Node::find(std::string_view key) const
{
    for (const auto& [name, value] : members) {
        if (name.scalar == key) {
            return &value;
        }
    }
    return nullptr;
}

Limits manifestLimits()
{
    return { .bytes = std::size_t { 8 } << 20,
             .depth = 128,
             .nodes = 1'000'000,
             .keysPerMap = 20'000,
             .allowAliases = false,
             .allowNul = true };
}

Parsed parse(std::string_view text, const std::string& file, const Limits& limits)
{
    Parsed out;
    text = withoutByteOrderMark(text);
    if (auto problem = checkBytes(text, limits)) {
        out.problems.push_back(std::move(*problem));
        name(out.problems, file);
        return out;
    }
    bool found = false;
    for (const Chunk& chunk : splitDocuments(text)) {
        Document document = readDocument(chunk, limits, out.problems);
        if (!document.readable) {
            out.root = Node();
            break;
        }
        if (document.root.kind == Node::Kind::Null) {
            continue;
        }
        if (found) {
            Diagnostic problem { Severity::Error, msg("yaml.second-document") };
            problem.remedy = msg("yaml.keep-one-document");
            problem.line = document.root.line;
            problem.column = document.root.column;
            out.problems.push_back(std::move(problem));
            break;
        }
        found = true;
        out.root = std::move(document.root);
    }
    name(out.problems, file);
    return out;
}

Result<std::vector<json::Value>> parseManifests(std::string_view text, const std::string& file)
{
    const Limits limits = manifestLimits();
    text = withoutByteOrderMark(text);
    if (const auto problem = checkBytes(text, limits)) {
        return manifestError(*problem, file);
    }
    std::vector<json::Value> out;
    for (const Chunk& chunk : splitDocuments(text)) {
        Diagnostics problems;
        const Document document = readDocument(chunk, limits, problems);
        if (!problems.empty()) {
            return manifestError(problems.front(), file);
        }
        if (document.root.kind == Node::Kind::Null) {
            continue;
        }
        Result<json::Value> value = toValue(document.root);
        if (!value) {
            Error error = std::move(value).error();
            error.subject = file + ":" + error.subject;
            return error;
        }
        out.push_back(std::move(*value));
    }
    return out;
}

} // namespace isthmus::yaml
