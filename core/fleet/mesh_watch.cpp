// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/mesh_watch.h"

#include "core/exec/worker_pool.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

namespace isthmus::fleet {

namespace {

topology::ClusterInputs identityOf(const mesh::Cluster& cluster)
{
    return { .id = cluster.name,
             .context = cluster.context,
             .role = cluster.role == mesh::Role::Primary ? topology::Role::Primary
                                                         : topology::Role::Remote,
             .network = cluster.network };
}

/// Uniform in [0, 1); any thread.
std::function<double()> generator()
{
    struct Generator
    {
        std::mutex mutex;
        std::mt19937_64 engine { std::random_device {}() };
    };

    return [own = std::make_shared<Generator>()] {
        const std::lock_guard lock(own->mutex);
        return std::uniform_real_distribution<double>()(own->engine);
    };
}

/// Who wants to hear of each picture.
struct Listener
{
    std::mutex mutex; ///< held during the call, so that ending waits for it
    MeshWatch::OnSnapshot call; ///< empty once the subscription has ended
};

} // namespace

struct MeshWatch::State : std::enable_shared_from_this<MeshWatch::State>
{
    explicit State(MeshWatchOptions theOptions)
        : options(std::move(theOptions))
    { }

    void addSession(const mesh::MeshSpec& spec, std::size_t i, const Connections& connections);
    void taken(std::size_t cluster, const ClusterSession::State& news);
    /// With the lock held.
    void schedule();
    void build();
    void tell(const topology::SnapshotPtr& snapshot);

    MeshWatchOptions options;
    std::unique_ptr<exec::WorkerPool> pool;
    std::unique_ptr<watch::Executor> builder;
    std::vector<std::unique_ptr<watch::Executor>> executors;
    std::vector<std::shared_ptr<ClusterSession>> sessions;
    std::promise<void> gone; ///< set when nobody holds `alive`
    std::shared_ptr<void> alive;

    std::mutex mutex; ///< guards what follows
    std::condition_variable_any changed;
    topology::Inputs inputs;
    std::vector<std::optional<topology::SyncFact>> sync; ///< by cluster
    std::vector<bool> settled; ///< likewise
    topology::SnapshotPtr latest;
    bool latestSettled = false;
    bool scheduled = false;
    std::optional<SteadyTime> builtAt;
    std::vector<std::weak_ptr<Listener>> listeners;
};

void MeshWatch::State::taken(std::size_t cluster, const ClusterSession::State& news)
{
    const std::lock_guard lock(mutex);
    inputs.clusters[cluster] = news.inputs;
    sync[cluster] = news.sync;
    settled[cluster] = news.settled;
    schedule();
}

void MeshWatch::State::schedule()
{
    if (std::exchange(scheduled, true)) {
        return;
    }
    const SteadyTime now = options.clock.steady();
    builder->postAt(builtAt ? std::max(now, *builtAt + options.pace) : now,
                    [weak = weak_from_this()] {
                        if (const auto self = weak.lock()) {
                            self->build();
                        }
                    });
}

void MeshWatch::State::build()
{
    std::unique_lock lock(mutex);
    scheduled = false;
    builtAt = options.clock.steady();
    topology::Inputs now = inputs;
    now.now = *builtAt;
    for (const std::optional<topology::SyncFact>& fact : sync) {
        if (fact) {
            now.sync.push_back(*fact);
        }
    }
    const bool isSettled = std::ranges::find(settled, false) == settled.end();
    lock.unlock();
    auto snapshot = std::make_shared<const topology::TopologySnapshot>(topology::build(now));
    lock.lock();
    latest = snapshot;
    latestSettled = isSettled;
    changed.notify_all();
    lock.unlock();
    tell(snapshot);
}

void MeshWatch::State::tell(const topology::SnapshotPtr& snapshot)
{
    std::vector<std::shared_ptr<Listener>> present;
    {
        const std::lock_guard lock(mutex);
        std::erase_if(listeners, [](const auto& one) { return one.expired(); });
        for (const std::weak_ptr<Listener>& one : listeners) {
            if (auto listener = one.lock()) {
                present.push_back(std::move(listener));
            }
        }
    }
    for (const std::shared_ptr<Listener>& listener : present) {
        const std::lock_guard lock(listener->mutex);
        if (listener->call) {
            listener->call(snapshot);
        }
    }
}

void MeshWatch::State::addSession(const mesh::MeshSpec& spec,
                                  std::size_t i,
                                  const Connections& connections)
{
    const mesh::Cluster& cluster = spec.clusters[i];
    std::vector<ClusterId> others;
    for (const mesh::Cluster& other : spec.clusters) {
        if (other.name != cluster.name) {
            others.push_back(other.name);
        }
    }
    executors.push_back(options.machinery->executor());
    sessions.push_back(std::make_shared<ClusterSession>(ClusterSession::Options {
        .client = *connections.find(cluster.name),
        .executor = *executors.back(),
        .background = options.machinery->background,
        .identity = identityOf(cluster),
        .others = std::move(others),
        .random = options.random,
        .onState =
            [weak = weak_from_this(), i](const ClusterSession::State& news) {
                if (const auto self = weak.lock()) {
                    self->taken(i, news);
                }
            },
        .askIstiodEvery = options.askIstiodEvery,
        .alive = alive }));
}

MeshWatch::MeshWatch(const mesh::MeshSpec& spec,
                     const Connections& connections,
                     MeshWatchOptions options)
    : m_state(std::make_shared<State>(std::move(options)))
{
    State& state = *m_state;
    if (!state.options.random) {
        state.options.random = generator();
    }
    if (!state.options.machinery) {
        state.pool =
            std::make_unique<exec::WorkerPool>(std::max<std::size_t>(spec.clusters.size(), 1));
        state.options.machinery =
            Machinery { .executor =
                            [&clock = state.options.clock] {
                                return std::make_unique<watch::ThreadExecutor>(clock);
                            },
                        .background =
                            [&pool = *state.pool](std::function<void()> task) {
                                pool.submit(
                                    [task = std::move(task)](const std::stop_token&) { task(); });
                            } };
    }
    state.builder = state.options.machinery->executor();
    state.inputs.mesh = spec.name;
    for (const mesh::Cluster& cluster : spec.clusters) {
        state.inputs.clusters.push_back(identityOf(cluster));
    }
    state.sync.resize(spec.clusters.size());
    state.settled.resize(spec.clusters.size(), spec.clusters.empty());
    topology::Inputs first = state.inputs;
    first.now = state.options.clock.steady();
    state.latest = std::make_shared<const topology::TopologySnapshot>(topology::build(first));
    state.alive = std::shared_ptr<void>(nullptr, [&gone = state.gone](void*) { gone.set_value(); });
    for (std::size_t i = 0; i < spec.clusters.size(); ++i) {
        state.addSession(spec, i, connections);
    }
    for (const std::shared_ptr<ClusterSession>& session : state.sessions) {
        session->start();
    }
}

MeshWatch::~MeshWatch()
{
    State& state = *m_state;
    for (const std::shared_ptr<ClusterSession>& session : state.sessions) {
        session->stop();
    }
    state.pool.reset(); // its tasks are stopped with their sessions
    state.sessions.clear();
    // A stream's last callback may still be on its way to an executor.
    state.alive.reset();
    state.gone.get_future().wait();
    state.executors.clear();
    state.builder.reset();
}

topology::SnapshotPtr MeshWatch::latest() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->latest;
}

