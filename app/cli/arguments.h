// SPDX-License-Identifier: GPL-3.0-or-later
// The command line as data: a table of commands and flags, from which parsing, --help and
// suggestions are made. Pure.
#pragma once

#include "core/base/result.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::cli {

struct Context;

struct Flag
{
    std::string name; ///< without the dashes: "kubeconfig"
    char letter = 0; ///< its short form; 0: none
    std::string value = {}; ///< what it takes, for people: "FILE"; empty: nothing
    std::string help = {};
    std::vector<std::string> choices = {}; ///< the values it takes; empty: any
    bool global = false; ///< every command takes it
};

struct Word
{
    std::string name; ///< "ROUTE"
    bool optional = false;
    bool repeated = false; ///< this one and any number more
    std::vector<std::string> choices = {};
};

struct Command
{
    /// Answers the exit code; an error is shown by who calls.
    using Run = Result<int> (*)(Context&);

    std::string name; ///< "weights set": one word or two
    std::string summary;
    std::string description = {}; ///< a paragraph or more below the summary
    std::vector<Word> words = {};
    std::vector<Flag>
        flags = {}; ///< beside the global ones; one of the same name replaces that one
    std::vector<std::string> examples = {};
    Run run = nullptr; ///< null: known, but not done by this version
};

using CommandTable = std::vector<Command>;

/// A command line that was understood.
struct Arguments
{
    const Command* command = nullptr; ///< null: no command was given
    std::vector<std::string> words = {};
    std::map<std::string, std::string, std::less<>>
        flags = {}; ///< by name; "" for those without a value
    bool help = false; ///< --help or -h

    [[nodiscard]] bool has(std::string_view flag) const { return flags.contains(flag); }

    [[nodiscard]] std::optional<std::string> value(std::string_view flag) const;
    /// The word at the place, or "".
    [[nodiscard]] const std::string& word(std::size_t index) const;
};

/// Errors: Usage, with the nearest command, flag or value where one is near; Unsupported for a
/// command of a later version.
[[nodiscard]] Result<Arguments> parseArguments(const CommandTable& table,
                                               std::span<const std::string> line);

/// Whether the line asks for JSON, however wrong the rest of it may be: the error is then JSON,
/// too.
[[nodiscard]] bool wantsJson(std::span<const std::string> line);

/// The flags that a command takes: its own, then the global ones that it does not replace.
[[nodiscard]] std::vector<Flag> flagsOf(const Command* command);
[[nodiscard]] const std::vector<Flag>& globalFlags();

/// "90", "90s", "1m30s", "500ms", "2h": a number alone is seconds. Nothing for anything else.
[[nodiscard]] std::optional<long long> parseDurationMs(std::string_view text);

} // namespace isthmus::cli
