// SPDX-License-Identifier: GPL-3.0-or-later
// The copy of one collection: records by namespace and name. One thread writes and asks for
// snapshots; snapshots are immutable and may be read anywhere.
#pragma once

#include "core/kube/event.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace isthmus::watch {

enum class ChangeType
{
    Added,
    Modified,
    Deleted
};

template<typename Record>
struct Change
{
    ChangeType type;
    std::shared_ptr<const Record> record; ///< the last known one where it was deleted
};

template<typename Record>
class Store
{
public:
    using Pointer = std::shared_ptr<const Record>;
    using Table = std::map<std::pair<std::string, std::string>, Pointer>; ///< by namespace, name
    using Changes = std::vector<Change<Record>>;

    /// The present state; later changes do not touch it. Costs nothing until the next change.
    [[nodiscard]] std::shared_ptr<const Table> snapshot()
    {
        m_handedOut = true;
        return m_table;
    }

    [[nodiscard]] std::size_t size() const { return m_table->size(); }

    /// Counts changes; equal numbers mean equal content.
    [[nodiscard]] std::uint64_t revision() const { return m_revision; }

    /// Takes one event in. ADDED of what is there and DELETED of what is not are normal after a new
    /// start.
    void apply(kube::EventType type, Record record, Changes& changes)
    {
        if (type == kube::EventType::Deleted) {
            remove(keyOf(record), changes);
        } else if (type == kube::EventType::Added || type == kube::EventType::Modified) {
            put(std::move(record), changes);
        }
    }

    /// Makes the records the whole content; what is missing in them was deleted unseen.
    void replace(std::vector<Record> records, Changes& changes)
    {
        std::map<std::pair<std::string, std::string>, bool> present;
        for (Record& record : records) {
            present.emplace(keyOf(record), true);
            put(std::move(record), changes);
        }
        std::vector<typename Table::key_type> gone;
        for (const auto& entry : *m_table) {
            if (!present.contains(entry.first)) {
                gone.push_back(entry.first);
            }
        }
        for (const auto& key : gone) {
            remove(key, changes);
        }
    }

private:
    static typename Table::key_type keyOf(const Record& record)
    {
        return { record.meta.ns, record.meta.name };
    }

    void put(Record record, Changes& changes)
    {
        const auto found = m_table->find(keyOf(record));
        const bool known = found != m_table->end();
        if (known && found->second->meta.resourceVersion == record.meta.resourceVersion
            && found->second->meta.uid == record.meta.uid) {
            return;
        }
        auto pointer = std::make_shared<const Record>(std::move(record));
        writable().insert_or_assign(keyOf(*pointer), pointer);
        changes.push_back({ known ? ChangeType::Modified : ChangeType::Added, std::move(pointer) });
    }

    void remove(const typename Table::key_type& key, Changes& changes)
    {
        const auto found = m_table->find(key);
        if (found == m_table->end()) {
            return;
        }
        changes.push_back({ ChangeType::Deleted, found->second });
        writable().erase(key);
    }

    /// The table for a change; a copy where a snapshot may still be read.
    Table& writable()
    {
        if (std::exchange(m_handedOut, false)) {
            m_table = std::make_shared<Table>(*m_table);
        }
        ++m_revision;
        return *m_table;
    }

    std::shared_ptr<Table> m_table = std::make_shared<Table>();
    std::uint64_t m_revision = 0;
    bool m_handedOut = false;
};

} // namespace isthmus::watch
