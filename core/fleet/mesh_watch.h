// SPDX-License-Identifier: GPL-3.0-or-later
// The mesh as it is: follows all clusters and publishes one immutable picture of them. A cluster
// that fails turns stale in it, with its age; the others live on.
#pragma once

#include "core/fleet/cluster_session.h"
#include "core/fleet/connections.h"
#include "core/topology/builder.h"
#include "core/topology/snapshot.h"

#include <functional>
#include <memory>
#include <stop_token>

namespace isthmus::fleet {

/// Ends the subscription when it dies; after that no call begins, and none is under way.
class Subscription
{
public:
    Subscription() = default;

    explicit Subscription(std::shared_ptr<void> token)
        : m_token(std::move(token))
    { }

private:
    std::shared_ptr<void> m_token;
};

/// Where everything runs; tests bring their own.
struct Machinery
{
    std::function<std::unique_ptr<watch::Executor>()> executor; ///< one for each cluster, one more
    Background background;
};

struct MeshWatchOptions
{
    const Clock& clock;
    std::function<double()> random = {}; ///< uniform in [0, 1); a generator of its own where empty
    Milliseconds pace { 50 }; ///< between two pictures, at least
    Milliseconds askIstiodEvery { 10'000 };
    std::optional<Machinery> machinery = {}; ///< threads of its own where empty
};

/// Thread-safe.
class MeshWatch
{
public:
    using OnSnapshot = std::function<void(const topology::SnapshotPtr&)>;

    /// Begins at once. `connections` must outlive it.
    MeshWatch(const mesh::MeshSpec& spec, const Connections& connections, MeshWatchOptions options);
    /// Ends all watches and waits for its threads.
    ~MeshWatch();
    MeshWatch(const MeshWatch&) = delete;
    MeshWatch& operator=(const MeshWatch&) = delete;

    /// Never null.
    [[nodiscard]] topology::SnapshotPtr latest() const;
    /// Called with the newest picture at once and then with each, on a thread of the watch; must
    /// return soon and must not end its own subscription.
    [[nodiscard]] Subscription subscribe(OnSnapshot onSnapshot);
    /// The first picture in which each cluster is read as far as it can be, or is known to be away;
    /// the newest there is when the deadline passes or a stop comes. Waits; never on the GUI
    /// thread.
    [[nodiscard]] topology::SnapshotPtr waitSynced(Milliseconds deadline,
                                                   const std::stop_token& stop) const;
    /// Somebody saw requests cross, or fail to; replaces what was said of that direction.
    void report(topology::CrossingFact fact);
    /// The machine woke up, a network came back: every waiting watch tries again now.
    void wake();

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace isthmus::fleet
