// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/api.h"

#include "core/base/strings.h"
#include "core/json/parse.h"
#include "core/sim/discovery.h"
#include "core/sim/protobuf.h"
#include "core/sim/rbac.h"
#include "core/sim/reads.h"
#include "core/sim/reviews.h"
#include "core/sim/writes.h"
#include "core/yaml/document.h"

namespace isthmus::sim {

namespace {

using json::Value;

/// Segments behind the group and version, or nothing where the kind is not served.
std::optional<Subject> subjectOf(const KindTable& kinds, const Route& route)
{
    const std::vector<std::string>& path = route.segments;
    const bool core = !path.empty() && path[0] == "api";
    std::size_t at = core ? 2 : 3;
    if (path.size() <= at || (!core && path[0] != "apis")) {
        return std::nullopt;
    }
    const std::string group = core ? "" : path[1];
    const std::string& version = path[at - 1];
    Subject out;
    // namespaces/NS/pods is a collection in a namespace; namespaces/NS/status belongs to the
    // object.
    if (path[at] == "namespaces" && path.size() > at + 2
        && !(core && (path[at + 2] == "status" || path[at + 2] == "finalize"))) {
        out.ns = path[at + 1];
        at += 2;
    }
    for (const auto& kind : kinds.all()) {
        if (kind->group == group && kind->version == version && kind->plural == path[at]) {
            out.kind = kind;
        }
    }
    if (out.kind == nullptr || (!out.kind->namespaced && !out.ns.empty())) {
        return std::nullopt;
    }
    const auto segment = [&](std::size_t index) {
        return index < path.size() ? path[index] : std::string();
    };
    out.name = segment(at + 1);
    out.subresource = segment(at + 2);
    if (path.size() > at + 3) {
        out.rest.assign(path.begin() + static_cast<std::ptrdiff_t>(at) + 3, path.end());
    }
    return out;
}

std::string verbOf(const Request& request, const Route& route, const Subject& subject)
{
    if (request.method == "GET" || request.method == "HEAD") {
        return route.flag("watch") ? "watch" : (subject.name.empty() ? "list" : "get");
    }
    if (request.method == "DELETE") {
        return subject.name.empty() ? "deletecollection" : "delete";
    }
    return request.method == "POST" ? "create" : (request.method == "PUT" ? "update" : "patch");
}

std::optional<Failure>
authorize(const Model& model, const Request& request, const Route& route, const Subject& subject)
{
    const Kind& kind = *subject.kind;
    const std::string resource =
        kind.plural + (subject.subresource.empty() ? "" : '/' + subject.subresource);
    const Attributes attributes { .verb = verbOf(request, route, subject),
                                  .group = kind.group,
                                  .resource = resource,
                                  .ns = subject.ns,
                                  .name = subject.name };
    if (isAllowed(model, request.identity, attributes)) {
        return std::nullopt;
    }
    const std::string scope =
        subject.ns.empty() ? "at the cluster scope" : "in the namespace \"" + subject.ns + '"';
    return forbidden(kind,
                     subject.name,
                     "User \"" + request.identity.user + "\" cannot " + attributes.verb
                         + " resource \"" + resource + R"(" in API group ")" + kind.group + "\" "
                         + scope);
}

/// JSON, or YAML where the type says so. Null for an empty body.
Outcome<Value> bodyOf(const Request& request)
{
    if (trimmed(request.body).empty()) {
        return Value();
    }
    if (request.contentType.find("protobuf") != std::string::npos) {
        if (auto object = fromProtobuf(request.body)) {
            return std::move(*object);
        }
        return Failure { .code = 415,
                         .reason = "UnsupportedMediaType",
                         .message = "the body of the request was in an unknown format - accepted "
                                    "media types include: application/json, application/yaml" };
    }
    const bool yaml = request.contentType.find("yaml") != std::string::npos
        && !trimmed(request.body).starts_with('{');
    if (!yaml) {
        auto parsed = json::parse(request.body);
        return parsed ? Outcome<Value>(std::move(*parsed))
                      : badRequest("error decoding the body: " + parsed.error().detail);
    }
    auto documents = yaml::parseManifests(request.body, "body");
    if (!documents || documents->size() != 1) {
        return badRequest(
            "error decoding YAML: "
            + (documents ? std::string("one object is needed") : documents.error().detail));
    }
    return std::move(documents->front());
}

Reply methodNotAllowed()
{
    return replyOf(
        Failure { .code = 405,
                  .reason = "MethodNotAllowed",
                  .message = "the server does not allow this method on the requested resource" });
}

Reply readSubresource(const Model& model, const Request& request, const Subject& subject)
{
    const ObjectPtr object = model.get(*subject.kind, subject.ns, subject.name);
    if (object == nullptr && subject.subresource != "proxy") {
        return replyOf(notFound(*subject.kind, subject.name));
    }
    if (subject.subresource == "scale" && subject.kind->hasScale) {
        return replyOf(scaleOf(*object));
    }
    if (subject.subresource == "status" && subject.kind->hasStatus) {
        return readObject(model, request, subject);
    }
    if (subject.subresource == "log") {
        return { .contentType = "text/plain", .body = "" };
    }
    if (subject.subresource == "proxy") {
        const auto answer = model.proxied(subject.ns, subject.name, join(subject.rest, "/"));
        return answer ? Reply { .status = answer->status,
                                .contentType = answer->contentType,
                                .body = answer->body }
                      : replyOf(Failure { .code = 503,
                                          .reason = "ServiceUnavailable",
                                          .message = "error trying to reach service: dial tcp: "
                                                     "connect: connection refused" });
    }
    return pageNotFound();
}

Reply perform(Model& model,
              const Request& request,
              const Route& route,
              const Subject& subject,
              const Value& body)
{
    const bool onObject = !subject.name.empty();
    if (request.method == "GET" || request.method == "HEAD") {
        if (!subject.subresource.empty()) {
            return readSubresource(model, request, subject);
        }
        return onObject && !route.flag("watch") ? readObject(model, request, subject)
                                                : readCollection(model, request, route, subject);
    }
    if (request.method == "POST") {
        if (subject.subresource == "token" && subject.kind->plural == "serviceaccounts") {
            return answerTokenRequest(model, subject, body);
        }
        return onObject ? methodNotAllowed() : createObject(model, request, route, subject, body);
    }
    if (request.method == "PUT" && onObject) {
        return replaceObject(model, request, route, subject, body);
    }
    if (request.method == "PATCH" && onObject) {
        return patchObject(model, request, route, subject, body);
    }
    return request.method == "DELETE" ? deleteObjects(model, route, subject, body)
                                      : methodNotAllowed();
}

bool isAnonymous(const Request& request)
{
    return request.identity.user == Identity().user;
}

} // namespace

Reply answer(Model& model, const Request& request)
{
    const Route route = parseTarget(request.target);
    if (auto reply = answerDiscovery(model.kinds(), request, route)) {
        const std::string first = route.segments.front();
        if (isAnonymous(request) && (first == "api" || first == "apis" || first == "openapi")) {
            return replyOf(
                Failure { .code = 403,
                          .reason = "Forbidden",
                          .message = R"(forbidden: User "system:anonymous" cannot get path ")"
                              + request.target + '"' });
        }
        return *reply;
    }
    Outcome<Value> body = bodyOf(request);
    if (!body) {
        return replyOf(body.failure());
    }
    if (auto reply = answerReview(model, request, route, *body)) {
        return *reply;
    }
    const std::optional<Subject> subject = subjectOf(model.kinds(), route);
    if (!subject) {
        return pageNotFound();
    }
    if (auto failure = authorize(model, request, route, *subject)) {
        return replyOf(*failure);
    }
    Reply reply = perform(model, request, route, *subject, *body);
    model.settle();
    return reply;
}

} // namespace isthmus::sim
