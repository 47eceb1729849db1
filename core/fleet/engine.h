// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that one front end needs of one mesh: it connects, plans, carries out, resumes and
// takes back. isthmusctl and the window are both thin above it.
#pragma once

#include "core/fleet/connections.h"
#include "core/operations/planning.h"
#include "core/operations/ports.h"
#include "core/plan/executor.h"
#include "core/plan/journal_store.h"
#include "core/plan/survey.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace isthmus::fleet {

struct EngineOptions
{
    ConnectOptions connect = {};
    std::filesystem::path stateFolder; ///< journals go below it
    operations::PassphrasePort& passphrases;
    const Clock& clock;
};

/// One mesh.yaml (or one stored plan) with its clusters. Calls wait; one at a time.
class Engine
{
public:
    /// Errors: Usage (contexts). Contacts nothing.
    [[nodiscard]] static Result<std::unique_ptr<Engine>> open(mesh::MeshSpec spec,
                                                              EngineOptions options);
    /// For a stored run: connects the clusters that its plan names, as it names them.
    [[nodiscard]] static Result<std::unique_ptr<Engine>> openFor(const plan::Plan& plan,
                                                                 EngineOptions options);

    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    [[nodiscard]] const mesh::MeshSpec& spec() const;
    [[nodiscard]] const Connections& connections() const;
    [[nodiscard]] std::filesystem::path operationsFolder() const;

    /// Asks every cluster who it is and, where charts are needed, finds helm and them; then plans
    /// and holds the plan against the clusters. Errors in `problems` mean that it must not run.
    /// Errors: Unreachable, Unauthorized, Forbidden, Tls, Preflight (no helm, wrong charts, one
    /// cluster twice), Refused.
    [[nodiscard]] Result<plan::Survey> prepare(operations::OperationKind kind,
                                               const std::optional<ClusterId>& only,
                                               const std::stop_token& stop);
    /// The plan that moves a route's weights; see operations/weights.
    [[nodiscard]] Result<plan::Survey> prepareWeights(const std::string& route,
                                                      const std::map<ClusterId, int>& weights,
                                                      bool foreignConfirmed,
                                                      const std::stop_token& stop);

    /// Journals and carries out. `begun` gets the id as soon as the journal exists, so before the
    /// first write.
    [[nodiscard]] plan::RunResult run(const plan::Plan& plan,
                                      const std::function<void(const OperationId&)>& begun,
                                      const plan::EventSink& sink,
                                      const std::stop_token& stop);
    /// Goes on with a stored run.
    [[nodiscard]] plan::RunResult
    resume(const OperationId& id, const plan::EventSink& sink, const std::stop_token& stop);
    [[nodiscard]] plan::RunResult
    undo(const OperationId& id, const plan::EventSink& sink, const std::stop_token& stop);

private:
    struct State;
    explicit Engine(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace isthmus::fleet