Subscription MeshWatch::subscribe(OnSnapshot onSnapshot)
{
    auto listener = std::make_shared<Listener>();
    listener->call = std::move(onSnapshot);
    // On the builder, so that no older picture can follow a newer one.
    m_state->builder->post([weak = std::weak_ptr(m_state), watching = std::weak_ptr(listener)] {
        const auto self = weak.lock();
        const auto newest = watching.lock();
        if (!self || !newest) {
            return;
        }
        topology::SnapshotPtr snapshot;
        {
            const std::lock_guard lock(self->mutex);
            self->listeners.push_back(newest);
            snapshot = self->latest;
        }
        const std::lock_guard lock(newest->mutex);
        if (newest->call) {
            newest->call(snapshot);
        }
    });
    return Subscription(std::shared_ptr<void>(nullptr, [listener](void*) {
        const std::lock_guard lock(listener->mutex);
        listener->call = {};
    }));
}

topology::SnapshotPtr MeshWatch::waitSynced(Milliseconds deadline,
                                            const std::stop_token& stop) const
{
    std::unique_lock lock(m_state->mutex);
    m_state->changed.wait_for(lock, stop, deadline, [this] { return m_state->latestSettled; });
    return m_state->latest;
}

void MeshWatch::report(topology::CrossingFact fact)
{
    const SteadyTime over = fact.at + topology::evidenceLasts;
    const std::lock_guard lock(m_state->mutex);
    std::erase_if(m_state->inputs.crossings, [&fact](const topology::CrossingFact& old) {
        return old.from == fact.from && old.to == fact.to;
    });
    m_state->inputs.crossings.push_back(std::move(fact));
    m_state->schedule();
    // Nothing else may happen until it is too old to count.
    m_state->builder->postAt(over, [weak = std::weak_ptr(m_state)] {
        if (const auto self = weak.lock()) {
            const std::lock_guard again(self->mutex);
            self->schedule();
        }
    });
}

void MeshWatch::wake()
{
    for (const std::shared_ptr<ClusterSession>& session : m_state->sessions) {
        session->wake();
    }
}

} // namespace isthmus::fleet
