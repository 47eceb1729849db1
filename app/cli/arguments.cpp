// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"

#include "core/base/strings.h"
#include "core/mesh/suggest.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace isthmus::cli {

namespace {

Error usage(Message what, Message remedy, std::string why = {})
{
    return { ErrorCode::Usage, std::move(what), std::move(why), {}, std::move(remedy) };
}

Message helpRemedy(const Command* command)
{
    return command != nullptr ? msg("app.see-command-help", { { "command", command->name } })
                              : msg("app.see-help");
}

/// "Did you mean x?" where something is near, else where to read on.
Message suggestion(std::string_view word,
                   const std::vector<std::string>& candidates,
                   std::string_view prefix,
                   const Command* command)
{
    const std::optional<std::string> near = mesh::nearest(word, candidates);
    return near ? msg("app.did-you-mean", { { "word", std::string(prefix) + *near } })
                : helpRemedy(command);
}

const Flag* findFlag(const std::vector<Flag>& flags, std::string_view name)
{
    const auto found = std::ranges::find(flags, name, &Flag::name);
    return found != flags.end() ? &*found : nullptr;
}

const Flag* findLetter(const std::vector<Flag>& flags, char letter)
{
    const auto found = std::ranges::find(flags, letter, &Flag::letter);
    return letter != 0 && found != flags.end() ? &*found : nullptr;
}

const Command* findCommand(const CommandTable& table, std::string_view name)
{
    const auto found = std::ranges::find(table, name, &Command::name);
    return found != table.end() ? &*found : nullptr;
}

/// One dash or two, a name, maybe a value in the same word.
struct FlagWord
{
    bool isLong = false;
    std::string name;
    std::optional<std::string> value;
};

FlagWord splitFlag(const std::string& word)
{
    FlagWord out;
    out.isLong = word.starts_with("--");
    if (!out.isLong) {
        out.name = word.substr(1, 1);
        if (word.size() > 2) {
            out.value = word.substr(word[2] == '=' ? 3 : 2);
        }
        return out;
    }
    const std::size_t equals = word.find('=');
    out.name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    if (equals != std::string::npos) {
        out.value = word.substr(equals + 1);
    }
    return out;
}

bool isFlag(const std::string& word)
{
    return word.size() > 1 && word.front() == '-';
}

class Parser
{
public:
    Parser(const CommandTable& table, std::span<const std::string> line)
        : m_table(table)
        , m_line(line)
        , m_flags(globalFlags())
    { }

    Result<Arguments> parse()
    {
        if (Result<void> found = takeCommand(); !found) {
            return std::move(found).error();
        }
        if (m_out.command != nullptr && m_out.command->run == nullptr) {
            return Error { ErrorCode::Unsupported,
                           msg("app.later-version", { { "command", m_out.command->name } }),
                           {},
                           {},
                           msg("app.see-help") };
        }
        m_flags = flagsOf(m_out.command);
        bool flagsEnded = false;
        for (std::size_t i = 0; i < m_line.size(); ++i) {
            if (std::ranges::find(m_commandWords, i) != m_commandWords.end()) {
                continue;
            }
            if (!flagsEnded && m_line[i] == "--") {
                flagsEnded = true;
            } else if (!flagsEnded && isFlag(m_line[i])) {
                if (Result<void> taken = takeFlag(i); !taken) {
                    return std::move(taken).error();
                }
            } else {
                m_out.words.push_back(m_line[i]);
            }
        }
        if (m_out.help || m_out.has("version") || m_out.command == nullptr) {
            return std::move(m_out);
        }
        if (Result<void> fits = checkWords(); !fits) {
            return std::move(fits).error();
        }
        return std::move(m_out);
    }

private:
    /// Whether the flag at `i` takes the next word as its value. Before the command is known, any
    /// command's flag of that name answers.
    [[nodiscard]] bool takesNext(std::size_t i) const
    {
        const FlagWord word = splitFlag(m_line[i]);
        const auto named = [&word](const std::vector<Flag>& flags) {
            return word.isLong ? findFlag(flags, word.name)
                               : findLetter(flags, word.name.empty() ? '\0' : word.name.front());
        };
        const Flag* flag = named(globalFlags());
        for (std::size_t c = 0; flag == nullptr && c < m_table.size(); ++c) {
            flag = named(m_table[c].flags);
        }
        return flag != nullptr && !flag->value.empty() && !word.value;
    }

