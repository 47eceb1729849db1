// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/event.h"

#include "core/base/strings.h"
#include "core/json/parse.h"

namespace isthmus::kube {

bool LineSplitter::feed(std::string_view bytes, const std::function<bool(std::string_view)>& line)
{
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view piece = bytes.substr(0, end);
        if (m_rest.size() + piece.size() > m_longest) {
            return false;
        }
        if (end == std::string_view::npos) {
            m_rest += piece;
            return true;
        }
        bytes.remove_prefix(end + 1);
        bool goOn = true;
        if (!m_rest.empty()) {
            m_rest += piece;
            goOn = line(m_rest);
            m_rest.clear();
        } else if (!piece.empty()) {
            goOn = line(piece);
        }
        if (!goOn) {
            return false;
        }
    }
    return true;
}

std::optional<EventType> eventType(std::string_view name)
{
    if (name == "ADDED") {
        return EventType::Added;
    }
    if (name == "MODIFIED") {
        return EventType::Modified;
    }
    if (name == "DELETED") {
        return EventType::Deleted;
    }
    if (name == "BOOKMARK") {
        return EventType::Bookmark;
    }
    if (name == "ERROR") {
        return EventType::Error;
    }
    return {};
}

Result<Event> parseEvent(std::string_view line)
{
    auto parsed = json::parse(line);
    if (!parsed) {
        return std::move(parsed).error().wrappedBy(ErrorCode::Invalid, msg("kube.bad-event"));
    }
    const std::string& type = (*parsed)["type"].string();
    const auto known = eventType(type);
    if (!known || (*parsed)["object"].asObject() == nullptr) {
        return Error { .code = known ? ErrorCode::Invalid : ErrorCode::NotFound,
                       .message = msg("kube.bad-event"),
                       .detail = "type \"" + shortened(type, 40) + '"' };
    }
    return Event { *known, std::move(parsed->member("object")) };
}

} // namespace isthmus::kube
