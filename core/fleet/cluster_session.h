// SPDX-License-Identifier: GPL-3.0-or-later
// One cluster, followed: its watches, the state of its connection, and now and then istiod's word
// on the clusters that it reads. It fails and backs off alone.
#pragma once

#include "core/api/client.h"
#include "core/topology/inputs.h"
#include "core/watch/executor.h"
#include "core/watch/reflector.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace isthmus::fleet {

/// Runs a call that waits, on a thread where that harms nobody.
using Background = std::function<void(std::function<void()>)>;

/// Made by std::make_shared. Everything happens on its executor.
class ClusterSession : public std::enable_shared_from_this<ClusterSession>
{
public:
    struct State
    {
        topology::ClusterInputs inputs;
        std::optional<topology::SyncFact> sync = {};
        /// All that one look can show is there, or why it is not.
        bool settled = false;
    };

    struct Options
    {
        api::Client& client;
        watch::Executor& executor;
        Background background;
        topology::ClusterInputs identity; ///< id, context, and what mesh.yaml says
        std::vector<ClusterId> others = {}; ///< whom its istiod may read
        std::function<double()> random; ///< uniform in [0, 1)
        std::function<void(const State&)> onState; ///< on the executor
        Milliseconds askIstiodEvery { 10'000 };
        /// Held as long as anything of the session may still use the executor.
        std::shared_ptr<void> alive = {};
    };

    explicit ClusterSession(Options options);
    ~ClusterSession();
    ClusterSession(const ClusterSession&) = delete;
    ClusterSession& operator=(const ClusterSession&) = delete;

    /// Any thread, once.
    void start();
    /// Any thread. No callback begins after what the executor is running; streams end with the
    /// object.
    void stop();
    /// Any thread: what it waits for may be over, so the next try is due now.
    void wake();

private:
    struct Kind
    {
        std::string name;
        std::shared_ptr<watch::Reflector> reflector;
        watch::Status status = {};
        /// Puts the copy as it is now into the inputs; none before the first change.
        std::function<void(topology::ClusterInputs&)> take = {};
        std::function<void(topology::ClusterInputs&)> takeEmpty;
    };

    void post(std::function<void(ClusterSession&)> task, std::optional<SteadyTime> at = {});
    template<typename Answer>
    void ask(std::function<Answer(api::Client&, const std::stop_token&)> question,
             std::function<void(ClusterSession&, Answer)> take);
    void connect();
    void connected(Result<api::ServerVersion> version);
    void followAll();
    template<typename Record>
    void follow(topology::Records<Record> topology::ClusterInputs::* place,
                api::Collection collection);
    void heard(std::size_t kind, const watch::Status& status);
    void changed();
    void publish();
    [[nodiscard]] topology::Connection connection() const;
    [[nodiscard]] bool settled() const;
    [[nodiscard]] const watch::PodRecord* istiod() const;
    void askIstiod();
    void istiodSaid(const Result<std::string>& metrics);

    Options m_options;
    std::stop_source m_stop;
    // On the executor only.
    State m_state;
    std::vector<Kind> m_kinds;
    std::optional<Error> m_unreachable; ///< why it could not be connected to
    int m_failures = 0;
    bool m_connecting = false;
    bool m_publishing = false; ///< a task for it is on its way
    bool m_asking = false; ///< istiod; or a timer for it is set
    bool m_asked = false; ///< it has answered once, or failed to
};

} // namespace isthmus::fleet
