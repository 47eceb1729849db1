// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "remote-secret": the credential by which the primary's istiod reads the remote. The
// token is tried before it is handed over, and is in no plan, diff or log.
#pragma once

#include "core/operations/ports.h"
#include "core/plan/behaviour.h"

namespace isthmus::operations {

class RemoteSecretStep final : public plan::Behaviour
{
public:
    explicit RemoteSecretStep(ProbePort& probes)
        : m_probes(probes)
    { }

    [[nodiscard]] plan::Inspection inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const override;
    [[nodiscard]] Result<void> apply(const plan::Step& step,
                                     plan::WriteContext& context) const override;
    [[nodiscard]] Result<void> verify(const plan::Step& step,
                                      plan::WriteContext& context) const override;
    /// Without its credential the primary's istiod leaves the roots behind that it had written into
    /// every namespace of the remote: those that are of this mesh's root go, too.
    [[nodiscard]] Result<void> undoResidue(const plan::Step& step,
                                           plan::WriteContext& context,
                                           bool writesGone) const override;

private:
    ProbePort& m_probes;
};

} // namespace isthmus::operations
