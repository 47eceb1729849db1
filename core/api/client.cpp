// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/client.h"

#include "core/api/answer.h"
#include "core/api/kinds.h"
#include "core/api/ledger.h"
#include "core/api/sender.h"
#include "core/api/wait.h"
#include "core/base/secret.h"
#include "core/base/strings.h"
#include "core/kube/requests.h"

#include <algorithm>

namespace isthmus::api {

namespace {

/// "36" of "36+", as GKE and others write it.
int leadingNumber(const std::string& text)
{
    const std::size_t end = text.find_first_not_of("0123456789");
    return static_cast<int>(toInteger(text.substr(0, end)).value_or(0));
}

kube::Selection selectionOf(const Collection& collection)
{
    return { .labelSelector = collection.labelSelector,
             .fieldSelector = collection.fieldSelector,
             .metadataOnly = collection.metadataOnly };
}

} // namespace

class Client::State
{
public:
    State(http::Transport& transport, kubeconfig::Connection theConnection, Options theOptions)
        : options(std::move(theOptions))
        , connection(std::move(theConnection))
        , ledger(std::make_shared<Ledger>(Ledger::Options { .cluster = options.cluster,
                                                            .clock = options.clock,
                                                            .audit = options.audit,
                                                            .warning = options.warning }))
        , sender(transport,
                 connection,
                 ledger,
                 { .clock = options.clock,
                   .inFlight = options.inFlight,
                   .userAgent = options.userAgent })
        , kinds(sender)
    { }

    [[nodiscard]] Error named(Error error, const std::string& what) const
    {
        if (error.subject.empty()) {
            error.subject = options.cluster.str() + ": " + what;
        }
        return error;
    }

    [[nodiscard]] Error named(Error error, const kube::ObjectKey& key) const
    {
        return named(std::move(error), text(key));
    }

    /// The kind's place, for a key that means one object.
    Result<Kinds::Found> place(const kube::ObjectKey& key, const std::stop_token& stop)
    {
        auto found = kinds.find(key.apiVersion, key.kind, stop);
        if (!found) {
            return found;
        }
        if (auto checked = checkKey(found->resource, key); !checked) {
            return std::move(checked).error();
        }
        return found;
    }

    Result<Job> readJob(const kube::ObjectKey& key, const std::stop_token& stop)
    {
        auto found = place(key, stop);
        if (!found) {
            return std::move(found).error();
        }
        return Job { .request = kube::getRequest(found->resource, key) };
    }

    Result<Job> writeJob(const Write& write, const std::stop_token& stop)
    {
        auto found = place(write.key, stop);
        if (!found) {
            return std::move(found).error();
        }
        if ((write.verb == Verb::Apply || write.verb == Verb::Create)
            && kube::keyOf(write.body) != write.key) {
            return Error { .code = ErrorCode::Invalid,
                           .message = msg("api.key-mismatch"),
                           .detail = "the body is " + text(kube::keyOf(write.body)),
                           .remedy = msg("api.key-mismatch.do") };
        }
        // A dry run is a question: "not served yet" is its answer.
        const bool mayBeNew = found->learnt && write.verb != Verb::Delete && !write.dryRun;
        Job job { .request = requestFor(found->resource, write),
                  .kind = mayBeNew ? JobKind::WriteOfNewKind : JobKind::Write };
        job.request.sensitive = write.sensitive;
        return job;
    }

    /// Sends the jobs that could be made; the others keep their error. Decoded, in order, with
    /// subjects.
    std::vector<Result<json::Value>>
    sendAll(std::vector<Result<Job>> jobs,
            const std::function<const kube::ObjectKey&(std::size_t)>& keyAt,
            const std::function<void(std::size_t, const Result<json::Value>&)>& onDone,
            const std::stop_token& stop)
    {
        std::vector<Result<json::Value>> out(jobs.size(), cancelled());
        std::vector<Job> sendable;
        std::vector<std::size_t> positions;
        const auto settle = [&](std::size_t at, Result<json::Value> value) {
            out[at] = value ? std::move(value)
                            : Result<json::Value>(named(std::move(value).error(), keyAt(at)));
            if (onDone) {
                onDone(at, out[at]);
            }
        };
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            if (jobs[i]) {
                sendable.push_back(std::move(*jobs[i]));
                positions.push_back(i);
            } else {
                settle(i, jobs[i].error());
            }
        }
        (void)sender.run(
            std::move(sendable),
            [&](std::size_t i, const Result<http::Response>& outcome) {
                settle(positions[i], decoded(outcome));
            },
            stop);
        return out;
    }

