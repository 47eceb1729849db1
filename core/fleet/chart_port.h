// SPDX-License-Identifier: GPL-3.0-or-later
// Renders the charts a plan names, at the folders and digests it recorded. Remembers what it
// rendered: a step looks, writes and waits with the same objects.
#pragma once

#include "core/base/mutex.h"
#include "core/charts/helm.h"
#include "core/operations/ports.h"

#include <map>
#include <optional>
#include <string>

namespace isthmus::fleet {

/// Thread-safe.
class HelmChartPort final : public operations::ChartPort
{
public:
    [[nodiscard]] Result<std::vector<json::Value>> render(const operations::ChartRequest& request,
                                                          std::stop_token stop) override;

private:
    Result<charts::Helm> helm(const std::stop_token& stop);

    Mutex m_mutex;
    std::optional<charts::Helm> m_helm ISTHMUS_GUARDED_BY(m_mutex);
    std::map<std::string, std::vector<json::Value>> m_rendered ISTHMUS_GUARDED_BY(m_mutex);
};

} // namespace isthmus::fleet
