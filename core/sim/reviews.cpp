// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reviews.h"

#include "core/sim/rbac.h"

namespace isthmus::sim {

namespace {

using json::Value;

Value userInfo(const Identity& identity)
{
    return json::Object { { "username", identity.user },
                          { "groups",
                            json::Array { identity.groups.begin(), identity.groups.end() } } };
}

Value accessStatus(const Model& model, const Identity& identity, const Value& spec)
{
    const Value& wanted = spec["resourceAttributes"];
    Attributes attributes { .verb = wanted["verb"].string(),
                            .group = wanted["group"].string(),
                            .resource = wanted["resource"].string(),
                            .ns = wanted["namespace"].string(),
                            .name = wanted["name"].string() };
    if (const std::string& sub = wanted["subresource"].string(); !sub.empty()) {
        attributes.resource += '/' + sub;
    }
    return json::Object { { "allowed", isAllowed(model, identity, attributes) } };
}

Value rulesStatus(const Model& model, const Identity& identity)
{
    json::Array rules;
    if (isAllowed(model, identity, { .verb = "*", .group = "*", .resource = "*" })) {
        rules.push_back(json::Object { { "verbs", json::Array { "*" } },
                                       { "apiGroups", json::Array { "*" } },
                                       { "resources", json::Array { "*" } } });
    }
    return json::Object { { "resourceRules", std::move(rules) },
                          { "nonResourceRules", json::Array {} },
                          { "incomplete", false } };
}

Value tokenStatus(const Model& model, const Value& spec)
{
    const auto identity = model.identityOf(spec["token"].string());
    if (!identity) {
        return json::Object { { "authenticated", false }, { "error", "invalid bearer token" } };
    }
    return json::Object { { "authenticated", true },
                          { "user", userInfo(*identity) },
                          { "audiences",
                            json::Array { "https://kubernetes.default.svc.cluster.local" } } };
}

} // namespace

std::optional<Reply>
answerReview(Model& model, const Request& request, const Route& route, const Value& body)
{
    const std::vector<std::string>& path = route.segments;
    if (request.method != "POST" || path.size() < 4 || path[0] != "apis") {
        return std::nullopt;
    }
    const std::string& what = path.back();
    Value out = body;
    if (what == "selfsubjectaccessreviews") {
        out.member("status") = accessStatus(model, request.identity, body["spec"]);
    } else if (what == "subjectaccessreviews") {
        Identity other { .user = body["spec"]["user"].string(), .groups = {} };
        for (const Value& group : body["spec"]["groups"].array()) {
            other.groups.push_back(group.string());
        }
        out.member("status") = accessStatus(model, other, body["spec"]);
    } else if (what == "selfsubjectrulesreviews") {
        out.member("status") = rulesStatus(model, request.identity);
    } else if (what == "selfsubjectreviews") {
        out.member("status").member("userInfo") = userInfo(request.identity);
    } else if (what == "tokenreviews") {
        out.member("status") = tokenStatus(model, body["spec"]);
    } else {
        return std::nullopt;
    }
    return replyOf(out, 201);
}

Reply answerTokenRequest(Model& model, const Subject& subject, Value body)
{
    const ObjectPtr account = model.get(*subject.kind, subject.ns, subject.name);
    if (account == nullptr) {
        return replyOf(notFound(*subject.kind, subject.name));
    }
    const std::int64_t seconds = body["spec"]["expirationSeconds"].integer(3'600);
    const UtcTime end = model.options().clock.now() + std::chrono::seconds(seconds);
    body.member("apiVersion") = "authentication.k8s.io/v1";
    body.member("kind") = "TokenRequest";
    body.member("status") = json::Object {
        { "token",
          model.mintToken(subject.ns, subject.name, (*account)["metadata"]["uid"].string()) },
        { "expirationTimestamp", formatTime(end).substr(0, 19) + 'Z' }
    };
    return replyOf(body, 201);
}

} // namespace isthmus::sim
