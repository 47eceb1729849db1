// SPDX-License-Identifier: GPL-3.0-or-later
// Step type "join-proof": what shows that a remote really is part of the mesh. A pod that is Ready
// proves nothing by itself; what was not shown is called "not proven".
#pragma once

#include "core/plan/behaviour.h"

namespace isthmus::operations {

class JoinProofStep final : public plan::Behaviour
{
public:
    [[nodiscard]] plan::Inspection inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const override;
    [[nodiscard]] Result<void> apply(const plan::Step& step,
                                     plan::WriteContext& context) const override;
    [[nodiscard]] Result<void> verify(const plan::Step& step,
                                      plan::WriteContext& context) const override;
};

/// The status that istiod's metrics give a remote cluster ("synced", "syncing", "timeout",
/// "closed"); empty where it does not know the cluster. Source: istiod_remote_cluster_sync_status.
/// Pure.
[[nodiscard]] std::string remoteSyncStatus(std::string_view metrics, std::string_view cluster);

} // namespace isthmus::operations
