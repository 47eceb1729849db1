// SPDX-License-Identifier: GPL-3.0-or-later
// Kubernetes API calls as http::Request values: pure, so that a test can read every byte of them.
// Deadlines are those of design decision 22. Authorization and user agent are added where requests
// are sent.
#pragma once

#include "core/base/result.h"
#include "core/http/message.h"
#include "core/kube/object.h"
#include "core/kube/resource.h"

#include <string>
#include <string_view>

namespace isthmus::kube {

/// Refuses what would address something else than one object: an empty name (its path is the whole
/// collection, which DELETE would empty), names that are no path segment, a namespaced kind without
/// a namespace. Errors: Invalid.
[[nodiscard]] Result<void> checkKey(const Resource& resource, const ObjectKey& key);

[[nodiscard]] http::Request getRequest(const Resource& resource, const ObjectKey& key);

struct Selection
{
    std::string labelSelector = {};
    std::string fieldSelector = {};
    /// Objects come as their metadata alone, without so much as a byte of the rest.
    bool metadataOnly = false;
};

/// One page; `limit` 0 asks for everything. The parameters must stay the same from page to page.
[[nodiscard]] http::Request listRequest(const Resource& resource,
                                        std::string_view ns,
                                        const Selection& selection,
                                        int limit,
                                        std::string_view continueToken);

/// Stays open for `seconds`, with bookmarks; the client's own limits lie a little above: 10 s for
/// the whole stream, and 75 s of silence, as bookmarks come each minute.
[[nodiscard]] http::Request watchRequest(const Resource& resource,
                                         std::string_view ns,
                                         const Selection& selection,
                                         std::string_view resourceVersion,
                                         int seconds);

struct WriteFlags
{
    std::string fieldManager;
    bool dryRun = false;
    bool force = false; ///< server-side apply only
};

/// Server-side apply of the whole intent. `managedFields`, which the server refuses in a body, are
/// left out.
[[nodiscard]] http::Request
applyRequest(const Resource& resource, const json::Value& object, const WriteFlags& flags);
/// POST; on a connection of its own, for libcurl would send it again on a broken one.
[[nodiscard]] http::Request
createRequest(const Resource& resource, const json::Value& object, const WriteFlags& flags);
/// RFC 6902; on a connection of its own.
[[nodiscard]] http::Request jsonPatchRequest(const Resource& resource,
                                             const ObjectKey& key,
                                             const json::Value& patch,
                                             const WriteFlags& flags);
/// `preconditions` is {uid, resourceVersion}, either may be missing. What the object owns goes in
/// the background. Without a uid a second delivery could hit a successor, so then the connection is
/// its own.
[[nodiscard]] http::Request deleteRequest(const Resource& resource,
                                          const ObjectKey& key,
                                          const json::Value& preconditions,
                                          const WriteFlags& flags);

/// One question of a SelfSubjectAccessReview: may I do `verb` on this resource?
struct AccessReview
{
    std::string verb;
    std::string group = {};
    std::string resource;
    std::string ns = {}; ///< empty: in all namespaces
    std::string name = {};
    std::string subresource = {};
};

[[nodiscard]] http::Request accessReviewRequest(const AccessReview& review);

/// GET of a plain path, "/version".
[[nodiscard]] http::Request pathRequest(std::string path);
/// GET through the API server's proxy; `path` may carry a query.
[[nodiscard]] http::Request
podProxyRequest(std::string_view ns, std::string_view pod, int port, std::string_view path);
/// `port` is a number or a port's name.
[[nodiscard]] http::Request serviceProxyRequest(std::string_view ns,
                                                std::string_view service,
                                                std::string_view port,
                                                std::string_view path);

} // namespace isthmus::kube
