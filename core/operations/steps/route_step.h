// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "route": the DestinationRule's subsets, then the VirtualService that uses them. A route
// that somebody else made for the same host and service is adopted: it is steered, not doubled.
#pragma once

#include "core/plan/objects.h"

namespace isthmus::operations {

class RouteStep final : public plan::ObjectsBehaviour
{
public:
    [[nodiscard]] plan::Inspection inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const override;

protected:
    [[nodiscard]] Result<std::vector<json::Value>>
    objects(const plan::Step& step, const plan::ReadContext& context) const override;
};

/// Whether `other` routes one of `wanted`'s hosts to the same service, so that both would compete.
/// Pure.
[[nodiscard]] bool isSameRoute(const json::Value& other, const json::Value& wanted);

/// Names of the subsets that `rule` has and `wanted` needs are different: those that are missing.
/// Pure.
[[nodiscard]] std::vector<std::string> missingSubsets(const json::Value& rule,
                                                      const json::Value& wanted);

} // namespace isthmus::operations
