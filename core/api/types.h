// SPDX-License-Identifier: GPL-3.0-or-later
// Options and answers of api::Client: plain values.
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/kube/requests.h"
#include "core/kube/write.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace isthmus::api {

/// One line of `--audit`: every request that was sent, as the contract in the CLI's documents says.
struct AuditRecord
{
    UtcTime at; ///< when it was sent
    ClusterId cluster;
    std::string verb; ///< HTTP method
    std::string path; ///< with query
    bool dryRun = false;
    std::string fieldManager = {};
    int status = 0; ///< 0: no answer
};

struct ServerVersion
{
    int major = 0;
    int minor = 0;
    std::string gitVersion;
};

struct ListOptions
{
    std::string labelSelector = {};
    std::string fieldSelector = {};
    int pageSize = 500;
};

using kube::AccessReview;
using kube::Verb;
using kube::Write;

/// Which objects a page or a watch is about.
struct Collection
{
    std::string apiVersion;
    std::string kind;
    std::string ns = {}; ///< empty: all namespaces
    std::string labelSelector = {};
    std::string fieldSelector = {};
    bool metadataOnly = false; ///< for objects whose content must not be read, as Secrets
};

struct PageOptions
{
    int limit = 500; ///< 0: everything at once
    std::string continueToken = {};
};

struct WatchOptions
{
    std::string resourceVersion; ///< of the list it follows
    int seconds = 290; ///< when the server ends it; load balancers cut at 300
};

/// How a watch ended. Without an error the server closed it in order.
struct StreamEnd
{
    std::optional<Error> error = {};
    std::optional<Milliseconds> retryAfter = {}; ///< what the server asked for
};

/// Called on the net thread; must return soon.
struct StreamHandler
{
    /// Bytes of a good answer, cut anywhere; false ends the stream with Cancelled.
    std::function<bool(std::string_view)> onBytes;
    /// Exactly once, after the last bytes.
    std::function<void(StreamEnd)> onEnd;
    /// The answer has begun, and is a good one.
    std::function<void()> onOpen = {};
};

} // namespace isthmus::api
