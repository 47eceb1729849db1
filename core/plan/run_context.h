// SPDX-License-Identifier: GPL-3.0-or-later
// The hands of one step while it runs: its writes go through the journal, its words to the
// listeners.
#pragma once

#include "core/base/mutex.h"
#include "core/plan/journalled_writer.h"

#include <map>

namespace isthmus::plan {

/// Numbers events and hands them on one at a time. Thread-safe.
class EventStream
{
public:
    EventStream(EventSink sink, const Clock& clock)
        : m_sink(std::move(sink))
        , m_clock(clock)
    { }

    void publish(Event event);
    void step(const StepId& step, StepState state, const Error* error = nullptr);

private:
    Mutex m_mutex;
    EventSink m_sink;
    const Clock& m_clock;
    int m_last ISTHMUS_GUARDED_BY(m_mutex) = 0;
};

class RunContext final : public WriteContext
{
public:
    RunContext(ReadContext read, StepId step, Journal& journal, EventStream& events);

    [[nodiscard]] Result<std::vector<json::Value>>
    write(const ClusterId& cluster, std::vector<PreparedWrite> writes) override;
    [[nodiscard]] Result<void> fill(const std::string& holeName, const std::string& value) override;
    void say(const Message& message) override;
    [[nodiscard]] const OperationId& operation() const override;

private:
    StepId m_step;
    Journal& m_journal;
    EventStream& m_events;
};

} // namespace isthmus::plan
