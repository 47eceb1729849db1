// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/cluster.h"

#include "core/sim/api.h"
#include "core/sim/bootstrap.h"
#include "core/sim/reactors/reactors.h"

namespace isthmus::sim {

Cluster::Cluster(Model::Options options)
    : m_name(options.name)
    , m_model(std::move(options))
{
    for (Reactor& reactor : reactors()) {
        m_model.addReactor(std::move(reactor));
    }
    bootstrap(m_model);
    m_model.settle();
}

Reply Cluster::handle(const Request& request)
{
    const std::lock_guard lock(m_mutex);
    const std::int64_t before = m_model.store().revision();
    Reply reply = answer(m_model, request);
    if (m_model.store().revision() != before) {
        m_changed.notify_all();
    }
    return reply;
}

std::optional<Identity> Cluster::identityOf(std::string_view token)
{
    const std::lock_guard lock(m_mutex);
    return m_model.identityOf(token);
}

Cluster::Lines Cluster::next(Watch& watch, Milliseconds patience, const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    const auto pending = [&] { return watch.initial || m_model.store().revision() > watch.after; };
    m_changed.wait_for(lock, stop, patience, pending);
    Lines out;
    out.lines = watchLines(m_model, watch, out.ended);
    return out;
}

void Cluster::with(const std::function<void(Model&)>& action)
{
    const std::lock_guard lock(m_mutex);
    action(m_model);
    m_model.settle();
    m_changed.notify_all();
}

} // namespace isthmus::sim
