// SPDX-License-Identifier: GPL-3.0-or-later
// What an answer with an error status means: Kubernetes' Status objects, and the plain text or HTML
// that proxies and overloaded servers send instead. Pure.
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/http/message.h"
#include "core/json/value.h"

#include <optional>
#include <string>
#include <vector>

namespace isthmus::kube {

/// The error of an answer whose status is 400 or above. Code, message and remedy follow the Status'
/// reason and causes; `detail` holds the server's own words, at most 2 KiB. Retry::After for what
/// may pass by itself (429, 5xx, a namespace that is going), else Retry::Never.
[[nodiscard]] Error errorOf(const http::Response& response);

/// The same for a Status object on its own, as an ERROR event of a watch carries it.
[[nodiscard]] Error errorOf(const json::Value& status);

/// How long the server asks to wait: Retry-After in seconds, else the Status' retryAfterSeconds.
[[nodiscard]] std::optional<Milliseconds> retryAfter(const http::Response& response);

/// Whether the body calls itself JSON; anything else comes from somebody in between.
[[nodiscard]] bool isJson(const http::Response& response);

/// Whether a 404 says that the path, so the kind, is not served, rather than that the object is
/// missing.
[[nodiscard]] bool isNotServed(const http::Response& response);

/// The token of an expired list that goes on with what is there now; empty where there is none.
[[nodiscard]] std::string continueAfterExpiry(const http::Response& response);

/// Whether the error is the answer to a resourceVersion that the server has not reached yet.
[[nodiscard]] bool isAheadOfServer(const Error& error);

/// One field that another field manager owns.
struct Conflict
{
    std::string
        manager; ///< "mesh"; for managers by update as the server says it: "kubectl-edit using v1"
    std::string field; ///< ".spec.http"

    friend bool operator==(const Conflict&, const Conflict&) = default;
};

/// The conflicts of a refused server-side apply, in the server's order; empty for every other
/// error.
[[nodiscard]] std::vector<Conflict> conflictsOf(const Error& error);

/// What a 403 by RBAC says is missing.
struct MissingRight
{
    std::string user;
    std::string verb;
    std::string group; ///< empty for the core group
    std::string resource; ///< with its sub-resource: "pods/exec"
    std::string ns; ///< empty: at the cluster scope

    friend bool operator==(const MissingRight&, const MissingRight&) = default;
};

/// Reads the authorizer's sentence, whose form has not changed since Kubernetes 1.6; nothing for
/// others.
[[nodiscard]] std::optional<MissingRight> missingRight(std::string_view message);
/// The rule that would grant it, as one line of YAML.
[[nodiscard]] std::string ruleFor(const MissingRight& right);

} // namespace isthmus::kube