    Result<void> takeCommand()
    {
        for (std::size_t i = 0; i < m_line.size() && m_commandWords.size() < 2; ++i) {
            if (m_line[i] == "--") {
                break;
            }
            if (isFlag(m_line[i])) {
                i += takesNext(i) ? std::size_t { 1 } : 0;
                continue;
            }
            m_commandWords.push_back(i);
        }
        if (m_commandWords.empty()) {
            return {};
        }
        const std::string& first = m_line[m_commandWords.front()];
        if (m_commandWords.size() == 2) {
            m_out.command = findCommand(m_table, first + " " + m_line[m_commandWords.back()]);
        }
        if (m_out.command == nullptr) {
            m_commandWords.resize(1);
            m_out.command = findCommand(m_table, first);
        }
        return m_out.command != nullptr ? Result<void>() : Result<void>(unknownCommand(first));
    }

    [[nodiscard]] Error unknownCommand(const std::string& first) const
    {
        std::vector<std::string> firsts;
        std::vector<std::string> seconds;
        for (const Command& command : m_table) {
            const auto parts = split(command.name, ' ');
            firsts.push_back(parts.front());
            if (parts.front() == first) {
                seconds.push_back(parts.back());
            }
        }
        if (seconds.empty()) {
            return usage(msg("app.unknown-command", { { "command", first } }),
                         suggestion(first, firsts, "isthmusctl ", nullptr));
        }
        // A command that has only forms of two words: "weights".
        const auto wrong = std::ranges::find(m_line, first) + 1;
        const std::string second =
            wrong != m_line.end() && !isFlag(*wrong) ? *wrong : std::string();
        return second.empty()
            ? usage(msg("app.subcommand-missing", { { "command", first } }),
                    msg("app.say-one-of", { { "values", isthmus::join(seconds, ", ") } }))
            : usage(msg("app.unknown-command", { { "command", first + " " + second } }),
                    suggestion(second, seconds, "isthmusctl " + first + " ", nullptr));
    }

    Result<void> takeFlag(std::size_t& i)
    {
        const FlagWord word = splitFlag(m_line[i]);
        const Flag* flag =
            word.isLong ? findFlag(m_flags, word.name) : findLetter(m_flags, word.name.front());
        const std::string shown = (word.isLong ? "--" : "-") + word.name;
        if (flag == nullptr) {
            return unknownFlag(word, shown);
        }
        if (flag->value.empty()) {
            if (word.value) {
                return usage(msg("app.flag-takes-nothing", { { "flag", shown } }),
                             helpRemedy(m_out.command));
            }
            m_out.help = m_out.help || flag->name == "help";
            m_out.flags[flag->name] = {};
            return {};
        }
        std::string value;
        if (word.value) {
            value = *word.value;
        } else if (i + 1 < m_line.size()) {
            value = m_line[++i];
        } else {
            return usage(
                msg("app.flag-needs-value", { { "flag", shown }, { "value", flag->value } }),
                helpRemedy(m_out.command));
        }
        return keep(*flag, shown, value);
    }

    Result<void> keep(const Flag& flag, const std::string& shown, const std::string& value)
    {
        const auto& choices = flag.choices;
        if (!choices.empty() && std::ranges::find(choices, value) == choices.end()) {
            return usage(msg("app.bad-flag-value", { { "flag", shown }, { "value", value } }),
                         msg("app.say-one-of", { { "values", isthmus::join(choices, ", ") } }));
        }
        if (flag.value == "DURATION" && !parseDurationMs(value)) {
            return usage(msg("app.bad-flag-value", { { "flag", shown }, { "value", value } }),
                         msg("app.write-duration"));
        }
        const auto [at, isNew] = m_out.flags.emplace(flag.name, value);
        if (!isNew && at->second != value) {
            return usage(msg("app.flag-twice", { { "flag", shown } }), helpRemedy(m_out.command));
        }
        return {};
    }

    [[nodiscard]] Error unknownFlag(const FlagWord& word, const std::string& shown) const
    {
        std::vector<std::string> names;
        for (const Flag& flag : m_flags) {
            names.push_back(flag.name);
        }
        const Message what = m_out.command != nullptr
            ? msg("app.unknown-flag-of", { { "flag", shown }, { "command", m_out.command->name } })
            : msg("app.unknown-flag", { { "flag", shown } });
        return usage(what,
                     word.isLong ? suggestion(word.name, names, "--", m_out.command)
                                 : helpRemedy(m_out.command));
    }

    [[nodiscard]] Result<void> checkWords() const
    {
        const std::vector<Word>& expected = m_out.command->words;
        const bool endless = !expected.empty() && expected.back().repeated;
        if (m_out.words.size() > expected.size() && !endless) {
            return tooMany(m_out.words[expected.size()]);
        }
        for (std::size_t i = 0; i < expected.size(); ++i) {
            if (i >= m_out.words.size()) {
                if (expected[i].optional) {
                    break;
                }
                return usage(
                    msg("app.word-missing",
                        { { "command", m_out.command->name }, { "word", expected[i].name } }),
                    helpRemedy(m_out.command));
            }
            const auto& choices = expected[i].choices;
            if (!choices.empty() && std::ranges::find(choices, m_out.words[i]) == choices.end()) {
                return usage(msg("app.bad-word",
                                 { { "word", expected[i].name }, { "value", m_out.words[i] } }),
                             msg("app.say-one-of", { { "values", isthmus::join(choices, ", ") } }));
            }
        }
        return {};
    }

