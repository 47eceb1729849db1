// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/status.h"

#include "core/base/strings.h"
#include "core/json/parse.h"

#include <algorithm>
#include <cctype>

namespace isthmus::kube {

namespace {

constexpr std::size_t detailBytes = 2'048;
constexpr std::string_view conflictId = "kube.apply-conflict";
constexpr std::string_view aheadId = "kube.ahead-of-server";

/// The parts of a Status that decide.
struct Facts
{
    int code = 0;
    std::string reason = {};
    std::string message = {};
    json::Value details = {};
    bool isStatus = false; ///< false: text from a proxy, or a plain-text answer of the server
};

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

bool hasCause(const Facts& facts, std::string_view reason)
{
    const json::Array& causes = facts.details["causes"].array();
    return std::ranges::any_of(
        causes, [&](const json::Value& cause) { return cause["reason"].string() == reason; });
}

/// The text between the first pair of double quotes after `before`, or "".
std::string quotedAfter(std::string_view text, std::string_view before)
{
    const std::size_t at = text.find(before);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::size_t open = text.find('"', at + before.size());
    const std::size_t close =
        open == std::string_view::npos ? std::string_view::npos : text.find('"', open + 1);
    return close == std::string_view::npos ? std::string()
                                           : std::string(text.substr(open + 1, close - open - 1));
}

/// "conflict with "mesh" using v1" without the wrapping words.
std::string managerOf(const json::Value& cause)
{
    std::string_view words = cause["message"].string();
    constexpr std::string_view opening = "conflict with ";
    if (words.starts_with(opening)) {
        words.remove_prefix(opening.size());
    }
    std::string out(words);
    std::erase(out, '"');
    return out;
}

Error applyConflict(const Facts& facts)
{
    Error error { .code = ErrorCode::Conflict,
                  .message = msg("kube.apply-conflict", { { "field", {} }, { "manager", {} } }),
                  .remedy = msg("kube.apply-conflict.do") };
    error.message.args.clear(); // one pair per conflict follows
    std::vector<std::string> lines;
    for (const json::Value& cause : facts.details["causes"].array()) {
        const std::string manager = managerOf(cause);
        error.message.args.emplace_back("manager", manager);
        error.message.args.emplace_back("field", cause["field"].string());
        lines.push_back(cause["field"].string() + " belongs to " + manager);
    }
    error.detail = shortened(join(lines, "; "), detailBytes);
    return error;
}

Error conflict(const Facts& facts)
{
    if (hasCause(facts, "FieldManagerConflict")) {
        return applyConflict(facts);
    }
    if (facts.reason == "AlreadyExists") {
        return { .code = ErrorCode::AlreadyExists,
                 .message = msg("kube.already-exists"),
                 .remedy = msg("kube.already-exists.do") };
    }
    return { .code = ErrorCode::Conflict,
             .message = msg("kube.changed-meanwhile"),
             .remedy = msg("kube.changed-meanwhile.do") };
}

Error forbidden(const Facts& facts)
{
    if (hasCause(facts, "NamespaceTerminating")
        || contains(facts.message, "because it is being terminated")) {
        return { .code = ErrorCode::Conflict,
                 .message = msg("kube.namespace-terminating"),
                 .remedy = msg("kube.namespace-terminating.do"),
                 .retry = Retry::After };
    }
    if (const auto right = missingRight(facts.message)) {
        return { .code = ErrorCode::Forbidden,
                 .message = msg("kube.forbidden-right",
                                { { "user", right->user },
                                  { "verb", right->verb },
                                  { "resource", right->resource } }),
                 .remedy =
                     msg("kube.forbidden-right.do",
                         { { "user", right->user },
                           { "role", right->ns.empty() ? "ClusterRole" : "Role in " + right->ns },
                           { "rule", ruleFor(*right) } }) };
    }
    return { .code = ErrorCode::Forbidden,
             .message = msg("kube.forbidden"),
             .remedy = msg("kube.forbidden.do") };
}

/// An admission webhook that was asked and said no, or that could not be asked; nothing for other
/// errors.
std::optional<Error> admission(const Facts& facts)
{
    if (contains(facts.message, "failed calling webhook")) {
        return Error { .code = ErrorCode::Internal,
                       .message = msg("kube.webhook-down",
                                      { { "webhook", quotedAfter(facts.message, "webhook") } }),
                       .remedy = msg("kube.webhook-down.do"),
                       .retry = Retry::After };
    }
    if (contains(facts.message, "admission webhook")
        && contains(facts.message, "denied the request")) {
        return Error { .code = facts.code == 403 ? ErrorCode::Refused : ErrorCode::Invalid,
                       .message = msg("kube.webhook-denied",
                                      { { "webhook", quotedAfter(facts.message, "webhook") } }),
                       .remedy = msg("kube.webhook-denied.do") };
    }
    return {};
}

Error invalid(const Facts& facts)
{
    std::vector<std::string> lines;
    for (const json::Value& cause : facts.details["causes"].array()) {
        lines.push_back(cause["field"].string() + ": " + cause["message"].string());
    }
    return { .code = ErrorCode::Invalid,
             .message = msg("kube.invalid"),
             .detail = shortened(join(lines, "; "), detailBytes),
             .remedy = msg("kube.invalid.do") };
}

/// A JSON patch whose `test` failed, or whose path is not there, is answered with a 422 that says
/// nothing at all (measured); a refused object always comes with its name or its causes.
bool isPatchThatDoesNotFit(const Facts& facts)
{
    return facts.code == 422 && facts.isStatus && facts.details.object().empty();
}

Error serverTrouble(const Facts& facts)
{
    if (contains(facts.message, "failed to create typed patch object")) {
        // Server-side apply says 500 for an unknown field; it is our input all the same (measured).
        return { .code = ErrorCode::Invalid,
                 .message = msg("kube.unknown-field"),
                 .remedy = msg("kube.invalid.do") };
    }
    if (hasCause(facts, "ResourceVersionTooLarge")) {
        return { .code = ErrorCode::Internal,
                 .message = msg("kube.ahead-of-server"),
                 .retry = Retry::After };
    }
    return { .code = facts.code == 504 ? ErrorCode::Timeout : ErrorCode::Internal,
             .message = facts.isStatus
                 ? msg("kube.server-trouble", { { "status", std::to_string(facts.code) } })
                 : msg("kube.not-the-server", { { "status", std::to_string(facts.code) } }),
             .remedy = msg("kube.server-trouble.do"),
             .retry = Retry::After };
}

Error missing(const Facts& facts)
{
    if (!facts.isStatus || facts.details["name"].string().empty()) {
        return { .code = ErrorCode::NotFound,
                 .message = msg("kube.not-served"),
                 .remedy = msg("kube.not-served.do") };
    }
    return { .code = ErrorCode::NotFound,
             .message = msg("kube.not-found", { { "name", facts.details["name"].string() } }) };
}

Error classified(const Facts& facts)
{
    if (auto error = admission(facts)) {
        return std::move(*error);
    }
    switch (facts.code) {
    case 401:
        return { .code = ErrorCode::Unauthorized,
                 .message = msg("kube.unauthorized"),
                 .remedy = msg("kube.unauthorized.do") };
    case 403:
        return forbidden(facts);
    case 404:
        return missing(facts);
    case 405:
    case 406:
    case 415:
        return { .code = ErrorCode::Unsupported,
                 .message = msg("kube.unsupported"),
                 .remedy = msg("kube.unsupported.do") };
    case 409:
        return conflict(facts);
    case 410:
        return { .code = ErrorCode::Gone, .message = msg("kube.expired") };
    case 429:
        return { .code = ErrorCode::Throttled,
                 .message = msg("kube.throttled"),
                 .remedy = msg("kube.throttled.do"),
                 .retry = Retry::After };
    default:
        if (isPatchThatDoesNotFit(facts)) {
            return { .code = ErrorCode::Conflict,
                     .message = msg("kube.patch-does-not-fit"),
                     .remedy = msg("kube.changed-meanwhile.do") };
        }
        return facts.code >= 500 ? serverTrouble(facts) : invalid(facts);
    }
}

Error finished(const Facts& facts)
{
    Error error = classified(facts);
    if (error.detail.empty()) {
        error.detail = shortened(facts.message, detailBytes);
    }
    return error;
}

Facts factsOf(const json::Value& status, int code)
{
    return { .code = code,
             .reason = status["reason"].string(),
             .message = status["message"].string(),
             .details = status["details"],
             .isStatus = true };
}

std::optional<json::Value> statusIn(const http::Response& response)
{
    if (!isJson(response)) {
        return {};
    }
    auto parsed = json::parse(response.body);
    if (!parsed || (*parsed)["kind"].string() != "Status") {
        return {};
    }
    return std::move(*parsed);
}

/// Cuts the next piece that ends before `end` off `text`; false where `end` does not come.
bool take(std::string_view& text, std::string_view end, std::string& piece)
{
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) {
        return false;
    }
    piece = text.substr(0, at);
    text.remove_prefix(at + end.size());
    return true;
}

} // namespace

