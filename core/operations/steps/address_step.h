// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "address": waits for the address of a gateway's Service and publishes it as `address`.
#pragma once

#include "core/plan/behaviour.h"

namespace isthmus::operations {

class AddressStep final : public plan::Behaviour
{
public:
    [[nodiscard]] plan::Inspection inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const override;
    [[nodiscard]] Result<void> apply(const plan::Step& step,
                                     plan::WriteContext& context) const override;
    [[nodiscard]] Result<void> verify(const plan::Step& step,
                                      plan::WriteContext& context) const override;
};

/// First load balancer address, an IP before a host name, else the first external IP; empty where
/// the Service has none. Never a placeholder such as 0.0.0.0. Pure.
[[nodiscard]] std::string addressOf(const json::Value& service);

} // namespace isthmus::operations
