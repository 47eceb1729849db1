// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/help.h"

#include "app/cli/style.h"
#include "core/base/strings.h"
#include "core/mesh/suggest.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

std::string padded(std::string text, std::size_t width)
{
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

/// A name in a column, its explanation wrapped beside it.
std::string entry(const std::string& name, std::string_view what, std::size_t column)
{
    const std::string body = wrapped(what, column);
    if (body.empty()) {
        return "  " + name + "\n";
    }
    return name.size() + 4 > column ? "  " + name + "\n" + body
                                    : "  " + padded(name, column - 2) + body.substr(column);
}

std::string flagName(const Flag& flag)
{
    return (flag.letter != 0 ? std::string("-") + flag.letter + ", " : std::string("    ")) + "--"
        + flag.name + (flag.value.empty() ? "" : " " + flag.value);
}

std::string flagEntries(const std::vector<Flag>& flags)
{
    constexpr std::size_t column = 30;
    std::string out;
    for (const Flag& flag : flags) {
        const std::string choices =
            flag.choices.empty() ? "" : " One of " + isthmus::join(flag.choices, ", ") + ".";
        out += entry(flagName(flag), flag.help + choices, column);
    }
    return out;
}

std::string usageOf(const Command& command)
{
    std::string out = "isthmusctl " + command.name;
    for (const Word& word : command.words) {
        const std::string shown = word.name + (word.repeated ? "…" : "");
        out += " " + (word.optional ? "[" + shown + "]" : shown);
    }
    return out + " [flags]";
}

std::vector<std::string> namesOf(const CommandTable& table)
{
    std::vector<std::string> names;
    for (const Command& command : table) {
        names.push_back(command.name);
        names.push_back(split(command.name, ' ').front());
    }
    return names;
}

} // namespace

std::string overview(const CommandTable& table)
{
    constexpr std::size_t column = 22;
    std::string out =
        "isthmusctl makes, shows and steers one Istio mesh over several Kubernetes clusters.\n"
        "\nUsage: isthmusctl COMMAND [flags]\n\nCommands:\n";
    std::vector<std::string> later;
    for (const Command& command : table) {
        if (command.run == nullptr) {
            later.push_back(command.name);
        } else {
            out += entry(command.name, command.summary, column);
        }
    }
    out += "\n" + wrapped("In a later version: " + isthmus::join(later, ", ") + ".", 0);
    out += "\nFlags of every command:\n" + flagEntries(globalFlags());
    return out
        + "\nNothing is written to a cluster that was not shown first. To begin:\n"
          "  isthmusctl contexts\n"
          "  isthmusctl init --contexts onprem,gke --charts istio-1.31.0/manifests/charts\n"
          "  isthmusctl plan\n"
          "  isthmusctl apply\n"
          "\n`isthmusctl COMMAND --help` says more about a command.\n";
}

std::string helpOf(const Command& command)
{
    std::string out = wrapped(command.summary, 0);
    if (command.run == nullptr) {
        return out + "\nThis version does not do it yet.\n";
    }
    out += "\nUsage: " + usageOf(command) + "\n";
    for (const std::string& paragraph : split(command.description, '\n')) {
        out += paragraph.empty() ? "" : "\n" + wrapped(paragraph, 0);
    }
    std::string choices;
    for (const Word& word : command.words) {
        choices += word.choices.empty()
            ? ""
            : wrapped(word.name + " is one of " + isthmus::join(word.choices, ", ") + ".", 0);
    }
    out += choices.empty() ? "" : "\n" + choices;
    std::vector<Flag> shared;
    for (const Flag& flag : flagsOf(&command)) {
        if (flag.global) {
            shared.push_back(flag);
        }
    }
    if (!command.flags.empty()) {
        out += "\nFlags:\n" + flagEntries(command.flags);
    }
    out += "\nFlags of every command:\n" + flagEntries(shared);
    if (!command.examples.empty()) {
        out += "\nExamples:\n";
    }
    for (const std::string& example : command.examples) {
        out += "  " + example + "\n";
    }
    return out;
}

Result<std::string> helpOn(const CommandTable& table, std::string_view name)
{
    if (name.empty()) {
        return overview(table);
    }
    std::string out;
    for (const Command& command : table) {
        const bool below = command.name.starts_with(std::string(name) + " ");
        if (command.name == name) {
            out = helpOf(command);
        } else if (below) {
            constexpr std::size_t column = 24;
            out += (out.find("\nMore:\n") == std::string::npos ? "\nMore:\n" : "")
                + entry(command.name, command.summary, column);
        }
    }
    if (!out.empty()) {
        return out.starts_with('\n') ? out.substr(1) : out;
    }
    const std::optional<std::string> near = mesh::nearest(name, namesOf(table));
    return Error { ErrorCode::Usage,
                   msg("app.unknown-command", { { "command", std::string(name) } }),
                   {},
                   {},
                   near ? msg("app.did-you-mean", { { "word", "isthmusctl help " + *near } })
                        : msg("app.see-help") };
}

} // namespace isthmus::cli
