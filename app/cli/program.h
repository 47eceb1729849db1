// SPDX-License-Identifier: GPL-3.0-or-later
// isthmusctl from the command line to the exit code.
#pragma once

#include <string>
#include <vector>

namespace isthmus::cli {

/// Call once, before any thread. The words do not include the program's name.
[[nodiscard]] int runProgram(const std::vector<std::string>& line);

} // namespace isthmus::cli
