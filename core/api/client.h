// SPDX-License-Identifier: GPL-3.0-or-later
// One cluster's API, as the rest of the engine uses it: blocking calls on pool threads, batches with
// several requests in flight, watches as callbacks. Credentials are refreshed and retries counted here.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/http/transport.h"
#include "core/json/value.h"
#include "core/kube/object.h"
#include "core/kube/resource.h"
#include "core/kubeconfig/connection.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace isthmus::api {

/// One line of `--audit`: every request that was sent, as the contract in the CLI's documents says.
struct AuditRecord
{
    UtcTime at;
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

/// What a write asks the server for beside the body.
struct WriteOptions
{
    bool dryRun = false;
    bool force = false; ///< take fields from other managers; only for what a person confirmed
};

enum class Verb { Apply, Create, Delete, JsonPatch };

/// One write as a value, so that a batch can be journalled before any of it leaves.
struct Write
{
    Verb verb = Verb::Apply;
    kube::ObjectKey key;
    json::Value body = {}; ///< the object; the patch for JsonPatch; preconditions {uid, resourceVersion} for Delete
    WriteOptions options = {};
    bool sensitive = false; ///< the body holds a key or token: never logged, wiped after sending
};

struct ListOptions
{
    std::string labelSelector = {};
    std::string fieldSelector = {};
    int pageSize = 500;
};

struct AccessReview
{
    std::string verb;
    std::string group = {};
    std::string resource;
    std::string ns = {};
    std::string name = {};
    std::string subresource = {};
};

/// Thread-safe. Every call waits, so none may come from the net or GUI thread.
class Client
{
public:
    struct Options
    {
        ClusterId cluster;
        const Clock& clock;
        std::function<void(const AuditRecord&)> audit = {}; ///< called on the net thread
        int inFlight = 8;
        std::string fieldManager = "isthmus";
    };

    Client(http::Transport& transport, kubeconfig::Connection connection, Options options);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    [[nodiscard]] const ClusterId& cluster() const;
    [[nodiscard]] const kubeconfig::Connection& connection() const;

    [[nodiscard]] Result<ServerVersion> version(std::stop_token stop = {});
    /// UID of kube-system.
    [[nodiscard]] Result<ClusterUid> clusterUid(std::stop_token stop = {});
    /// Server time minus ours, from the Date header of the last answer; to the second.
    [[nodiscard]] std::optional<Milliseconds> clockSkew() const;

    /// Reads discovery anew. The map is kept and used by every call below that takes a key.
    [[nodiscard]] Result<kube::ResourceMap> discover(std::stop_token stop = {});
    /// Kinds that are about to exist (CRDs of a plan), beside those that discovery knows.
    void learn(const kube::ResourceMap& resources);

    /// Errors: NotFound (object or kind), Forbidden, Unauthorized, Unreachable, Tls, Timeout, …
    [[nodiscard]] Result<json::Value> get(const kube::ObjectKey& key, std::stop_token stop = {});
    /// In the order of `keys`, several in flight.
    [[nodiscard]] std::vector<Result<json::Value>> getAll(std::span<const kube::ObjectKey> keys,
                                                          std::stop_token stop = {});
    /// All pages. Each item gets its apiVersion and kind, which lists leave out.
    [[nodiscard]] Result<std::vector<json::Value>> list(const std::string& apiVersion,
                                                        const std::string& kind,
                                                        const std::string& ns,
                                                        const ListOptions& options = {},
                                                        std::stop_token stop = {});

    [[nodiscard]] Result<json::Value> write(const Write& write, std::stop_token stop = {});
    /// In the order of `writes`, several in flight; `onDone` comes on the net thread as each answer does.
    /// A transport error is an *unknown* outcome (never re-sent here); the caller reads back.
    [[nodiscard]] std::vector<Result<json::Value>>
    writeAll(std::span<const Write> writes,
             const std::function<void(std::size_t, const Result<json::Value>&)>& onDone = {},
             std::stop_token stop = {});

    /// Waits until `done(object)` is true; the object is null while it does not exist. Watches the one
    /// object, so the answer comes within a round trip of the change. Errors: Timeout after `deadline`,
    /// Cancelled, Forbidden; a broken connection is retried until the deadline.
    [[nodiscard]] Result<json::Value>
    waitFor(const kube::ObjectKey& key,
            const std::function<bool(const json::Value&)>& done,
            Milliseconds deadline,
            std::stop_token stop = {});

    /// SelfSubjectAccessReviews, several in flight: allowed or not, in order.
    [[nodiscard]] Result<std::vector<bool>> allowed(std::span<const AccessReview> reviews,
                                                    std::stop_token stop = {});

    /// GET of any path ("/version", ".../pods/x:15014/proxy/metrics"): status and body as they come.
    [[nodiscard]] Result<http::Response> raw(const std::string& path, std::stop_token stop = {});
    [[nodiscard]] Result<std::string> podProxy(const std::string& ns,
                                               const std::string& pod,
                                               int port,
                                               const std::string& path,
                                               std::stop_token stop = {});
    [[nodiscard]] Result<std::string> serviceProxy(const std::string& ns,
                                                   const std::string& service,
                                                   const std::string& port,
                                                   const std::string& path,
                                                   std::stop_token stop = {});

    /// Every verb but GET and HEAD that was sent without dryRun, access and token reviews excepted.
    [[nodiscard]] int writesSent() const;

private:
    class State;
    std::unique_ptr<State> m_state;
};

} // namespace isthmus::api
