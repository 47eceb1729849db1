// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "chart": what one of Istio's charts renders shall be there and ready.
#pragma once

#include "core/operations/ports.h"
#include "core/plan/objects.h"

namespace isthmus::operations {

class ChartStep final : public plan::ObjectsBehaviour
{
public:
    explicit ChartStep(ChartPort& charts)
        : m_charts(charts)
    { }

protected:
    [[nodiscard]] Result<std::vector<json::Value>>
    objects(const plan::Step& step, const plan::ReadContext& context) const override;
    [[nodiscard]] json::Value adjusted(json::Value desired, const json::Value& live) const override;
    /// All but Services: a gateway's address is waited for by a step of its own, or by none where
    /// mesh.yaml gives it.
    [[nodiscard]] bool awaits(const kube::ObjectKey& key) const override;

private:
    ChartPort& m_charts;
};

/// istiod takes `failurePolicy` of its webhooks over once it is ready (manager pilot-discovery); a
/// repeated apply that named it again would be refused, so it is left out where the live one
/// differs. Pure.
[[nodiscard]] json::Value withoutHandedOver(json::Value desired, const json::Value& live);

} // namespace isthmus::operations
