// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/request.h"

#include "core/base/strings.h"

#include <algorithm>
#include <charconv>

namespace isthmus::sim {

namespace {

std::string decoded(std::string_view text, bool plusIsSpace)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '%' && i + 2 < text.size()
            && std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr
                == text.data() + i + 3) {
            out += static_cast<char>(value);
            i += 2;
        } else {
            out += plusIsSpace && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

} // namespace

const std::string& Route::parameter(std::string_view name) const
{
    static const std::string none;
    const auto found = query.find(name);
    return found != query.end() ? found->second : none;
}

bool Route::flag(std::string_view name) const
{
    const std::string& value = parameter(name);
    return value == "true" || value == "1";
}

Route parseTarget(std::string_view target)
{
    Route out;
    const std::size_t mark = target.find('?');
    for (const std::string& part : split(target.substr(0, mark), '/')) {
        if (!part.empty()) {
            out.segments.push_back(decoded(part, false));
        }
    }
    if (mark != std::string_view::npos) {
        for (const std::string& pair : split(target.substr(mark + 1), '&')) {
            const std::size_t equals = std::min(pair.find('='), pair.size());
            out.query[decoded(pair.substr(0, equals), true)] =
                decoded(std::string_view(pair).substr(std::min(equals + 1, pair.size())), true);
        }
    }
    return out;
}

Reply replyOf(const json::Value& object, int status)
{
    return { .status = status, .body = json::write(object) + '\n' };
}

Reply replyOf(const Failure& failure)
{
    return replyOf(statusOf(failure), failure.code);
}

Reply pageNotFound()
{
    return { .status = 404,
             .contentType = "text/plain; charset=utf-8",
             .body = "404 page not found\n" };
}

} // namespace isthmus::sim
