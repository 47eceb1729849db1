// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/chart_port.h"

namespace isthmus::fleet {

namespace {

charts::Chart chartOf(const std::string& name)
{
    return name == "base"  ? charts::Chart::Base
        : name == "istiod" ? charts::Chart::Istiod
                           : charts::Chart::Gateway;
}

std::string cacheKey(const operations::ChartRequest& request)
{
    return json::write(json::Object { { "chart", request.chart },
                                      { "path", request.path },
                                      { "digest", request.digest },
                                      { "release", request.release },
                                      { "namespace", request.ns },
                                      { "kubeVersion", request.kubeVersion },
                                      { "values", request.values } });
}

} // namespace

Result<charts::Helm> HelmChartPort::helm(const std::stop_token& stop)
{
    {
        const MutexLock lock(m_mutex);
        if (m_helm) {
            return *m_helm;
        }
    }
    Result<charts::Helm> found = charts::findHelm(stop);
    if (found) {
        const MutexLock lock(m_mutex);
        m_helm = *found;
    }
    return found;
}

Result<std::vector<json::Value>> HelmChartPort::render(const operations::ChartRequest& request,
                                                       std::stop_token stop)
{
    const std::string key = cacheKey(request);
    {
        const MutexLock lock(m_mutex);
        if (const auto known = m_rendered.find(key); known != m_rendered.end()) {
            return known->second;
        }
    }
    Result<charts::Helm> program = helm(stop);
    if (!program) {
        return std::move(program).error();
    }
    const charts::Chart chart = chartOf(request.chart);
    const charts::Renderer renderer =
        charts::Renderer::recorded(std::move(*program), chart, request.path, request.digest);
    Result<charts::Rendered> rendered = renderer.render({ .chart = chart,
                                                          .name = request.release,
                                                          .ns = request.ns,
                                                          .values = request.values,
                                                          .kubeVersion = request.kubeVersion },
                                                        stop);
    if (!rendered) {
        return std::move(rendered).error();
    }
    const MutexLock lock(m_mutex);
    return m_rendered.emplace(key, std::move(rendered->objects)).first->second;
}

} // namespace isthmus::fleet
