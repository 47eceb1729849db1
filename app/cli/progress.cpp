// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress.h"

#include <chrono>

namespace isthmus::cli {

namespace {

/// The state's word, padded by hand so that colours do not count.
std::string stateColumn(const std::string& state, const Style& style)
{
    constexpr std::size_t width = 12;
    const std::string shown = state == "alreadyRight" ? "right" : state;
    const std::string padded =
        shown + std::string(shown.size() < width ? width - shown.size() : 0, ' ');
    if (state == "done" || state == "alreadyRight" || state == "undone") {
        return style.good(padded);
    }
    if (state == "failed" || state == "unknown") {
        return style.bad(padded);
    }
    return state == "skipped" ? style.warning(padded) : style.faint(padded);
}

} // namespace

bool isProof(const Message& message)
{
    return message.id.starts_with("operations.proven")
        || message.id.starts_with("operations.not-proven");
}

std::string elapsedColumn(Milliseconds elapsed)
{
    constexpr std::size_t width = 12;
    const std::string shown = formatDuration(elapsed);
    return std::string(shown.size() < width ? width - shown.size() : 0, ' ') + shown;
}

Progress::Progress(Context& context, const plan::Plan& plan, const OperationId& id)
    : m_context(context)
    , m_plan(plan)
    , m_id(id)
    , m_begin(context.clock.steady())
{ }

std::string Progress::lineOf(const plan::Event& event) const
{
    const Style& style = m_context.errStyle;
    const auto elapsed =
        std::chrono::duration_cast<Milliseconds>(m_context.clock.steady() - m_begin);
    const plan::Step* step = m_plan.find(event.step);
    const std::string who = step == nullptr
        ? event.step.str()
        : style.strong(step->cluster.str()) + "  " + oneLine(text(step->title));
    const std::string begin = style.faint(elapsedColumn(elapsed)) + "  ";
    const bool waits = event.state == "waiting" && step != nullptr && !step->waitsFor.empty();
    const std::string said =
        waits ? "waits for " + oneLine(text(step->waitsFor)) : oneLine(text(event.message));
    switch (event.kind) {
    case plan::Event::Kind::Said:
        return begin + "             " + who + ": " + said;
    case plan::Event::Kind::Wrote:
        return begin + "             " + style.faint(event.state + " " + oneLine(event.detail));
    case plan::Event::Kind::Step:
        break;
    }
    std::string out = begin + stateColumn(event.state, style) + " " + who;
    out += said.empty() ? "" : ": " + said;
    const std::string detail = oneLine(event.detail);
    return detail.empty() || detail == said ? out : out + " (" + detail + ")";
}

bool Progress::isNoise(const plan::Event& event) const
{
    const plan::Step* step = m_plan.find(event.step);
    return event.state == "skipped"
        || (event.state == "waiting" && step != nullptr && step->waitsFor.empty());
}

void Progress::take(const plan::Event& event)
{
    if (!m_idShown && !m_id.empty()) {
        m_idShown = true;
        m_context.say("Operation " + m_id.str());
    }
    if (event.kind == plan::Event::Kind::Said && isProof(event.message)) {
        m_proofs.push_back(event.message);
    }
    if (event.kind == plan::Event::Kind::Wrote) {
        ++m_writes;
        if (!m_context.verbose()) {
            return;
        }
    }
    if (event.kind == plan::Event::Kind::Step) {
        m_states[event.step] = event.state;
        if (!m_context.verbose() && isNoise(event)) {
            return;
        }
    }
    m_context.say(lineOf(event));
}

} // namespace isthmus::cli
