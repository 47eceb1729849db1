// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layering/layers.h"

#include "core/base/strings.h"

#include <regex>
#include <utility>

namespace isthmus::layering {

namespace {

struct Include
{
    std::size_t at;
    std::string path;
    bool quoted;
};

std::vector<Include> includesOf(const Source& source)
{
    static const std::regex pattern(R"(^#\s*include\s*(["<])([^">]+)[">])");
    std::vector<Include> found;
    for (const Directive& directive : source.directives) {
        std::smatch match;
        if (std::regex_search(directive.text, match, pattern)) {
            found.push_back({ directive.begin, match[2].str(), match[1].str() == "\"" });
        }
    }
    return found;
}

/// "core/json/parse.h" is {"core", "json"}; a file directly in a top folder has no second part.
std::pair<std::string, std::string> placeOf(std::string_view path)
{
    const auto parts = split(path, '/');
    return { parts.front(), parts.size() > 2 ? parts[1] : std::string() };
}

bool isQt(std::string_view path)
{
    return path.starts_with("Qt")
        || (path.size() > 1 && path[0] == 'Q' && path[1] >= 'A' && path[1] <= 'Z');
}

std::set<std::string> headersThatShowALibrary(const std::vector<Source>& sources,
                                              const Wrappers& wrappers)
{
    std::set<std::string> found;
    for (const Source& source : sources) {
        const bool isHeader = source.path.starts_with("core/") && source.path.ends_with(".h");
        for (const Include& include : isHeader ? includesOf(source) : std::vector<Include>()) {
            for (const auto& [prefix, folders] : wrappers) {
                if (include.path.starts_with(prefix)) {
                    found.insert(source.path);
                }
            }
        }
    }
    return found;
}

class IncludeCheck
{
public:
    IncludeCheck(const Source& source,
                 const Rules& rules,
                 const std::set<std::string>& privateHeaders,
                 std::vector<std::string>& findings)
        : m_source(source)
        , m_rules(rules)
        , m_private(privateHeaders)
        , m_findings(findings)
        , m_top(placeOf(source.path).first)
        , m_folder(placeOf(source.path).second)
    { }

    void run()
    {
        for (const Include& include : includesOf(m_source)) {
            if (include.quoted) {
                project(include);
            } else {
                library(include);
            }
        }
    }

private:
    void report(const Include& include, const std::string& what)
    {
        m_findings.push_back(m_source.finding(include.at, what));
    }

    void project(const Include& include)
    {
        const auto [top, folder] = placeOf(include.path);
        static const std::set<std::string> tops { "core", "ui", "app", "tests", "resources" };
        if (include.path.ends_with(".moc")) {
            return;
        }
        if (!tops.contains(top)) {
            report(include, include.path + " is not rooted at the source tree");
        } else if (m_top == "core" && top == "resources") {
            library(include);
        } else if (m_top == "core") {
            core(include, top, folder);
        } else if (m_top == "ui") {
            ui(include, top, folder);
        } else if (m_top == "app" && top == "tests") {
            report(include, "app includes " + include.path);
        }
    }

    void core(const Include& include, const std::string& top, const std::string& folder)
    {
        const auto row = m_rules.core.find(m_folder);
        if (top != "core") {
            report(include, "core includes " + include.path);
        } else if (row == m_rules.core.end()) {
            report(include, "core/" + m_folder + " has no line in core/LAYERS");
        } else if (folder != m_folder && !row->second.contains(folder)) {
            report(include, m_folder + " may not include " + folder + " (core/LAYERS)");
        } else if (m_private.contains(include.path) && !mayUsePrivate(folder)) {
            report(include,
                   include.path + " is for the sources of " + folder + ": it shows a library");
        }
    }

    /// A header that shows a third-party library is for its own folder, and for no public header
    /// there.
    [[nodiscard]] bool mayUsePrivate(const std::string& folder) const
    {
        return folder == m_folder
            && (m_source.path.ends_with(".cpp") || m_private.contains(m_source.path));
    }

