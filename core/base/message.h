// SPDX-License-Identifier: GPL-3.0-or-later
// What core says to people: an id with arguments. The English texts live in core/base/catalogue,
// one fragment per folder; isthmusctl prints them, the window translates by id.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isthmus {

struct Message
{
    using Argument = std::pair<std::string, std::string>;

    std::string
        id; ///< A key of the catalogue, "folder.what-happened"; empty means "nothing to say".
    std::vector<Argument> args; ///< Values of the `{name}` placeholders in the text.

    [[nodiscard]] bool empty() const { return id.empty(); }

    friend bool operator==(const Message&, const Message&) = default;
};

/// Builds a message. `id` must be a literal: a test reads the sources for ids without a text.
[[nodiscard]] Message msg(std::string_view id, std::initializer_list<Message::Argument> args = {});

/// The English text with its placeholders filled. An id without a text answers the id itself, and a
/// placeholder without an argument stays visible as `{name}`; tests hold both at zero.
[[nodiscard]] std::string text(const Message& message);

/// One entry of the catalogue.
struct CatalogueEntry
{
    std::string_view id;
    std::string_view english;
};

/// All entries, sorted by id, so that a translation can be checked for completeness.
[[nodiscard]] const std::vector<CatalogueEntry>& catalogue();

} // namespace isthmus
