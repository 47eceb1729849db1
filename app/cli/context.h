// SPDX-License-Identifier: GPL-3.0-or-later
// What every command gets: the arguments, the streams, somebody to ask, the way to stop. Owned by
// main.
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/exit_code.h"
#include "app/cli/style.h"
#include "app/cli/terminal.h"
#include "core/base/clock.h"
#include "core/base/diagnostics.h"
#include "core/json/value.h"

#include <functional>
#include <stop_token>
#include <string>

namespace isthmus::cli {

struct Context
{
    const CommandTable& table;
    const Arguments& arguments;
    Output& out; ///< results
    Output& err; ///< progress, warnings, questions
    Person& person;
    const Clock& clock;
    std::stop_token stop;
    std::function<StopReason()> stopReason;
    Style style {}; ///< of `out`
    Style errStyle {};
    Diagnostics problems = {}; ///< what the error is about, where there is more than one thing

    [[nodiscard]] bool json() const { return arguments.value("output") == "json"; }

    [[nodiscard]] bool verbose() const { return arguments.has("verbose"); }

    /// The result, as one JSON document.
    void print(const json::Value& document) { out.write(json::writePretty(document) + "\n"); }

    /// A line of progress.
    void say(const std::string& line) { err.write(line + "\n"); }

    /// Whether the person agrees: true with --yes. Errors: Refused where nobody can be asked;
    /// Cancelled.
    [[nodiscard]] Result<bool> confirm(const std::string& question);
};

/// {apiVersion: isthmus/v1, kind: KIND, …}
[[nodiscard]] json::Value document(std::string_view kind, json::Object members = {});

} // namespace isthmus::cli
