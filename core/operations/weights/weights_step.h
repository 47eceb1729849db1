// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "weights": the weights of one rule of a VirtualService. Ours is applied whole, with the
// resourceVersion that was read; somebody else's gets a JSON Patch of the weights alone, with
// tests.
#pragma once

#include "core/plan/behaviour.h"

namespace isthmus::operations {

class WeightsStep final : public plan::Behaviour
{
public:
    [[nodiscard]] plan::Inspection inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const override;
    [[nodiscard]] Result<void> apply(const plan::Step& step,
                                     plan::WriteContext& context) const override;
    [[nodiscard]] Result<void> verify(const plan::Step& step,
                                      plan::WriteContext& context) const override;
};

/// The patch that takes `weights` of the rule back to what `live` has, testing first that they are
/// still the ones that were set. Pure.
[[nodiscard]] json::Value
inverseWeightPatch(const json::Value& live, std::size_t rule, const std::vector<int>& weights);

} // namespace isthmus::operations
