// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layering/house.h"

#include "core/base/strings.h"

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>
#include <string_view>

namespace isthmus::layering {

namespace {

constexpr std::string_view licence = "SPDX-License-Identifier: GPL-3.0-or-later";

bool isScript(const TextFile& file)
{
    return file.path.ends_with("CMakeLists.txt") || file.path.ends_with(".cmake")
        || file.text.starts_with("#!");
}

struct Ban
{
    const char* pattern;
    const char* reason;
    const char* folder; ///< path prefix it holds for; "" is everywhere
};

constexpr std::array bans {
    Ban { R"(\bstatic\b[^;{}()]*\binstance\s*\()", "no singletons", "" },
    Ban { R"(\b(system|popen)\s*\()",
          "no shell: core/exec runs a program with an argument list",
          "" },
    Ban { R"(\busing\s+namespace\s+std\s*;)", "no using namespace std", "" },
    Ban { R"(\bstd\s*::\s*views\b)", "std::views is not parsed by clang 14 with this library", "" },
    Ban { R"(\bstd\s*::\s*(v?format|format_to|expected|source_location)\b)",
          "not in GCC 12 and clang 14",
          "" },
    Ban { R"(\bQEventLoop\b|\bprocessEvents\b|\bwaitFor[A-Z]\w*\s*\()",
          "the window never waits",
          "ui/" },
    Ban { R"(\bexec\s*\(\s*\))", "dialogs open(), they do not exec()", "ui/" },
};

/// Written in two halves, so that this file does not contain what it looks for.
struct Word
{
    std::string text;
    const char* reason;
    std::set<std::string> allowedIn = {};
};

const std::vector<Word>& words()
{
    static const std::vector<Word> all {
        { "TO"
          "DO",
          "finish it or open an issue" },
        { "FIX"
          "ME",
          "finish it or open an issue" },
        { "/wo"
          "rk/",
          "a path of one machine" },
        { "../sha"
          "red",
          "only the default of ISTHMUS_REALMESH may name it",
          { "dev", "README.md", ".ci/run" } },
    };
    return all;
}

} // namespace

std::vector<std::string> licenceFindings(const std::vector<TextFile>& files)
{
    std::vector<std::string> findings;
    for (const TextFile& file : files) {
        const bool isSource = file.path.ends_with(".h") || file.path.ends_with(".cpp");
        if (!isSource && !isScript(file)) {
            continue;
        }
        auto lines = split(file.text.substr(0, 400), '\n');
        lines.resize(2);
        const std::string expected = (isSource ? "// " : "# ") + std::string(licence);
        if (lines[0] != expected && (isSource || lines[1] != expected)) {
            findings.push_back(file.path + ":1: the licence line is missing");
        }
    }
    return findings;
}

std::vector<std::string> readmeFindings(const std::vector<TextFile>& files)
{
    constexpr int limit = 15;
    std::map<std::string, long> lines; // by folder of core; -1 as long as no README was seen
    for (const TextFile& file : files) {
        const auto parts = split(file.path, '/');
        if (parts.size() < 3 || parts[0] != "core") {
            continue;
        }
        const std::string folder = parts[0] + "/" + parts[1];
        long& count = lines.emplace(folder, -1).first->second;
        if (file.path == folder + "/README.md") {
            count = std::ranges::count(file.text, '\n');
        }
    }
    std::vector<std::string> findings;
    for (const auto& [folder, count] : lines) {
        if (count < 0) {
            findings.push_back(folder + ": no README.md");
        } else if (count > limit) {
            findings.push_back(folder + "/README.md: " + std::to_string(count)
                               + " lines, the limit is 15");
        }
    }
    return findings;
}

std::vector<std::string> bannedFindings(const std::vector<Source>& sources)
{
    static const std::regex shell(R"((^|[ /])(ba)?sh -c\b)");
    std::vector<std::string> findings;
    for (const Ban& ban : bans) {
        const std::regex pattern(ban.pattern);
        for (const Source& source : sources) {
            if (!source.path.starts_with(ban.folder)) {
                continue;
            }
            const std::string& code = source.code;
            for (std::sregex_iterator at(code.begin(), code.end(), pattern), end; at != end; ++at) {
                findings.push_back(
                    source.finding(static_cast<std::size_t>(at->position()), ban.reason));
            }
        }
    }
    for (const Source& source : sources) {
        const bool isProduct = !source.path.starts_with("tests/");
        for (const Literal& literal : source.literals) {
            if (isProduct && std::regex_search(literal.value, shell)) {
                findings.push_back(source.finding(literal.begin, "no shell"));
            }
        }
    }
    return findings;
}

std::vector<std::string> wordFindings(const std::vector<TextFile>& files)
{
    std::vector<std::string> findings;
    for (const TextFile& file : files) {
        for (const Word& word : words()) {
            const std::size_t at = file.text.find(word.text);
            if (at != std::string::npos && !word.allowedIn.contains(file.path)) {
                const Source source { file.path, file.text, {}, {}, {} };
                findings.push_back(source.finding(at, word.text + ": " + word.reason));
            }
        }
    }
    return findings;
}

} // namespace isthmus::layering
