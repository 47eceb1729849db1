// SPDX-License-Identifier: GPL-3.0-or-later
// The engine as plan::PlanSession sees it. What is to be planned is a function over the engine, set
// by whoever holds the form or the command line.
#pragma once

#include "core/base/mutex.h"
#include "core/fleet/engine.h"
#include "core/plan/session.h"

#include <functional>

namespace isthmus::fleet {

class EngineSessionPort : public plan::SessionPort
{
public:
    /// Calls prepare() or prepareWeights() with what the person wants.
    using Intent = std::function<Result<plan::Survey>(Engine&, const std::stop_token&)>;

    /// `engine` outlives it, and serves nobody else while a job runs.
    explicit EngineSessionPort(Engine& engine, Intent intent = {});

    /// For previews from now on. Any thread.
    void intend(Intent intent);

    /// Errors: Refused (a stored operation, which has no intent), and those of the intent.
    [[nodiscard]] Result<plan::Survey> prepare(const std::stop_token& stop) override;
    [[nodiscard]] plan::RunResult run(const plan::Plan& plan,
                                      const std::function<void(const OperationId&)>& begun,
                                      const plan::EventSink& sink,
                                      const std::stop_token& stop) override;
    [[nodiscard]] plan::RunResult resume(const OperationId& id,
                                         const plan::EventSink& sink,
                                         const std::stop_token& stop) override;
    [[nodiscard]] plan::RunResult
    undo(const OperationId& id, const plan::EventSink& sink, const std::stop_token& stop) override;

private:
    Engine& m_engine;
    Mutex m_mutex;
    Intent m_intent ISTHMUS_GUARDED_BY(m_mutex);
};

} // namespace isthmus::fleet
