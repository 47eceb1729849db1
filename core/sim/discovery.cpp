// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/discovery.h"

#include <algorithm>

namespace isthmus::sim {

namespace {

using json::Value;

struct GroupVersion
{
    std::string group;
    std::string version;

    friend auto operator<=>(const GroupVersion&, const GroupVersion&) = default;
};

/// In server order, core first. The groups of reviews hold no objects but are served.
std::vector<GroupVersion> groupVersions(const KindTable& kinds)
{
    std::vector<GroupVersion> out { { "", "v1" } };
    for (const auto& kind : kinds.all()) {
        const GroupVersion each { kind->group, kind->version };
        if (std::ranges::find(out, each) == out.end()) {
            out.push_back(each);
        }
    }
    out.push_back({ "authentication.k8s.io", "v1" });
    out.push_back({ "authorization.k8s.io", "v1" });
    return out;
}

Value versionDocument()
{
    return json::Object {
        { "major", "1" },    { "minor", "32" },           { "gitVersion", "v1.32.4+isthmus.sim" },
        { "gitCommit", "" }, { "gitTreeState", "clean" }, { "buildDate", "2026-01-01T00:00:00Z" },
        { "goVersion", "" }, { "compiler", "" },          { "platform", "linux/amd64" }
    };
}

Value versionEntry(const GroupVersion& each)
{
    return json::Object { { "groupVersion", each.group + '/' + each.version },
                          { "version", each.version } };
}

Value groupDocument(const KindTable& kinds, const std::string& group)
{
    json::Array versions;
    for (const GroupVersion& each : groupVersions(kinds)) {
        if (each.group == group) {
            versions.push_back(versionEntry(each));
        }
    }
    if (versions.empty()) {
        return {};
    }
    const Value preferred = versions.front();
    return json::Object { { "name", group },
                          { "versions", std::move(versions) },
                          { "preferredVersion", preferred } };
}

Value groupList(const KindTable& kinds)
{
    json::Array groups;
    std::vector<std::string> seen;
    for (const GroupVersion& each : groupVersions(kinds)) {
        if (!each.group.empty() && std::ranges::find(seen, each.group) == seen.end()) {
            seen.push_back(each.group);
            groups.push_back(groupDocument(kinds, each.group));
        }
    }
    return json::Object { { "kind", "APIGroupList" },
                          { "apiVersion", "v1" },
                          { "groups", std::move(groups) } };
}

Value verbs(std::initializer_list<const char*> names)
{
    json::Array out;
    for (const char* name : names) {
        out.emplace_back(name);
    }
    return out;
}

json::Array texts(const std::vector<std::string>& values)
{
    return { values.begin(), values.end() };
}

void addResource(const Kind& kind, json::Array& out)
{
    Value entry = json::Object { { "name", kind.plural },
                                 { "singularName", kind.singular },
                                 { "namespaced", kind.namespaced },
                                 { "kind", kind.kind },
                                 { "verbs",
                                   verbs({ "create",
                                           "delete",
                                           "deletecollection",
                                           "get",
                                           "list",
                                           "patch",
                                           "update",
                                           "watch" }) } };
    if (!kind.shortNames.empty()) {
        entry.member("shortNames") = texts(kind.shortNames);
    }
    if (!kind.categories.empty()) {
        entry.member("categories") = texts(kind.categories);
    }
    out.push_back(entry);
    const auto sub = [&](const char* name, const std::string& resultKind, Value allowed) {
        out.push_back(json::Object { { "name", kind.plural + '/' + name },
                                     { "singularName", "" },
                                     { "namespaced", kind.namespaced },
                                     { "kind", resultKind },
                                     { "verbs", std::move(allowed) } });
    };
    if (kind.hasStatus) {
        sub("status", kind.kind, verbs({ "get", "patch", "update" }));
    }
    if (kind.hasScale) {
        sub("scale", "Scale", verbs({ "get", "patch", "update" }));
        out.back().member("group") = "autoscaling";
        out.back().member("version") = "v1";
    }
    if (kind.plural == "serviceaccounts") {
        sub("token", "TokenRequest", verbs({ "create" }));
    }
    if (kind.plural == "pods") {
        sub("log", "Pod", verbs({ "get" }));
        sub("proxy", "PodProxyOptions", verbs({ "create", "delete", "get", "patch", "update" }));
    }
}

void addReviews(const std::string& group, json::Array& out)
{
    const auto review = [&](const char* plural, const char* kind) {
        out.push_back(json::Object { { "name", plural },
                                     { "singularName", "" },
                                     { "namespaced", false },
                                     { "kind", kind },
                                     { "verbs", verbs({ "create" }) } });
    };
    if (group == "authentication.k8s.io") {
        review("selfsubjectreviews", "SelfSubjectReview");
        review("tokenreviews", "TokenReview");
    } else if (group == "authorization.k8s.io") {
        review("selfsubjectaccessreviews", "SelfSubjectAccessReview");
        review("selfsubjectrulesreviews", "SelfSubjectRulesReview");
        review("subjectaccessreviews", "SubjectAccessReview");
    }
}

Value resourceList(const KindTable& kinds, const std::string& group, const std::string& version)
{
    json::Array resources;
    for (const auto& kind : kinds.all()) {
        if (kind->group == group && kind->version == version) {
            addResource(*kind, resources);
        }
    }
    if (version == "v1") {
        addReviews(group, resources);
    }
    if (resources.empty()) {
        return {};
    }
    return json::Object { { "kind", "APIResourceList" },
                          { "apiVersion", "v1" },
                          { "groupVersion", group.empty() ? version : group + '/' + version },
                          { "resources", std::move(resources) } };
}

/// For each kind the one thing that kubectl looks up before it writes: whether the server itself
/// checks for unknown fields.
Value openApi(const KindTable& kinds, const std::string& group, const std::string& version)
{
    Value document =
        json::Object { { "openapi", "3.0.0" },
                       { "info",
                         json::Object { { "title", "Kubernetes" }, { "version", "v1.32.4" } } },
                       { "paths", json::Object {} } };
    const std::string root = group.empty() ? "/api/" + version : "/apis/" + group + '/' + version;
    const auto parameter = [](const char* name) {
        return Value(json::Object { { "name", name },
                                    { "in", "query" },
                                    { "schema", json::Object { { "type", "string" } } } });
    };
    for (const auto& kind : kinds.all()) {
        if (kind->group != group || kind->version != version) {
            continue;
        }
        const Value gvk =
            json::Object { { "group", group }, { "kind", kind->kind }, { "version", version } };
        const std::string path =
            root + (kind->namespaced ? "/namespaces/{namespace}/" : "/") + kind->plural + "/{name}";
        document.member("paths").member(path).member("patch") = json::Object {
            { "parameters",
              json::Array {
                  parameter("dryRun"), parameter("fieldManager"), parameter("fieldValidation") } },
            { "responses", json::Object { { "200", json::Object { { "description", "OK" } } } } },
            { "x-kubernetes-group-version-kind", gvk },
            { "x-kubernetes-action", "patch" }
        };
        std::string name = "io.k8s.api." + (group.empty() ? std::string("core") : group) + '.'
            + version + '.' + kind->kind;
        document.member("components").member("schemas").member(name) = json::Object {
            { "type", "object" },
            { "description",
              kind->kind + " of a simulated cluster; its fields are not described." },
            { "x-kubernetes-group-version-kind", json::Array { gvk } }
        };
    }
    return document;
}

Value openApiIndex(const KindTable& kinds)
{
    Value paths = json::Object {};
    for (const GroupVersion& each : groupVersions(kinds)) {
        const std::string path =
            each.group.empty() ? "api/" + each.version : "apis/" + each.group + '/' + each.version;
        paths.member(path) = json::Object { { "serverRelativeURL", "/openapi/v3/" + path } };
    }
    return json::Object { { "paths", std::move(paths) } };
}

/// The smallest swagger document in protobuf: older clients check nothing where they find no
/// schema, but want the document.
Reply swagger()
{
    const std::string info =
        std::string("\x0a\x0aKubernetes", 12) + std::string("\x12\x07v1.32.4", 9);
    return { .contentType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
             .body = std::string("\x0a\x03"
                                 "2.0\x12",
                                 6)
                 + static_cast<char>(info.size()) + info + std::string("\x42\x00", 2) };
}

Reply orNotFound(const Value& document)
{
    return document.isNull() ? pageNotFound() : replyOf(document);
}

std::optional<Reply> openApiReply(const KindTable& kinds, const std::vector<std::string>& path)
{
    if (path.size() >= 2 && path[1] == "v2") {
        return swagger();
    }
    if (path.size() == 2 && path[1] == "v3") {
        return replyOf(openApiIndex(kinds));
    }
    if (path.size() == 4 && path[2] == "api") {
        return replyOf(openApi(kinds, "", path[3]));
    }
    return path.size() == 5 ? replyOf(openApi(kinds, path[3], path[4])) : pageNotFound();
}

} // namespace

std::optional<Reply>
answerDiscovery(const KindTable& kinds, const Request& request, const Route& route)
{
    const std::vector<std::string>& path = route.segments;
    if (request.method != "GET" || path.empty()) {
        return std::nullopt;
    }
    if (path[0] == "version") {
        return replyOf(versionDocument());
    }
    if (path[0] == "healthz" || path[0] == "livez" || path[0] == "readyz") {
        return Reply { .contentType = "text/plain; charset=utf-8", .body = "ok" };
    }
    if (path[0] == "openapi") {
        return openApiReply(kinds, path);
    }
    if (path[0] == "api" && path.size() == 1) {
        return replyOf(json::Object { { "kind", "APIVersions" },
                                      { "versions", json::Array { "v1" } },
                                      { "serverAddressByClientCIDRs", json::Array {} } });
    }
    if (path[0] == "api" && path.size() == 2) {
        return orNotFound(resourceList(kinds, "", path[1]));
    }
    if (path[0] == "apis" && path.size() == 1) {
        return replyOf(groupList(kinds));
    }
    if (path[0] == "apis" && path.size() == 2) {
        Value group = groupDocument(kinds, path[1]);
        if (!group.isNull()) {
            group.member("kind") = "APIGroup";
            group.member("apiVersion") = "v1";
        }
        return orNotFound(group);
    }
    if (path[0] == "apis" && path.size() == 3) {
        return orNotFound(resourceList(kinds, path[1], path[2]));
    }
    return std::nullopt;
}

} // namespace isthmus::sim