Error errorOf(const http::Response& response)
{
    if (const auto status = statusIn(response)) {
        return finished(factsOf(*status, response.status));
    }
    // Whoever sent it, it may hold control characters or half a character: only text goes on.
    std::string body(shortened(trimmed(response.body), detailBytes));
    if (!isUtf8(body)) {
        body = "(" + std::to_string(response.body.size()) + " bytes that are no text)";
    }
    return finished({ .code = response.status, .message = std::move(body) });
}

Error errorOf(const json::Value& status)
{
    return finished(factsOf(status, static_cast<int>(status["code"].integer(500))));
}

std::optional<Milliseconds> retryAfter(const http::Response& response)
{
    std::optional<long long> seconds;
    if (const auto header = response.header("Retry-After")) {
        seconds = toInteger(trimmed(*header));
    }
    if (!seconds) {
        if (const auto status = statusIn(response)) {
            if (const auto* value = (*status)["details"]["retryAfterSeconds"].asInteger()) {
                seconds = *value;
            }
        }
    }
    if (!seconds || *seconds < 0) {
        return {};
    }
    constexpr long long day = 86'400;
    return Milliseconds { std::min(*seconds, day) * 1'000 };
}

bool isJson(const http::Response& response)
{
    const auto type = response.header("Content-Type");
    if (!type) {
        return false;
    }
    std::string media(trimmed(type->substr(0, type->find(';'))));
    std::ranges::transform(
        media, media.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return media == "application/json" || media.ends_with("+json");
}

bool isNotServed(const http::Response& response)
{
    if (response.status != 404) {
        return false;
    }
    const auto status = statusIn(response);
    return !status || (*status)["details"]["name"].string().empty();
}

std::string continueAfterExpiry(const http::Response& response)
{
    if (response.status != 410) {
        return {};
    }
    const auto status = statusIn(response);
    return status ? (*status)["metadata"]["continue"].string() : std::string();
}

bool isAheadOfServer(const Error& error)
{
    return error.message.id == aheadId;
}

std::vector<Conflict> conflictsOf(const Error& error)
{
    std::vector<Conflict> out;
    if (error.message.id != conflictId) {
        return out;
    }
    for (std::size_t i = 0; i + 1 < error.message.args.size(); i += 2) {
        out.push_back({ error.message.args[i].second, error.message.args[i + 1].second });
    }
    return out;
}

std::optional<MissingRight> missingRight(std::string_view message)
{
    // … User "U" cannot V resource "R" in API group "G" {in the namespace "N" | at the cluster
    // scope}
    MissingRight right;
    std::string skipped;
    if (!take(message, "User \"", skipped) || !take(message, "\" cannot ", right.user)
        || !take(message, " resource \"", right.verb)
        || !take(message, "\" in API group \"", right.resource)
        || !take(message, "\" ", right.group)) {
        return {};
    }
    if (message.starts_with("in the namespace \"")) {
        take(message, "\"", skipped);
        if (!take(message, "\"", right.ns)) {
            return {};
        }
        return right;
    }
    return message.starts_with("at the cluster scope") ? std::optional(right) : std::nullopt;
}

std::string ruleFor(const MissingRight& right)
{
    return "{apiGroups: [\"" + right.group + "\"], resources: [\"" + right.resource
        + "\"], verbs: [\"" + right.verb + "\"]}";
}

} // namespace isthmus::kube
