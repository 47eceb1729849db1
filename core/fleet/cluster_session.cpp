// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/cluster_session.h"

#include "core/operations/names.h"
#include "core/operations/steps/join_proof_step.h"
#include "core/watch/record_reflector.h"

#include <algorithm>
#include <utility>

namespace isthmus::fleet {

namespace {

constexpr Milliseconds pace { 25 }; ///< changes that come together are published together
constexpr Milliseconds firstBackoff { 1'000 };
constexpr Milliseconds longestBackoff { 30'000 };
constexpr int monitoringPort = 15014;

} // namespace

ClusterSession::ClusterSession(Options options)
    : m_options(std::move(options))
    , m_state { .inputs = m_options.identity }
{ }

ClusterSession::~ClusterSession()
{
    stop();
}

void ClusterSession::start()
{
    post([](ClusterSession& self) {
        self.connect();
        self.publish();
    });
}

void ClusterSession::stop()
{
    m_stop.request_stop();
}

void ClusterSession::wake()
{
    post([](ClusterSession& self) {
        if (self.m_kinds.empty()) {
            self.connect();
        }
        for (const Kind& kind : self.m_kinds) {
            kind.reflector->wake();
        }
    });
}

void ClusterSession::post(std::function<void(ClusterSession&)> task, std::optional<SteadyTime> at)
{
    auto guarded = [weak = weak_from_this(), task = std::move(task)] {
        if (const auto self = weak.lock(); self && !self->m_stop.stop_requested()) {
            task(*self);
        }
    };
    if (at) {
        m_options.executor.postAt(*at, std::move(guarded));
    } else {
        m_options.executor.post(std::move(guarded));
    }
}

/// A call that waits, its answer taken on the executor.
template<typename Answer>
void ClusterSession::ask(std::function<Answer(api::Client&, const std::stop_token&)> question,
                         std::function<void(ClusterSession&, Answer)> take)
{
    m_options.background([weak = weak_from_this(),
                          &client = m_options.client,
                          own = m_stop.get_token(),
                          question = std::move(question),
                          take = std::move(take)] {
        Answer answer = question(client, own);
        if (const auto self = weak.lock()) {
            self->post([take, answer = std::move(answer)](ClusterSession& session) {
                take(session, answer);
            });
        }
    });
}

/// The kinds are learnt here too: the watches would wait for that on the executor, one by one.
void ClusterSession::connect()
{
    if (std::exchange(m_connecting, true)) {
        return;
    }
    using Version = Result<api::ServerVersion>;
    ask<Version>(
        [](api::Client& client, const std::stop_token& stop) {
            Version version = client.version(stop);
            if (version) {
                if (auto kinds = client.discover(stop); !kinds) {
                    return Version(std::move(kinds).error());
                }
            }
            return version;
        },
        [](ClusterSession& self, Version version) { self.connected(std::move(version)); });
}

void ClusterSession::connected(Result<api::ServerVersion> version)
{
    m_connecting = false;
    if (version) {
        m_unreachable.reset();
        m_failures = 0;
        m_state.inputs.kubeVersion = version->gitVersion;
        followAll();
    } else {
        m_unreachable = std::move(version).error();
        const auto longest =
            std::min(firstBackoff * (1 << std::min(m_failures++, 5)), longestBackoff);
        const Milliseconds wait(static_cast<long long>((0.5 + m_options.random() / 2)
                                                       * static_cast<double>(longest.count())));
        post(
            [](ClusterSession& self) {
                if (self.m_kinds.empty()) {
                    self.connect();
                }
            },
            m_options.executor.clock().steady() + wait);
    }
    changed();
}

void ClusterSession::followAll()
{
    if (!m_kinds.empty()) {
        return;
    }
    using Inputs = topology::ClusterInputs;
    follow<watch::NamespaceRecord>(&Inputs::namespaces,
                                   { .apiVersion = "v1", .kind = "Namespace" });
    follow<watch::PodRecord>(&Inputs::pods, { .apiVersion = "v1", .kind = "Pod" });
    follow<watch::ServiceRecord>(&Inputs::services, { .apiVersion = "v1", .kind = "Service" });
    follow<watch::DeploymentRecord>(&Inputs::deployments,
                                    { .apiVersion = "apps/v1", .kind = "Deployment" });
    follow<watch::MetadataRecord>(&Inputs::remoteSecrets,
                                  { .apiVersion = "v1",
                                    .kind = "Secret",
                                    .ns = std::string(operations::istioNamespace),
                                    .labelSelector = "istio/multiCluster=true",
                                    .metadataOnly = true });
    constexpr const char* networking = "networking.istio.io/v1";
    follow<watch::ObjectRecord>(&Inputs::virtualServices,
                                { .apiVersion = networking, .kind = "VirtualService" });
    follow<watch::ObjectRecord>(&Inputs::destinationRules,
                                { .apiVersion = networking, .kind = "DestinationRule" });
    for (const Kind& kind : m_kinds) {
        kind.reflector->start();
    }
}

template<typename Record>
void ClusterSession::follow(topology::Records<Record> topology::ClusterInputs::* place,
                            api::Collection collection)
{
    const std::size_t index = m_kinds.size();
    Kind kind { .name = collection.kind };
    kind.takeEmpty = [place](topology::ClusterInputs& inputs) {
        inputs.*place = std::make_shared<const typename watch::Store<Record>::Table>();
    };
    watch::Reflector::Options options { .client = m_options.client,
                                        .executor = m_options.executor,
                                        .collection = std::move(collection),
                                        .random = m_options.random };
    options.onStatus =
        [weak = weak_from_this(), index, alive = m_options.alive](const watch::Status& status) {
            if (const auto self = weak.lock()) {
                self->heard(index, status);
            }
        };
    auto onChanges = [weak = weak_from_this(), index, place](const auto& /*changes*/,
                                                             watch::Store<Record>& store) {
        if (const auto self = weak.lock(); self && index < self->m_kinds.size()) {
            // The store lives as long as the reflector, which m_kinds holds.
            self->m_kinds[index].take = [place, &store](topology::ClusterInputs& inputs) {
                inputs.*place = store.snapshot();
            };
            self->changed();
        }
    };
    kind.reflector =
        std::make_shared<watch::RecordReflector<Record>>(std::move(options), std::move(onChanges));
    m_kinds.push_back(std::move(kind));
}

void ClusterSession::heard(std::size_t kind, const watch::Status& status)
{
    if (kind < m_kinds.size()) {
        m_kinds[kind].status = status;
        changed();
    }
}

void ClusterSession::changed()
{
    if (!std::exchange(m_publishing, true)) {
        post(
            [](ClusterSession& self) {
                self.m_publishing = false;
                self.publish();
            },
            m_options.executor.clock().steady() + pace);
    }
}

void ClusterSession::publish()
{
    for (const Kind& kind : m_kinds) {
        if (kind.take) {
            kind.take(m_state.inputs);
        } else if (kind.status.synced) {
            kind.takeEmpty(m_state.inputs);
        }
    }
    m_state.inputs.connection = connection();
    if (!m_asking && istiod() != nullptr) {
        askIstiod();
    }
    m_state.settled = settled();
    m_options.onState(m_state);
}

/// One kind that fails makes the picture doubtful; one that is denied or not served only leaves it
/// out.
topology::Connection ClusterSession::connection() const
{
    using topology::ConnectionState;
    topology::Connection out;
    const Error* trouble = m_unreachable ? &*m_unreachable : nullptr;
    const Error* denial = nullptr;
    bool pending = m_kinds.empty();
    bool anySynced = false;
    for (const Kind& kind : m_kinds) {
        const watch::Status& status = kind.status;
        const bool denied = status.state == watch::WatchState::Denied;
        anySynced = anySynced || status.synced;
        out.heardAt = std::max(out.heardAt, status.heardAt);
        if (denied || status.state == watch::WatchState::Unsupported) {
            out.missing.push_back({ .kind = kind.name, .denied = denied });
            denial = denied && status.error ? &*status.error : denial;
        } else if (status.error) {
            trouble = &*status.error;
        } else {
            pending = pending || !status.synced;
        }
    }
    if (trouble == nullptr && !m_kinds.empty() && out.missing.size() == m_kinds.size()) {
        trouble = denial; // nothing at all may be read
    }
    if (trouble != nullptr) {
        out.state = anySynced ? ConnectionState::Stale : ConnectionState::Away;
        out.error = trouble->code;
        out.reason = describe(*trouble);
    } else {
        out.state = pending ? ConnectionState::Connecting : ConnectionState::Live;
    }
    return out;
}

bool ClusterSession::settled() const
{
    if (m_unreachable) {
        return true;
    }
    const bool allHeard = !m_kinds.empty() && std::ranges::all_of(m_kinds, [](const Kind& kind) {
        return kind.status.synced || kind.status.error;
    });
    return allHeard && (m_asked || istiod() == nullptr);
}

/// A pod of the control plane that can be asked; null where the cluster has none.
const watch::PodRecord* ClusterSession::istiod() const
{
    if (!m_state.inputs.pods) {
        return nullptr;
    }
    for (const auto& [key, pod] : *m_state.inputs.pods) {
        const auto app = pod->meta.labels.find("app");
        if (app != pod->meta.labels.end() && app->second == "istiod" && pod->phase == "Running") {
            return pod.get();
        }
    }
    return nullptr;
}

void ClusterSession::askIstiod()
{
    m_asking = true;
    const watch::PodRecord& pod = *istiod();
    using Metrics = Result<std::string>;
    ask<Metrics>(
        [ns = pod.meta.ns, name = pod.meta.name](api::Client& client, const std::stop_token& stop) {
            return client.podProxy(ns, name, monitoringPort, "/metrics", stop);
        },
        [](ClusterSession& self, const Metrics& metrics) { self.istiodSaid(metrics); });
}

void ClusterSession::istiodSaid(const Result<std::string>& metrics)
{
    m_asked = true;
    if (metrics) {
        topology::SyncFact fact { .primary = m_options.identity.id,
                                  .at = m_options.executor.clock().steady() };
        for (const ClusterId& other : m_options.others) {
            std::string status = operations::remoteSyncStatus(*metrics, other.str());
            if (!status.empty()) {
                fact.status.emplace(other, std::move(status));
            }
        }
        m_state.sync = std::move(fact);
    } else {
        m_state.sync.reset(); // better nothing than an old word
    }
    post(
        [](ClusterSession& self) {
            self.m_asking = false;
            self.changed(); // publishing asks again
        },
        m_options.executor.clock().steady() + m_options.askIstiodEvery);
    changed();
}

} // namespace isthmus::fleet
