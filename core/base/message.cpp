// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/message.h"

#include <algorithm>

namespace isthmus {

namespace {

constexpr CatalogueEntry entries[] = {
#define MESSAGE(id, english) { id, english },
#include "core/base/catalogue/all.inc"
#undef MESSAGE
};

std::string_view english(std::string_view id)
{
    const auto& all = catalogue();
    const auto found = std::ranges::lower_bound(all, id, {}, &CatalogueEntry::id);
    return found != all.end() && found->id == id ? found->english : id;
}

} // namespace

Message msg(std::string_view id, std::initializer_list<Message::Argument> args)
{
    return Message { std::string(id), std::vector<Message::Argument>(args) };
}

const std::vector<CatalogueEntry>& catalogue()
{
    static const std::vector<CatalogueEntry> sorted = [] {
        std::vector<CatalogueEntry> all(std::begin(entries), std::end(entries));
        std::ranges::sort(all, {}, &CatalogueEntry::id);
        return all;
    }();
    return sorted;
}

std::string text(const Message& message)
{
    const std::string_view pattern = english(message.id);
    std::string out;
    out.reserve(pattern.size() + 64);
    for (std::size_t at = 0; at < pattern.size();) {
        const std::size_t open = pattern.find('{', at);
        const std::size_t close =
            open == std::string_view::npos ? std::string_view::npos : pattern.find('}', open);
        if (close == std::string_view::npos) {
            out += pattern.substr(at);
            break;
        }
        out += pattern.substr(at, open - at);
        const std::string_view name = pattern.substr(open + 1, close - open - 1);
        const auto arg = std::ranges::find(message.args, name, &Message::Argument::first);
        out += arg != message.args.end() ? std::string_view(arg->second)
                                         : pattern.substr(open, close - open + 1);
        at = close + 1;
    }
    return out;
}

} // namespace isthmus