    Options options;
    kubeconfig::Connection connection;
    std::shared_ptr<Ledger> ledger;
    Sender sender;
    Kinds kinds;

private:
    [[nodiscard]] http::Request requestFor(const kube::Resource& resource, const Write& write) const
    {
        const kube::WriteFlags flags { .fieldManager = options.fieldManager,
                                       .dryRun = write.dryRun,
                                       .force = write.force };
        switch (write.verb) {
        case Verb::Create:
            return createRequest(resource, write.body, flags);
        case Verb::Delete:
            return deleteRequest(resource, write.key, write.body, flags);
        case Verb::JsonPatch:
            return jsonPatchRequest(resource, write.key, write.body, flags);
        case Verb::Apply:
            break;
        }
        return applyRequest(resource, write.body, flags);
    }
};

Client::Client(http::Transport& transport, kubeconfig::Connection connection, Options options)
    : m_state(std::make_unique<State>(transport, std::move(connection), std::move(options)))
{ }

Client::~Client() = default;

const ClusterId& Client::cluster() const
{
    return m_state->options.cluster;
}

const kubeconfig::Connection& Client::connection() const
{
    return m_state->connection;
}

Result<ServerVersion> Client::version(std::stop_token stop)
{
    auto answer = decoded(m_state->sender.run({ .request = kube::pathRequest("/version") }, stop));
    if (!answer) {
        return m_state->named(std::move(answer).error(), "/version");
    }
    return ServerVersion { .major = leadingNumber((*answer)["major"].string()),
                           .minor = leadingNumber((*answer)["minor"].string()),
                           .gitVersion = (*answer)["gitVersion"].string() };
}

Result<ClusterUid> Client::clusterUid(std::stop_token stop)
{
    // By path: whoever asks which cluster this is should not need discovery first.
    auto answer = decoded(m_state->sender.run(
        { .request = kube::pathRequest("/api/v1/namespaces/kube-system") }, stop));
    if (!answer) {
        return m_state->named(std::move(answer).error(), "Namespace kube-system");
    }
    return ClusterUid(kube::uid(*answer));
}

std::optional<Milliseconds> Client::clockSkew() const
{
    return m_state->ledger->clockSkew();
}

Result<kube::ResourceMap> Client::discover(std::stop_token stop)
{
    auto map = m_state->kinds.discover(stop);
    if (!map) {
        return m_state->named(std::move(map).error(), "discovery");
    }
    return map;
}

void Client::learn(const kube::ResourceMap& resources)
{
    m_state->kinds.learn(resources);
}

Result<json::Value> Client::get(const kube::ObjectKey& key, std::stop_token stop)
{
    return std::move(getAll({ &key, 1 }, std::move(stop)).front());
}

std::vector<Result<json::Value>> Client::getAll(std::span<const kube::ObjectKey> keys,
                                                std::stop_token stop)
{
    std::vector<Result<Job>> jobs;
    for (const kube::ObjectKey& key : keys) {
        jobs.push_back(m_state->readJob(key, stop));
    }
    return m_state->sendAll(
        std::move(jobs),
        [&](std::size_t i) -> const kube::ObjectKey& { return keys[i]; },
        {},
        stop);
}

Result<std::vector<json::Value>> Client::list(const std::string& apiVersion,
                                              const std::string& kind,
                                              const std::string& ns,
                                              const ListOptions& options,
                                              std::stop_token stop)
{
    const auto found = m_state->kinds.find(apiVersion, kind, stop);
    if (!found) {
        return m_state->named(found.error(), kind);
    }
    const kube::Selection selection { .labelSelector = options.labelSelector,
                                      .fieldSelector = options.fieldSelector };
    std::vector<json::Value> items;
    std::string token;
    int limit = options.pageSize;
    do {
        auto page = decoded(m_state->sender.run(
            { .request = kube::listRequest(found->resource, ns, selection, limit, token) }, stop));
        if (!page && page.error().code == ErrorCode::Gone && !token.empty()) {
            // The list took longer than the server keeps its state: once more, in one piece.
            items.clear();
            token.clear();
            limit = 0;
            page = decoded(m_state->sender.run(
                { .request = kube::listRequest(found->resource, ns, selection, limit, token) },
                stop));
        }
        if (!page) {
            return m_state->named(std::move(page).error(), kind);
        }
        token = (*page)["metadata"]["continue"].string();
        if (json::Array* more = page->member("items").asArray()) {
            for (json::Value& item : *more) {
                item.member("apiVersion") = apiVersion;
                item.member("kind") = kind;
                items.push_back(std::move(item));
            }
        }
    } while (!token.empty());
    return items;
}

