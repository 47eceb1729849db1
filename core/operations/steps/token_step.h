// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "reader-token": a Secret that the cluster fills with a token of istiod's reader
// account.
#pragma once

#include "core/plan/objects.h"

namespace isthmus::operations {

class TokenStep final : public plan::ObjectsBehaviour
{
public:
    [[nodiscard]] plan::Inspection inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const override;
    [[nodiscard]] Result<void> verify(const plan::Step& step,
                                      plan::WriteContext& context) const override;
};

} // namespace isthmus::operations
