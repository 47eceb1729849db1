// SPDX-License-Identifier: GPL-3.0-or-later
// --help, made from the command table. Pure.
#pragma once

#include "app/cli/arguments.h"

#include <string>
#include <string_view>

namespace isthmus::cli {

/// All commands, a line each, and the flags they share.
[[nodiscard]] std::string overview(const CommandTable& table);
[[nodiscard]] std::string helpOf(const Command& command);
/// Of the command; of all that begin with this word ("operations", "weights"); the overview for "".
/// Errors: Usage, with the nearest command.
[[nodiscard]] Result<std::string> helpOn(const CommandTable& table, std::string_view name);

} // namespace isthmus::cli
