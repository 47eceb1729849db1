// SPDX-License-Identifier: GPL-3.0-or-later
// Which folder may include which: core/LAYERS, ui/LAYERS and the libraries that core/CMakeLists.txt
// wraps.
#pragma once

#include "tests/layering/source.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::layering {

/// A LAYERS table: folder to the folders it may include. In ui/LAYERS a folder of core is
/// "core/name".
using Layers = std::map<std::string, std::set<std::string>>;

[[nodiscard]] Layers parseLayers(std::string_view text);

/// The folders of core that wrap a third-party library: include prefix ("curl/") to folders, read
/// from the isthmus_wraps() lines of core/CMakeLists.txt.
using Wrappers = std::map<std::string, std::set<std::string>>;

[[nodiscard]] Wrappers parseWrappers(std::string_view cmake);

struct Rules
{
    Layers core;
    std::optional<Layers> ui; ///< absent as long as there is no window
    Wrappers wrappers;
};

/// Includes that the tables forbid, Qt headers in core, paths that are not rooted, libraries
/// outside of the .cpp files of their folder.
[[nodiscard]] std::vector<std::string> includeFindings(const std::vector<Source>& sources,
                                                       const Rules& rules);

/// Folders that a table's line names although the table has no line for them, and circles.
[[nodiscard]] std::vector<std::string> tableFindings(const Layers& layers, std::string_view table);

} // namespace isthmus::layering
