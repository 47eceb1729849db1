// SPDX-License-Identifier: GPL-3.0-or-later
// Pages and lines to records: the one place where lists are read. Through simdjson's tree rather
// than on demand: metadata is read for several purposes, and the time is spent in making records.
// Pure. The templates are instantiated for the types of records.h.
#pragma once

#include "core/base/result.h"
#include "core/kube/event.h"
#include "core/watch/records.h"

#include <optional>
#include <string>
#include <vector>

namespace isthmus::watch {

template<typename Record>
struct Page
{
    std::string resourceVersion;
    std::string continueToken;
    std::optional<std::int64_t> remaining; ///< how many more there are, where the server says so
    std::vector<Record> items;
};

/// Errors: Invalid.
template<typename Record>
[[nodiscard]] Result<Page<Record>> decodePage(const std::string& body);

template<typename Record>
struct Event
{
    kube::EventType type = kube::EventType::Added;
    std::string resourceVersion;
    Record record; ///< empty for Bookmark and Error
    std::optional<isthmus::Error> error = {}; ///< what an ERROR event says
};

/// Errors: Invalid; NotFound for a type of event that this version does not know.
template<typename Record>
[[nodiscard]] Result<Event<Record>> decodeEvent(const std::string& line);

} // namespace isthmus::watch
