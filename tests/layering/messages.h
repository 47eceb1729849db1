// SPDX-License-Identifier: GPL-3.0-or-later
// Messages: every id in the sources has a text, every text is used, and both agree on the
// arguments.
#pragma once

#include "tests/layering/source.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace isthmus::layering {

/// One MESSAGE(id, english) of a catalogue fragment.
struct CatalogueText
{
    std::string id;
    std::string place; ///< "path:line"
    std::set<std::string> placeholders;
};

[[nodiscard]] std::vector<CatalogueText> parseCatalogue(const TextFile& fragment);

/// One msg("id", {{"name", …}}) of a source.
struct Use
{
    std::string id;
    std::string place;
    /// The names given; absent where they are not written as literals at the place of use.
    std::optional<std::set<std::string>> arguments;
};

struct Uses
{
    std::vector<Use> found;
    std::vector<std::string> findings; ///< ids that are no literals
};

[[nodiscard]] Uses usesIn(const Source& source);

[[nodiscard]] std::vector<std::string> messageFindings(const std::vector<CatalogueText>& texts,
                                                       const std::vector<Use>& uses);

} // namespace isthmus::layering
