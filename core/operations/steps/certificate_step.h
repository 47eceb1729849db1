// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "certificate": the Secret from which the ingress gateway serves TLS. Publishes the
// public part as `certificate`.
#pragma once

#include "core/plan/behaviour.h"

namespace isthmus::operations {

class CertificateStep final : public plan::Behaviour
{
public:
    [[nodiscard]] plan::Inspection inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const override;
    [[nodiscard]] Result<void> apply(const plan::Step& step,
                                     plan::WriteContext& context) const override;
    [[nodiscard]] Result<void> verify(const plan::Step& step,
                                      plan::WriteContext& context) const override;
};

} // namespace isthmus::operations