    /// What is too much may be a second word meant as part of the command: "operations resum".
    [[nodiscard]] Error tooMany(const std::string& word) const
    {
        std::vector<std::string> seconds;
        for (const Command& command : m_table) {
            const auto parts = split(command.name, ' ');
            if (parts.size() == 2 && parts.front() == m_out.command->name) {
                seconds.push_back(parts.back());
            }
        }
        return usage(
            msg("app.word-too-many", { { "command", m_out.command->name }, { "word", word } }),
            suggestion(word, seconds, "isthmusctl " + m_out.command->name + " ", m_out.command));
    }

    const CommandTable& m_table;
    std::span<const std::string> m_line;
    std::vector<std::size_t> m_commandWords; ///< where the command's one or two words stand
    std::vector<Flag> m_flags;
    Arguments m_out;
};

} // namespace

std::optional<std::string> Arguments::value(std::string_view flag) const
{
    const auto found = flags.find(flag);
    return found != flags.end() ? std::optional(found->second) : std::nullopt;
}

const std::string& Arguments::word(std::size_t index) const
{
    static const std::string none;
    return index < words.size() ? words[index] : none;
}

Result<Arguments> parseArguments(const CommandTable& table, std::span<const std::string> line)
{
    return Parser(table, line).parse();
}

bool wantsJson(std::span<const std::string> line)
{
    for (std::size_t i = 0; i < line.size(); ++i) {
        const std::string& word = line[i];
        const bool alone = (word == "-o" || word == "--output") && i + 1 < line.size();
        if (word == "-ojson" || word == "-o=json" || word == "--output=json"
            || (alone && line[i + 1] == "json")) {
            return true;
        }
    }
    return false;
}

const std::vector<Flag>& globalFlags()
{
    static const std::vector<Flag> flags {
        { "file", 'f', "FILE", "The mesh's description; left out: ./mesh.yaml.", {}, true },
        { "kubeconfig",
          0,
          "FILE",
          "Kubeconfig instead of $KUBECONFIG and ~/.kube/config.",
          {},
          true },
        { "output",
          'o',
          "FORMAT",
          "text for people, json for programs.",
          { "text", "json" },
          true },
        { "yes", 'y', "", "Do it without a question.", {}, true },
        { "timeout",
          0,
          "DURATION",
          "Stop after this time: 90s, 10m. What was begun can be resumed.",
          {},
          true },
        { "audit", 0, "FILE", "Append a JSON line for each request sent.", {}, true },
        { "verbose", 'v', "", "Say more: every write, every diff.", {}, true },
        { "no-color", 0, "", "No colours; so does NO_COLOR.", {}, true },
        { "help", 'h', "", "How the command is used.", {}, true },
        { "version", 0, "", "Which version this is.", {}, true },
    };
    return flags;
}

std::vector<Flag> flagsOf(const Command* command)
{
    std::vector<Flag> out = command != nullptr ? command->flags : std::vector<Flag>();
    for (const Flag& flag : globalFlags()) {
        if (findFlag(out, flag.name) == nullptr) {
            out.push_back(flag);
        }
    }
    return out;
}

std::optional<long long> parseDurationMs(std::string_view text)
{
    constexpr std::array<std::pair<std::string_view, long long>, 4> units { {
        { "ms", 1 },
        { "s", 1'000 },
        { "m", 60'000 },
        { "h", 3'600'000 },
    } };
    constexpr long long longest = 30LL * 24 * 3'600'000; // a month: above it somebody mistyped
    if (const std::optional<long long> seconds = toInteger(text)) {
        return *seconds > 0 && *seconds <= longest / 1'000 ? std::optional(*seconds * 1'000)
                                                           : std::nullopt;
    }
    long long total = 0;
    while (!text.empty()) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        const std::optional<long long> number = toInteger(text.substr(0, digits));
        text.remove_prefix(digits);
        const auto unit = std::ranges::find_if(
            units, [text](const auto& one) { return text.starts_with(one.first); });
        if (!number || unit == units.end() || *number > longest / unit->second) {
            return std::nullopt;
        }
        total += *number * unit->second;
        text.remove_prefix(unit->first.size());
    }
    return total > 0 && total <= longest ? std::optional(total) : std::nullopt;
}

} // namespace isthmus::cli
