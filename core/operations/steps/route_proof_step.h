// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "route-proof": one real request into each cluster. A temporary route of a host that
// nobody else uses leads to that cluster alone; it is journalled like any write and removed again.
#pragma once

#include "core/operations/ports.h"
#include "core/plan/behaviour.h"

namespace isthmus::operations {

class RouteProofStep final : public plan::Behaviour
{
public:
    explicit RouteProofStep(ProbePort& probes)
        : m_probes(probes)
    { }

    [[nodiscard]] plan::Inspection inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const override;
    [[nodiscard]] Result<void> apply(const plan::Step& step,
                                     plan::WriteContext& context) const override;
    [[nodiscard]] Result<void> verify(const plan::Step& step,
                                      plan::WriteContext& context) const override;

private:
    Result<void> prove(const plan::Step& step,
                       const json::Value& target,
                       const Visit& entrance,
                       plan::WriteContext& context) const;

    ProbePort& m_probes;
};

} // namespace isthmus::operations
