// SPDX-License-Identifier: GPL-3.0-or-later
// A Reflector with a Store of one type of record. Made by std::make_shared; runs on its executor.
#pragma once

#include "core/watch/decode.h"
#include "core/watch/reflector.h"
#include "core/watch/store.h"

#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace isthmus::watch {

template<typename Record>
class RecordReflector final : public Reflector
{
public:
    using Changes = typename Store<Record>::Changes;
    /// On the executor, after each batch; the store may be asked for a snapshot there.
    using OnChanges = std::function<void(const Changes&, Store<Record>&)>;

    RecordReflector(Options options, OnChanges onChanges)
        : Reflector(std::move(options))
        , m_onChanges(std::move(onChanges))
    { }

protected:
    void beginList() override { m_pages.clear(); }

    [[nodiscard]] Result<Taken> takePage(const std::string& body) override
    {
        auto page = decodePage<Record>(body);
        if (!page) {
            return std::move(page).error();
        }
        std::move(page->items.begin(), page->items.end(), std::back_inserter(m_pages));
        return Taken { page->resourceVersion, page->continueToken, page->remaining };
    }

    void finishList() override
    {
        m_store.replace(std::exchange(m_pages, {}), m_changes);
        deliver();
    }

    [[nodiscard]] Result<std::string> takeLine(const std::string& line) override
    {
        auto event = decodeEvent<Record>(line);
        if (!event) {
            if (event.error().code == ErrorCode::NotFound) {
                return std::string(); // of a type that this version does not know
            }
            return std::move(event).error();
        }
        if (event->error) {
            return std::move(*event->error);
        }
        m_store.apply(event->type, std::move(event->record), m_changes);
        return std::move(event->resourceVersion);
    }

    void deliver() override
    {
        if (!m_changes.empty()) {
            const Changes changes = std::exchange(m_changes, {});
            m_onChanges(changes, m_store);
        }
    }

private:
    OnChanges m_onChanges;
    Store<Record> m_store;
    std::vector<Record> m_pages;
    Changes m_changes;
};

} // namespace isthmus::watch
