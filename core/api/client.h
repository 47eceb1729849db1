// SPDX-License-Identifier: GPL-3.0-or-later
// One cluster's API, as the rest of the engine uses it: blocking calls on pool threads, batches
// with several requests in flight, watches as callbacks. Credentials are refreshed and retries
// counted here.
#pragma once

#include "core/api/types.h"
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

/// Thread-safe. Every call but fetch() and watch() waits, so none may come from the net or GUI
/// thread.
///
/// What is sent again here: after 401 once, where the token file holds another token by then;
/// anything after 429; reads after 5xx and broken connections, too. Never a write whose fate is
/// unknown: its error says Retry::Now where nothing was sent, and everything else is to be resolved
/// by reading.
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
        /// Never one that starts with "curl": servers then indent their answers, at twice the size.
        std::string userAgent = "isthmus";
        std::function<void(const std::string&)>
            warning = {}; ///< `Warning` headers; on the net thread
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

    /// One page of a list as it came, for who decodes it himself. Errors as list(); Gone where the
    /// token is too old.
    [[nodiscard]] Result<std::string>
    page(const Collection& collection, const PageOptions& options, std::stop_token stop = {});
    /// One page of a list, streamed; one try. It and watch() are the calls that do not wait, save
    /// for credentials and discovery.
    void fetch(const Collection& collection,
               const PageOptions& options,
               StreamHandler handler,
               std::stop_token stop);
    /// Opens a watch.
    void watch(const Collection& collection,
               const WatchOptions& options,
               StreamHandler handler,
               std::stop_token stop);

    [[nodiscard]] Result<json::Value> write(const Write& write, std::stop_token stop = {});
    /// In the order of `writes`, several in flight; `onDone` comes as each answer does, on the
    /// thread that called, one at a time, so it may write to disk. A transport error is an
    /// *unknown* outcome (never re-sent here); the caller reads back. After a stop what was not
    /// sent yet answers Cancelled.
    [[nodiscard]] std::vector<Result<json::Value>>
    writeAll(std::span<const Write> writes,
             const std::function<void(std::size_t, const Result<json::Value>&)>& onDone = {},
             std::stop_token stop = {});

    /// Waits until `done(object)` is true; the object is null while it does not exist. Watches the
    /// one object, so the answer comes within a round trip of the change. Errors: Timeout after
    /// `deadline`, Cancelled, Forbidden; a broken connection is retried until the deadline.
    [[nodiscard]] Result<json::Value> waitFor(const kube::ObjectKey& key,
                                              const std::function<bool(const json::Value&)>& done,
                                              Milliseconds deadline,
                                              std::stop_token stop = {});

    /// SelfSubjectAccessReviews, several in flight: allowed or not, in order.
    [[nodiscard]] Result<std::vector<bool>> allowed(std::span<const AccessReview> reviews,
                                                    std::stop_token stop = {});

    /// GET of any path ("/version", ".../pods/x:15014/proxy/metrics"): status and body as they
    /// come.
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
