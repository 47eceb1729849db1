// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "injector": waits until istiod has put its CA into the cluster's injection webhook and
// its root into istio-system. In a remote that happens when the primary's istiod has read the
// credential.
#pragma once

#include "core/plan/behaviour.h"

namespace isthmus::operations {

class InjectorStep final : public plan::Behaviour
{
public:
    [[nodiscard]] plan::Inspection inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const override;
    [[nodiscard]] Result<void> apply(const plan::Step& step,
                                     plan::WriteContext& context) const override;
    [[nodiscard]] Result<void> verify(const plan::Step& step,
                                      plan::WriteContext& context) const override;
};

/// Whether every webhook of the configuration has a CA. Pure.
[[nodiscard]] bool hasAuthority(const json::Value& webhookConfiguration);

} // namespace isthmus::operations