    void ui(const Include& include, const std::string& top, const std::string& folder)
    {
        if (top == "app" || top == "tests") {
            report(include, "ui includes " + include.path);
            return;
        }
        if (!m_rules.ui) {
            report(include, "there is no ui/LAYERS");
            return;
        }
        const auto row = m_rules.ui->find(m_folder);
        const std::string wanted = top == "core" ? "core/" + folder : folder;
        const bool isOwn = top == "ui" && folder == m_folder;
        if (row == m_rules.ui->end()) {
            report(include, "ui/" + m_folder + " has no line in ui/LAYERS");
        } else if (!isOwn && !row->second.contains(wanted)) {
            report(include, m_folder + " may not include " + wanted + " (ui/LAYERS)");
        }
    }

    void library(const Include& include)
    {
        if (m_top == "core" && isQt(include.path)) {
            report(include, "core includes Qt: " + include.path);
        }
        if (m_top == "tests") {
            return;
        }
        for (const auto& [prefix, folders] : m_rules.wrappers) {
            if (!include.path.starts_with(prefix)) {
                continue;
            }
            if (m_top != "core" || !folders.contains(m_folder)) {
                report(include, include.path + " belongs to the folder of core that wraps it");
            }
        }
    }

    const Source& m_source;
    const Rules& m_rules;
    const std::set<std::string>& m_private;
    std::vector<std::string>& m_findings;
    std::string m_top;
    std::string m_folder;
};

/// Whether a chain of lines leads from `from` back to `to`.
bool leadsTo(const Layers& layers,
             const std::string& from,
             const std::string& to,
             std::set<std::string>& seen)
{
    const auto row = layers.find(from);
    if (row == layers.end() || !seen.insert(from).second) {
        return false;
    }
    for (const std::string& next : row->second) {
        if (next == to || leadsTo(layers, next, to, seen)) {
            return true;
        }
    }
    return false;
}

} // namespace

Layers parseLayers(std::string_view text)
{
    Layers layers;
    for (const std::string& line : split(text, '\n')) {
        const std::size_t colon = line.find(':');
        if (line.empty() || line.front() == '#' || colon == std::string::npos) {
            continue;
        }
        std::set<std::string>& row = layers[std::string(trimmed(line.substr(0, colon)))];
        for (const std::string& name : split(line.substr(colon + 1), ',')) {
            if (const std::string_view word = trimmed(name); !word.empty()) {
                row.emplace(word);
            }
        }
    }
    return layers;
}

Wrappers parseWrappers(std::string_view cmake)
{
    static const std::map<std::string, std::string> prefixes {
        { "simdjson", "simdjson" }, { "yaml-cpp", "yaml-cpp/" }, { "OpenSSL", "openssl/" },
        { "CURL", "curl/" },        { "Boost", "boost/" },       { "core_resources", "resources/" }
    };
    static const std::regex pattern(R"(isthmus_wraps\(([a-z]+)\s+([^)]*)\))");
    Wrappers wrappers;
    for (const auto& [library, prefix] : prefixes) {
        wrappers[prefix];
    }
    const std::string text(cmake);
    for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end;
         ++match) {
        for (const auto& [library, prefix] : prefixes) {
            if ((*match)[2].str().find(library) != std::string::npos) {
                wrappers[prefix].insert((*match)[1].str());
            }
        }
    }
    return wrappers;
}

std::vector<std::string> includeFindings(const std::vector<Source>& sources, const Rules& rules)
{
    const std::set<std::string> privateHeaders = headersThatShowALibrary(sources, rules.wrappers);
    std::vector<std::string> findings;
    for (const Source& source : sources) {
        IncludeCheck(source, rules, privateHeaders, findings).run();
    }
    return findings;
}

std::vector<std::string> tableFindings(const Layers& layers, std::string_view table)
{
    std::vector<std::string> findings;
    for (const auto& [folder, row] : layers) {
        for (const std::string& name : row) {
            if (!name.starts_with("core/") && !layers.contains(name)) {
                findings.push_back(std::string(table) + ": " + folder + " names " + name
                                   + ", which has no line");
            }
        }
        std::set<std::string> seen;
        if (leadsTo(layers, folder, folder, seen)) {
            findings.push_back(std::string(table) + ": " + folder + " includes itself in a circle");
        }
    }
    return findings;
}

} // namespace isthmus::layering
