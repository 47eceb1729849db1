// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "trust": the Secret cacerts, from which istiod issues. A root and one intermediate of
// our own; one that is there already is kept, the public sample CA never accepted.
#pragma once

#include "core/operations/ports.h"
#include "core/plan/behaviour.h"

namespace isthmus::operations {

class TrustStep final : public plan::Behaviour
{
public:
    explicit TrustStep(PassphrasePort& passphrases)
        : m_passphrases(passphrases)
    { }

    [[nodiscard]] plan::Inspection inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const override;
    [[nodiscard]] Result<void> apply(const plan::Step& step,
                                     plan::WriteContext& context) const override;
    [[nodiscard]] Result<void> verify(const plan::Step& step,
                                      plan::WriteContext& context) const override;
    [[nodiscard]] Result<void> undoResidue(const plan::Step& step,
                                           plan::WriteContext& context,
                                           bool writesGone) const override;

private:
    PassphrasePort& m_passphrases;
};

} // namespace isthmus::operations
