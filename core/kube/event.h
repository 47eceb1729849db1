// SPDX-License-Identifier: GPL-3.0-or-later
// The stream of a watch: bytes to lines to events. Pure; one object per stream.
#pragma once

#include "core/base/result.h"
#include "core/json/value.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace isthmus::kube {

/// Cuts a stream into lines. What stands after the last newline is kept for the next call; at the
/// end of a stream it is half an event and is to be forgotten.
class LineSplitter
{
public:
    explicit LineSplitter(std::size_t longest = std::size_t { 32 } << 20)
        : m_longest(longest)
    { }

    /// Calls `line` for each complete, non-empty line; the view dies with the call. `line` answers
    /// whether to go on. False where it said no, or where a line is longer than allowed.
    bool feed(std::string_view bytes, const std::function<bool(std::string_view)>& line);

private:
    std::size_t m_longest;
    std::string m_rest;
};

enum class EventType
{
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error
};

/// Nothing for a type that this version does not know; such events are passed over.
[[nodiscard]] std::optional<EventType> eventType(std::string_view name);

struct Event
{
    EventType type = EventType::Added;
    json::Value object; ///< a Status where type is Error
};

/// One line of a watch. Errors: Invalid (no JSON, no event); NotFound for an unknown type.
[[nodiscard]] Result<Event> parseEvent(std::string_view line);

} // namespace isthmus::kube
