// SPDX-License-Identifier: GPL-3.0-or-later
// The objects of one cluster with a revision counter and a bounded log of changes, as etcd keeps
// them. Knows nothing of kinds' rules. Not synchronised: its cluster locks.
#pragma once

#include "core/json/value.h"

#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace isthmus::sim {

using ObjectPtr = std::shared_ptr<const json::Value>;

/// Where an object lives; every version of its kind is the same place.
struct Place
{
    std::string group;
    std::string plural;
    std::string ns = {};
    std::string name = {};

    friend auto operator<=>(const Place&, const Place&) = default;
};

struct Change
{
    std::int64_t revision = 0;
    Place place;
    ObjectPtr before; ///< null: it was added
    ObjectPtr after; ///< null: it was deleted
};

class Store
{
public:
    explicit Store(std::size_t logLimit = 20'000)
        : m_logLimit(logLimit)
    { }

    [[nodiscard]] ObjectPtr get(const Place& place) const;
    /// All of the resource, by namespace and name; `ns` empty: of every namespace.
    [[nodiscard]] std::vector<ObjectPtr>
    list(const std::string& group, const std::string& plural, const std::string& ns) const;
    /// Stores the object with the next revision as its resourceVersion.
    ObjectPtr put(const Place& place, json::Value object);
    void remove(const Place& place);
    /// Calls for each place that holds an object.
    void forEach(const std::function<void(const Place&, const ObjectPtr&)>& visit) const;

    [[nodiscard]] std::int64_t revision() const { return m_revision; }

    /// The newest revision that is no longer in the log.
    [[nodiscard]] std::int64_t forgotten() const { return m_forgotten; }

    /// Changes after a revision, which must not be older than forgotten().
    [[nodiscard]] std::vector<Change> since(std::int64_t revision) const;
    /// Forgets the log up to now, as compaction does.
    void compact();

private:
    void log(Change change);

    std::map<Place, ObjectPtr> m_objects;
    std::deque<Change> m_log;
    std::size_t m_logLimit;
    std::int64_t m_revision = 1;
    std::int64_t m_forgotten = 0;
};

} // namespace isthmus::sim
