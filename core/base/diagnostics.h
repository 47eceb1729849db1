// SPDX-License-Identifier: GPL-3.0-or-later
// Many things can be wrong at once: files, plans and preflights answer with all of them.
#pragma once

#include "core/base/message.h"

#include <string>
#include <vector>

namespace isthmus {

enum class Severity
{
    Info,
    Warning,
    Error
};

struct Diagnostic
{
    Severity severity = Severity::Error;
    Message summary; ///< what is wrong, one sentence
    std::string detail = {}; ///< why, in the words of whoever found it
    std::string subject = {}; ///< the field, object or cluster: "spec.clusters[1].context"
    Message remedy = {}; ///< what to do
    std::string file = {}; ///< empty where it does not come from a file
    int line = 0; ///< from 1; 0 means none
    int column = 0; ///< from 1; 0 means none

    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

[[nodiscard]] bool hasErrors(const Diagnostics& diagnostics);

/// "mesh.yaml:12:9: error: text (subject)\n  why: …\n  do: …\n" for each, in the order given.
[[nodiscard]] std::string dump(const Diagnostics& diagnostics);

} // namespace isthmus
