// SPDX-License-Identifier: GPL-3.0-or-later
// The hard stops on size: files, headers, functions, the main window.
#pragma once

#include "tests/layering/source.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::layering {

struct Function
{
    std::string name;
    std::size_t begin = 0; ///< the opening brace
    int lines = 0; ///< from the opening brace's line to the closing one's, as clang-tidy counts
};

/// Functions that are defined at the level of namespaces and types; a lambda inside counts as part
/// of its function. Read from braces alone: what macros expand to is not seen.
[[nodiscard]] std::vector<Function> functionsOf(const Source& source);

/// Where a limit does not hold, with a reason: lines "PATH REASON" for a file, "PATH#FUNCTION
/// REASON" for a function; '#' at the line's start is a comment.
struct Exception
{
    std::string subject;
    std::string reason;
};

[[nodiscard]] std::vector<Exception> parseExceptions(std::string_view text);

/// What is too large, exceptions without a reason, and exceptions that nothing needs any more.
[[nodiscard]] std::vector<std::string> sizeFindings(const std::vector<Source>& sources,
                                                    const std::vector<Exception>& exceptions);

} // namespace isthmus::layering
