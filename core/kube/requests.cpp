// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/requests.h"

#include "core/base/strings.h"

namespace isthmus::kube {

namespace {

constexpr std::string_view jsonType = "application/json";
/// A full list of a large cluster; the ordinary bound would cut it.
constexpr std::size_t listBytes = std::size_t { 256 } << 20;

/// Appends `name=value` to a target; empty values are left out.
class Query
{
public:
    explicit Query(std::string path)
        : m_target(std::move(path))
    { }

    Query& add(std::string_view name, std::string_view value)
    {
        if (!value.empty()) {
            m_target += m_first ? '?' : '&';
            m_first = false;
            m_target += name;
            m_target += '=';
            m_target += percentEncode(value);
        }
        return *this;
    }

    [[nodiscard]] std::string target() { return std::move(m_target); }

private:
    std::string m_target;
    bool m_first = true;
};

http::Request read(std::string target)
{
    return { .method = http::Method::Get,
             .target = std::move(target),
             .headers = { { "Accept", std::string(jsonType) } } };
}

void askForMetadata(http::Request& request, std::string_view kind)
{
    request.headers = {
        { "Accept", std::string(jsonType) + ";as=" + std::string(kind) + ";g=meta.k8s.io;v=v1" }
    };
}

http::Request writing(http::Method method, Query query, std::string_view type, std::string body)
{
    return { .method = method,
             .target = query.target(),
             .headers = { { "Accept", std::string(jsonType) },
                          { "Content-Type", std::string(type) } },
             .body = std::move(body) };
}

Query flagged(std::string path, const WriteFlags& flags)
{
    Query query(std::move(path));
    query.add("fieldManager", flags.fieldManager)
        .add("dryRun", flags.dryRun ? "All" : "")
        .add("fieldValidation", "Strict");
    return query;
}

std::string bodyOf(const json::Value& object)
{
    if (!object["metadata"].contains("managedFields")) {
        return json::write(object);
    }
    json::Value copy = object;
    copy.member("metadata").erase("managedFields");
    std::string body = json::write(copy);
    json::wipe(copy); // it may be a Secret
    return body;
}

bool isPathSegment(std::string_view name)
{
    return !name.empty() && name != "." && name != ".."
        && name.find_first_of("/%") == std::string_view::npos;
}

http::Request proxied(std::string base, std::string_view path)
{
    base += "/proxy";
    if (path.empty() || path.front() != '/') {
        base += '/';
    }
    base += path;
    http::Request request = read(std::move(base));
    request.headers = { { "Accept", "*/*" } };
    return request;
}

} // namespace

Result<void> checkKey(const Resource& resource, const ObjectKey& key)
{
    const bool nameless = !isPathSegment(key.name);
    const bool homeless = resource.namespaced && !isPathSegment(key.ns);
    if (!nameless && !homeless) {
        return {};
    }
    return Error { .code = ErrorCode::Invalid,
                   .message = nameless ? msg("kube.bad-name", { { "name", key.name } })
                                       : msg("kube.bad-namespace", { { "name", key.ns } }),
                   .detail = "it would address something else than one object",
                   .remedy = msg("kube.bad-name.do") };
}

http::Request getRequest(const Resource& resource, const ObjectKey& key)
{
    return read(objectPath(resource, key.ns, key.name));
}

http::Request listRequest(const Resource& resource,
                          std::string_view ns,
                          const Selection& selection,
                          int limit,
                          std::string_view continueToken)
{
    http::Request request = read(Query(collectionPath(resource, ns))
                                     .add("labelSelector", selection.labelSelector)
                                     .add("fieldSelector", selection.fieldSelector)
                                     .add("limit", limit > 0 ? std::to_string(limit) : "")
                                     .add("continue", continueToken)
                                     .target());
    if (selection.metadataOnly) {
        askForMetadata(request, "PartialObjectMetadataList");
    }
    request.compressed = true;
    request.deadlines.total = Milliseconds { 60'000 };
    request.maxBody = listBytes;
    return request;
}

http::Request watchRequest(const Resource& resource,
                           std::string_view ns,
                           const Selection& selection,
                           std::string_view resourceVersion,
                           int seconds)
{
    http::Request request = read(Query(collectionPath(resource, ns))
                                     .add("watch", "1")
                                     .add("allowWatchBookmarks", "true")
                                     .add("resourceVersion", resourceVersion)
                                     .add("labelSelector", selection.labelSelector)
                                     .add("fieldSelector", selection.fieldSelector)
                                     .add("timeoutSeconds", std::to_string(seconds))
                                     .target());
    if (selection.metadataOnly) {
        askForMetadata(request, "PartialObjectMetadata");
    }
    request.deadlines.total = Milliseconds { (seconds + 10) * 1'000 };
    request.deadlines.silence = Milliseconds { 75'000 };
    return request;
}

http::Request
applyRequest(const Resource& resource, const json::Value& object, const WriteFlags& flags)
{
    const ObjectKey key = keyOf(object);
    Query query = flagged(objectPath(resource, key.ns, key.name), flags);
    query.add("force", flags.force ? "true" : "");
    // JSON text under the YAML type: servers refuse "apply-patch+json" (reference kube-client
    // §2.3).
    return writing(
        http::Method::Patch, std::move(query), "application/apply-patch+yaml", bodyOf(object));
}

http::Request
createRequest(const Resource& resource, const json::Value& object, const WriteFlags& flags)
{
    http::Request request = writing(http::Method::Post,
                                    flagged(collectionPath(resource, keyOf(object).ns), flags),
                                    jsonType,
                                    bodyOf(object));
    request.freshConnection = true;
    return request;
}

http::Request jsonPatchRequest(const Resource& resource,
                               const ObjectKey& key,
                               const json::Value& patch,
                               const WriteFlags& flags)
{
    http::Request request = writing(http::Method::Patch,
                                    flagged(objectPath(resource, key.ns, key.name), flags),
                                    "application/json-patch+json",
                                    json::write(patch));
    request.freshConnection = true;
    return request;
}

http::Request deleteRequest(const Resource& resource,
                            const ObjectKey& key,
                            const json::Value& preconditions,
                            const WriteFlags& flags)
{
    json::Value body(json::Object { { "apiVersion", "v1" },
                                    { "kind", "DeleteOptions" },
                                    { "propagationPolicy", "Background" } });
    for (const char* name : { "uid", "resourceVersion" }) {
        if (const std::string& value = preconditions[name].string(); !value.empty()) {
            body.member("preconditions").member(name) = value;
        }
    }
    if (flags.dryRun) {
        body.member("dryRun").push("All");
    }
    Query query(objectPath(resource, key.ns, key.name));
    query.add("dryRun", flags.dryRun ? "All" : "");
    http::Request request =
        writing(http::Method::Delete, std::move(query), jsonType, json::write(body));
    request.freshConnection = preconditions["uid"].string().empty();
    return request;
}

http::Request accessReviewRequest(const AccessReview& review)
{
    json::Object attributes;
    const std::pair<const char*, const std::string&> fields[] = {
        { "verb", review.verb },    { "group", review.group }, { "resource", review.resource },
        { "namespace", review.ns }, { "name", review.name },   { "subresource", review.subresource }
    };
    for (const auto& [name, value] : fields) {
        if (!value.empty()) {
            attributes.emplace(name, value);
        }
    }
    const json::Value body(json::Object {
        { "apiVersion", "authorization.k8s.io/v1" },
        { "kind", "SelfSubjectAccessReview" },
        { "spec", json::Object { { "resourceAttributes", std::move(attributes) } } } });
    return writing(http::Method::Post,
                   Query("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
                   jsonType,
                   json::write(body));
}

http::Request pathRequest(std::string path)
{
    return read(std::move(path));
}

http::Request
podProxyRequest(std::string_view ns, std::string_view pod, int port, std::string_view path)
{
    return proxied("/api/v1/namespaces/" + percentEncode(ns) + "/pods/" + percentEncode(pod) + ':'
                       + std::to_string(port),
                   path);
}

http::Request serviceProxyRequest(std::string_view ns,
                                  std::string_view service,
                                  std::string_view port,
                                  std::string_view path)
{
    return proxied("/api/v1/namespaces/" + percentEncode(ns) + "/services/" + percentEncode(service)
                       + ':' + percentEncode(port),
                   path);
}

} // namespace isthmus::kube
