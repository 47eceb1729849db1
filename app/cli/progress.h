// SPDX-License-Identifier: GPL-3.0-or-later
// A run as it happens: a line per event on standard error; what was proven is kept for the end.
#pragma once

#include "app/cli/context.h"
#include "core/plan/behaviour.h"
#include "core/plan/plan.h"

#include <map>
#include <string>
#include <vector>

namespace isthmus::cli {

/// Whether the message is the result of a proof: "proven: …", "not proven: …". Pure.
[[nodiscard]] bool isProof(const Message& message);

/// Events come one at a time, from any thread; the rest is read after the run.
class Progress
{
public:
    /// `id` is filled by the engine before the first event.
    Progress(Context& context, const plan::Plan& plan, const OperationId& id);

    void take(const plan::Event& event);

    [[nodiscard]] const std::vector<Message>& proofs() const { return m_proofs; }

    [[nodiscard]] int writes() const { return m_writes; }

    [[nodiscard]] const std::map<StepId, std::string>& states() const { return m_states; }

private:
    [[nodiscard]] std::string lineOf(const plan::Event& event) const;
    /// Left out unless --verbose: steps skipped because another failed, and waits for nothing.
    [[nodiscard]] bool isNoise(const plan::Event& event) const;

    Context& m_context;
    const plan::Plan& m_plan;
    const OperationId& m_id;
    SteadyTime m_begin;
    bool m_idShown = false;
    std::vector<Message> m_proofs;
    std::map<StepId, std::string> m_states;
    int m_writes = 0;
};

/// "  12.3 s" right-aligned; "4 min 05 s". Pure.
[[nodiscard]] std::string elapsedColumn(Milliseconds elapsed);

} // namespace isthmus::cli
