// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/behaviour.h"

namespace isthmus::plan {

Inspection blockedBy(Error error, const std::string& subject)
{
    if (error.subject.empty()) {
        error.subject = subject;
    }
    Inspection out;
    out.state = Inspection::State::Blocked;
    out.problems.push_back({ .summary = error.message,
                             .detail = error.detail,
                             .subject = error.subject,
                             .remedy = error.remedy });
    out.failure = std::move(error);
    return out;
}

Result<void>
Behaviour::undoResidue(const Step& /*step*/, WriteContext& /*context*/, bool /*writesGone*/) const
{
    return {};
}

void Behaviours::add(std::string type, std::unique_ptr<Behaviour> behaviour)
{
    m_byType.insert_or_assign(std::move(type), std::move(behaviour));
}

const Behaviour* Behaviours::find(const std::string& type) const
{
    const auto found = m_byType.find(type);
    return found != m_byType.end() ? found->second.get() : nullptr;
}

} // namespace isthmus::plan
