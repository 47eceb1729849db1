// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/session_port.h"

namespace isthmus::fleet {

EngineSessionPort::EngineSessionPort(Engine& engine, Intent intent)
    : m_engine(engine)
    , m_intent(std::move(intent))
{ }

void EngineSessionPort::intend(Intent intent)
{
    const MutexLock lock(m_mutex);
    m_intent = std::move(intent);
}

Result<plan::Survey> EngineSessionPort::prepare(const std::stop_token& stop)
{
    Intent intent;
    {
        const MutexLock lock(m_mutex);
        intent = m_intent;
    }
    if (!intent) {
        return Error { ErrorCode::Refused, msg("fleet.no-intent"), {}, {}, msg("plan.plan-again") };
    }
    return intent(m_engine, stop);
}

plan::RunResult EngineSessionPort::run(const plan::Plan& plan,
                                       const std::function<void(const OperationId&)>& begun,
                                       const plan::EventSink& sink,
                                       const std::stop_token& stop)
{
    return m_engine.run(plan, begun, sink, stop);
}

plan::RunResult EngineSessionPort::resume(const OperationId& id,
                                          const plan::EventSink& sink,
                                          const std::stop_token& stop)
{
    return m_engine.resume(id, sink, stop);
}

plan::RunResult EngineSessionPort::undo(const OperationId& id,
                                        const plan::EventSink& sink,
                                        const std::stop_token& stop)
{
    return m_engine.undo(id, sink, stop);
}

} // namespace isthmus::fleet
