// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/run_context.h"

namespace isthmus::plan {

void EventStream::publish(Event event)
{
    const MutexLock lock(m_mutex);
    event.number = ++m_last;
    event.at = m_clock.now();
    if (m_sink) {
        m_sink(event);
    }
}

void EventStream::step(const StepId& step, StepState state, const Error* error)
{
    Event event;
    event.step = step;
    event.state = std::string(name(state));
    if (error != nullptr) {
        event.message = error->message;
        event.detail = describe(*error);
    }
    publish(std::move(event));
}

RunContext::RunContext(ReadContext read, StepId step, Journal& journal, EventStream& events)
    : WriteContext(std::move(read))
    , m_step(std::move(step))
    , m_journal(journal)
    , m_events(events)
{ }

Result<std::vector<json::Value>> RunContext::write(const ClusterId& cluster,
                                                   std::vector<PreparedWrite> writes)
{
    JournalledWriter writer(m_journal, clusters, [this](const WriteRecord& record) {
        Event event;
        event.step = m_step;
        event.kind = Event::Kind::Wrote;
        event.state = std::string(name(record.outcome));
        event.detail = record.cluster.str() + ": " + text(record.key);
        m_events.publish(std::move(event));
    });
    return writer.write(m_step, cluster, std::move(writes), stop);
}

Result<void> RunContext::fill(const std::string& holeName, const std::string& value)
{
    const Hole hole { m_step, holeName };
    holes[hole] = value;
    return m_journal.hole(hole, value);
}

void RunContext::say(const Message& message)
{
    Event event;
    event.step = m_step;
    event.kind = Event::Kind::Said;
    event.message = message;
    m_events.publish(std::move(event));
}

const OperationId& RunContext::operation() const
{
    return m_journal.id();
}

} // namespace isthmus::plan
