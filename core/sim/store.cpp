// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/store.h"

#include <algorithm>
#include <utility>

namespace isthmus::sim {

ObjectPtr Store::get(const Place& place) const
{
    const auto found = m_objects.find(place);
    return found != m_objects.end() ? found->second : nullptr;
}

std::vector<ObjectPtr>
Store::list(const std::string& group, const std::string& plural, const std::string& ns) const
{
    std::vector<ObjectPtr> out;
    for (auto at = m_objects.lower_bound({ .group = group, .plural = plural, .ns = ns });
         at != m_objects.end() && at->first.group == group && at->first.plural == plural
         && (ns.empty() || at->first.ns == ns);
         ++at) {
        out.push_back(at->second);
    }
    return out;
}

ObjectPtr Store::put(const Place& place, json::Value object)
{
    object.member("metadata").member("resourceVersion") = std::to_string(++m_revision);
    auto stored = std::make_shared<const json::Value>(std::move(object));
    ObjectPtr& slot = m_objects[place];
    log({ .revision = m_revision, .place = place, .before = slot, .after = stored });
    slot = stored;
    return stored;
}

void Store::remove(const Place& place)
{
    const auto found = m_objects.find(place);
    if (found == m_objects.end()) {
        return;
    }
    log({ .revision = ++m_revision, .place = place, .before = found->second, .after = nullptr });
    m_objects.erase(found);
}

void Store::forEach(const std::function<void(const Place&, const ObjectPtr&)>& visit) const
{
    for (const auto& [place, object] : m_objects) {
        visit(place, object);
    }
}

std::vector<Change> Store::since(std::int64_t revision) const
{
    const auto first = std::ranges::upper_bound(m_log, revision, {}, &Change::revision);
    return { first, m_log.end() };
}

void Store::compact()
{
    m_log.clear();
    m_forgotten = m_revision;
}

void Store::log(Change change)
{
    m_log.push_back(std::move(change));
    while (m_log.size() > m_logLimit) {
        m_forgotten = m_log.front().revision;
        m_log.pop_front();
    }
}

} // namespace isthmus::sim
