// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/failure.h"

namespace isthmus::sim {

namespace {

json::Value detailsOf(const Kind& kind, std::string_view name)
{
    json::Value details = json::Object {};
    if (!name.empty()) {
        details.member("name") = name;
    }
    if (!kind.group.empty()) {
        details.member("group") = kind.group;
    }
    details.member("kind") = kind.plural;
    return details;
}

std::string quoted(std::string_view name)
{
    return '"' + std::string(name) + '"';
}

} // namespace

json::Value statusOf(const Failure& failure)
{
    json::Value status = json::Object { { "apiVersion", "v1" },          { "kind", "Status" },
                                        { "metadata", json::Object {} }, { "status", "Failure" },
                                        { "message", failure.message },  { "code", failure.code } };
    if (!failure.reason.empty()) {
        status.member("reason") = failure.reason;
    }
    if (!failure.details.isNull()) {
        status.member("details") = failure.details;
    }
    return status;
}

Failure badRequest(std::string message)
{
    return { .code = 400, .reason = "BadRequest", .message = std::move(message) };
}

Failure notFound(const Kind& kind, std::string_view name)
{
    return { .code = 404,
             .reason = "NotFound",
             .message = kind.qualified() + ' ' + quoted(name) + " not found",
             .details = detailsOf(kind, name) };
}

Failure alreadyExists(const Kind& kind, std::string_view name)
{
    return { .code = 409,
             .reason = "AlreadyExists",
             .message = kind.qualified() + ' ' + quoted(name) + " already exists",
             .details = detailsOf(kind, name) };
}

Failure conflict(const Kind& kind, std::string_view name, std::string_view why)
{
    return { .code = 409,
             .reason = "Conflict",
             .message = "Operation cannot be fulfilled on " + kind.qualified() + ' ' + quoted(name)
                 + ": " + std::string(why),
             .details = detailsOf(kind, name) };
}

Failure modified(const Kind& kind, std::string_view name)
{
    return conflict(kind,
                    name,
                    "the object has been modified; please apply your changes to the latest version "
                    "and try again");
}

Failure forbidden(const Kind& kind, std::string_view name, std::string_view why)
{
    return { .code = 403,
             .reason = "Forbidden",
             .message = kind.qualified() + (name.empty() ? "" : ' ' + quoted(name))
                 + " is forbidden: " + std::string(why),
             .details = detailsOf(kind, name) };
}

Failure expired(std::string message)
{
    return { .code = 410, .reason = "Expired", .message = std::move(message) };
}

Failure invalid(const Kind& kind, std::string_view name, const std::vector<Cause>& causes)
{
    json::Value details = detailsOf(kind, name);
    details.member("kind") = kind.kind;
    std::string text;
    for (const Cause& cause : causes) {
        details.member("causes").push(json::Object {
            { "field", cause.field }, { "reason", cause.reason }, { "message", cause.message } });
        text += (text.empty() ? "" : ", ") + cause.field + ": " + cause.message;
    }
    if (causes.size() > 1) {
        text = '[' + text + ']';
    }
    const std::string what = kind.group.empty() ? kind.kind : kind.kind + '.' + kind.group;
    return { .code = 422,
             .reason = "Invalid",
             .message = what + ' ' + quoted(name) + " is invalid: " + text,
             .details = std::move(details) };
}

} // namespace isthmus::sim