Result<std::string>
Client::page(const Collection& collection, const PageOptions& options, std::stop_token stop)
{
    const auto found = m_state->kinds.find(collection.apiVersion, collection.kind, stop);
    if (!found) {
        return m_state->named(found.error(), collection.kind);
    }
    auto outcome = m_state->sender.run({ .request = kube::listRequest(found->resource,
                                                                      collection.ns,
                                                                      selectionOf(collection),
                                                                      options.limit,
                                                                      options.continueToken) },
                                       stop);
    if (auto good = accepted(outcome); !good) {
        return m_state->named(std::move(good).error(), collection.kind);
    }
    return std::move(outcome->body);
}

void Client::fetch(const Collection& collection,
                   const PageOptions& options,
                   StreamHandler handler,
                   std::stop_token stop)
{
    const auto found = m_state->kinds.find(collection.apiVersion, collection.kind, stop);
    if (!found) {
        handler.onEnd({ .error = m_state->named(found.error(), collection.kind) });
        return;
    }
    m_state->sender.stream(kube::listRequest(found->resource,
                                             collection.ns,
                                             selectionOf(collection),
                                             options.limit,
                                             options.continueToken),
                           std::move(handler),
                           stop);
}

void Client::watch(const Collection& collection,
                   const WatchOptions& options,
                   StreamHandler handler,
                   std::stop_token stop)
{
    const auto found = m_state->kinds.find(collection.apiVersion, collection.kind, stop);
    if (!found) {
        handler.onEnd({ .error = m_state->named(found.error(), collection.kind) });
        return;
    }
    m_state->sender.stream(kube::watchRequest(found->resource,
                                              collection.ns,
                                              selectionOf(collection),
                                              options.resourceVersion,
                                              options.seconds),
                           std::move(handler),
                           stop);
}

Result<json::Value> Client::write(const Write& write, std::stop_token stop)
{
    return std::move(writeAll({ &write, 1 }, {}, std::move(stop)).front());
}

std::vector<Result<json::Value>>
Client::writeAll(std::span<const Write> writes,
                 const std::function<void(std::size_t, const Result<json::Value>&)>& onDone,
                 std::stop_token stop)
{
    std::vector<Result<Job>> jobs;
    for (const Write& write : writes) {
        jobs.push_back(m_state->writeJob(write, stop));
    }
    return m_state->sendAll(
        std::move(jobs),
        [&](std::size_t i) -> const kube::ObjectKey& { return writes[i].key; },
        onDone,
        stop);
}

Result<json::Value> Client::waitFor(const kube::ObjectKey& key,
                                    const std::function<bool(const json::Value&)>& done,
                                    Milliseconds deadline,
                                    std::stop_token stop)
{
    const auto found = m_state->place(key, stop);
    if (!found) {
        return m_state->named(found.error(), key);
    }
    auto object = waitForObject(m_state->sender, found->resource, key, done, deadline, stop);
    if (!object) {
        return m_state->named(std::move(object).error(), key);
    }
    return object;
}

Result<std::vector<bool>> Client::allowed(std::span<const AccessReview> reviews,
                                          std::stop_token stop)
{
    std::vector<Job> jobs;
    for (const AccessReview& review : reviews) {
        jobs.push_back({ .request = kube::accessReviewRequest(review) }); // changes nothing: a read
    }
    std::vector<bool> out;
    for (const auto& outcome : m_state->sender.run(std::move(jobs), {}, stop)) {
        const auto answer = decoded(outcome);
        if (!answer) {
            return m_state->named(answer.error(), "SelfSubjectAccessReview");
        }
        out.push_back((*answer)["status"]["allowed"].boolean());
    }
    return out;
}

Result<http::Response> Client::raw(const std::string& path, std::stop_token stop)
{
    auto response =
        m_state->sender.run({ .request = kube::pathRequest(path), .kind = JobKind::Proxied }, stop);
    if (!response) {
        return m_state->named(std::move(response).error(), path);
    }
    return response;
}

Result<std::string> Client::podProxy(const std::string& ns,
                                     const std::string& pod,
                                     int port,
                                     const std::string& path,
                                     std::stop_token stop)
{
    auto response = m_state->sender.run(
        { .request = kube::podProxyRequest(ns, pod, port, path), .kind = JobKind::Proxied }, stop);
    if (auto good = accepted(response); !good) {
        return m_state->named(std::move(good).error(), "Pod " + ns + '/' + pod);
    }
    return std::move(response->body);
}

Result<std::string> Client::serviceProxy(const std::string& ns,
                                         const std::string& service,
                                         const std::string& port,
                                         const std::string& path,
                                         std::stop_token stop)
{
    auto response = m_state->sender.run(
        { .request = kube::serviceProxyRequest(ns, service, port, path), .kind = JobKind::Proxied },
        stop);
    if (auto good = accepted(response); !good) {
        return m_state->named(std::move(good).error(), "Service " + ns + '/' + service);
    }
    return std::move(response->body);
}

int Client::writesSent() const
{
    return m_state->ledger->writesSent();
}

} // namespace isthmus::api
