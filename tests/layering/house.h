// SPDX-License-Identifier: GPL-3.0-or-later
// House rules that no compiler holds: licence lines, a README per folder, words and calls that are
// banned.
#pragma once

#include "tests/layering/source.h"

#include <string>
#include <vector>

namespace isthmus::layering {

/// C++ files whose first line is not the licence line; CMake files and scripts without one in the
/// first two.
[[nodiscard]] std::vector<std::string> licenceFindings(const std::vector<TextFile>& files);

/// Folders of core with sources but without a README.md, and READMEs of more than fifteen lines.
[[nodiscard]] std::vector<std::string> readmeFindings(const std::vector<TextFile>& files);

/// Calls and names that the sources must not contain: singletons, shells, waiting in the window,
/// library parts that one of the two compilers cannot parse.
[[nodiscard]] std::vector<std::string> bannedFindings(const std::vector<Source>& sources);

/// Notes for later, and paths that exist on one machine only, in any file of the tree.
[[nodiscard]] std::vector<std::string> wordFindings(const std::vector<TextFile>& files);

} // namespace isthmus::layering
