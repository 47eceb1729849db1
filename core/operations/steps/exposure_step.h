// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "exposure": istiod and the mesh's services opened to other networks. A Gateway that
// passes
// `*.local` through already is adopted, never doubled: two of them make Envoy refuse the listener.
#pragma once

#include "core/plan/objects.h"

namespace isthmus::operations {

class ExposureStep final : public plan::ObjectsBehaviour
{
protected:
    [[nodiscard]] Result<std::vector<json::Value>>
    objects(const plan::Step& step, const plan::ReadContext& context) const override;
};

/// Whether it passes mutual TLS through by SNI for other networks. Pure.
[[nodiscard]] bool isCrossNetworkGateway(const json::Value& gateway);

} // namespace isthmus::operations
