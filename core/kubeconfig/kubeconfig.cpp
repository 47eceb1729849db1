// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kubeconfig/kubeconfig.h"

#include "core/base/environment.h"
#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/kubeconfig/address.h"
#include "core/kubeconfig/config_file.h"
#include "core/kubeconfig/resolution.h"

#include <algorithm>
#include <numeric>

namespace isthmus::kubeconfig {

namespace {

constexpr std::size_t largestFile = std::size_t { 1 } << 20;

std::filesystem::path absolutePath(const std::filesystem::path& path)
{
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::absolute(path, error);
    return error ? path : whole.lexically_normal();
}

bool isMissing(const std::filesystem::path& path)
{
    std::error_code error;
    return !std::filesystem::exists(path, error) && !error;
}

/// The first definition of a name counts whole; fields are never mixed.
template<typename T>
void mergeEntries(std::vector<T>& into, std::vector<T>&& from)
{
    for (T& entry : from) {
        if (findEntry(into, entry.name.text) == nullptr) {
            into.push_back(std::move(entry));
        }
    }
}

Diagnostics readInto(ConfigFile& merged, const std::filesystem::path& path)
{
    Diagnostics problems;
    Result<std::string> text = readFile(path, largestFile);
    if (!text) {
        problems.push_back({ Severity::Error,
                             text.error().message,
                             text.error().detail,
                             {},
                             msg("kubeconfig.check-file"),
                             path.string() });
        return problems;
    }
    ConfigFile file = readConfig(*text, path, problems);
    wipe(*text);
    if (!hasErrors(problems)) {
        mergeEntries(merged.clusters, std::move(file.clusters));
        mergeEntries(merged.users, std::move(file.users));
        mergeEntries(merged.contexts, std::move(file.contexts));
        if (merged.currentContext.empty()) {
            merged.currentContext = std::move(file.currentContext);
        }
    }
    return problems;
}

/// How many insertions, removals and changes lie between the two.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t { 0 });
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t k = 1; k <= b.size(); ++k) {
            const std::size_t changed = diagonal + (a[i - 1] == b[k - 1] ? 0 : 1);
            diagonal = row[k];
            row[k] = std::min({ row[k] + 1, row[k - 1] + 1, changed });
        }
    }
    return row.back();
}

/// The name that was probably meant, or "".
std::string nearest(const std::string& wanted, const std::vector<std::string>& names)
{
    std::string best;
    std::size_t fewest = std::max<std::size_t>(1, wanted.size() / 3) + 1;
    for (const std::string& name : names) {
        if (name.size() > 200 || wanted.size() > 200) {
            continue; // keeps the table small; nobody mistypes such names by hand
        }
        if (const std::size_t changes = distance(wanted, name); changes < fewest) {
            fewest = changes;
            best = name;
        }
    }
    return best;
}

std::string describeErrors(const Diagnostics& problems)
{
    std::vector<std::string> all;
    for (const Diagnostic& problem : problems) {
        if (problem.severity == Severity::Error) {
            const std::string place = problem.line > 0 ? ":" + std::to_string(problem.line) : "";
            const std::string where = problem.subject.empty() ? "" : " (" + problem.subject + ")";
            const std::string why = problem.detail.empty() ? "" : ": " + problem.detail;
            all.push_back(problem.file + place + ": " + text(problem.summary) + where + why);
        }
    }
    return join(all, "; ");
}

Message firstRemedy(const Diagnostics& problems)
{
    const auto first = std::ranges::find(problems, Severity::Error, &Diagnostic::severity);
    return first == problems.end() ? Message {} : first->remedy;
}

/// The address for the list; one that carries a password is not shown.
std::string shownServer(const ClusterEntry* cluster)
{
    if (cluster == nullptr) {
        return {};
    }
    const std::string& raw = cluster->server.text;
    const bool safe = raw.find('@') == std::string::npos && isUtf8(raw);
    return serverAddress(raw).value_or(safe ? shortened(raw, 200) : std::string());
}

} // namespace

SearchPath searchPath(const std::optional<std::string>& explicitFile)
{
    if (explicitFile) {
        return { { absolutePath(*explicitFile) }, true };
    }
    const std::optional<std::string> variable = environment("KUBECONFIG");
    if (!variable) {
        return { { homeFolder() / ".kube" / "config" }, false };
    }
    SearchPath path;
    for (const std::string& part : split(*variable, ':')) {
        const std::filesystem::path file =
            part.empty() ? std::filesystem::path() : absolutePath(part);
        if (!part.empty() && std::ranges::find(path.files, file) == path.files.end()) {
            path.files.push_back(file);
        }
    }
    return path;
}

struct Kubeconfig::State
{
    ConfigFile merged;
    Diagnostics problems;
};

Kubeconfig::Kubeconfig(std::unique_ptr<State> state)
    : m_state(std::move(state))
{ }

Kubeconfig::Kubeconfig(Kubeconfig&&) noexcept = default;
Kubeconfig& Kubeconfig::operator=(Kubeconfig&&) noexcept = default;
Kubeconfig::~Kubeconfig() = default;

Result<Kubeconfig> Kubeconfig::load(const SearchPath& path)
{
    auto state = std::make_unique<State>();
    bool found = false;
    for (const std::filesystem::path& given : path.files) {
        const std::filesystem::path file = absolutePath(given);
        if (!path.explicitFile && isMissing(file)) {
            continue;
        }
        found = true;
        Diagnostics problems = readInto(state->merged, file);
        if (path.explicitFile && hasErrors(problems)) {
            return Error { ErrorCode::Usage,
                           msg("kubeconfig.unusable-file", { { "file", file.string() } }),
                           describeErrors(problems),
                           {},
                           firstRemedy(problems) };
        }
        state->problems.insert(state->problems.end(), problems.begin(), problems.end());
    }
    if (!found) {
        std::vector<std::string> names;
        for (const std::filesystem::path& file : path.files) {
            names.push_back(file.string());
        }
        state->problems.push_back({ Severity::Warning,
                                    msg("kubeconfig.none-found"),
                                    join(names, ", "),
                                    {},
                                    msg("kubeconfig.name-a-file") });
    }
    return Kubeconfig(std::move(state));
}

const Diagnostics& Kubeconfig::problems() const
{
    return m_state->problems;
}

std::string Kubeconfig::currentContext() const
{
    return m_state->merged.currentContext;
}

std::vector<ContextInfo> Kubeconfig::contexts() const
{
    const ConfigFile& merged = m_state->merged;
    std::vector<ContextInfo> all;
    for (const ContextEntry& entry : merged.contexts) {
        Resolution resolution = resolveContext(merged, entry);
        ContextInfo info;
        info.name = entry.name.text;
        info.cluster = entry.cluster.text;
        info.user = entry.user.text;
        info.server = shownServer(findEntry(merged.clusters, entry.cluster.text));
        info.defaultNamespace = resolution.connection.defaultNamespace;
        info.file = entry.file;
        info.credential = credentialText(findEntry(merged.users, entry.user.text));
        info.current = entry.name.text == merged.currentContext;
        info.problems = std::move(resolution.problems);
        all.push_back(std::move(info));
    }
    return all;
}

Result<Connection> Kubeconfig::resolve(const std::string& context) const
{
    const ContextEntry* entry = findEntry(m_state->merged.contexts, context);
    if (entry == nullptr) {
        std::vector<std::string> names;
        for (const ContextEntry& known : m_state->merged.contexts) {
            names.push_back(known.name.text);
        }
        const std::string meant = nearest(context, names);
        return Error { ErrorCode::Usage,
                       msg("kubeconfig.no-context", { { "context", context } }),
                       names.empty() ? "no kubeconfig that was read has a context"
                                     : "there are: " + join(names, ", "),
                       context,
                       meant.empty() ? msg("kubeconfig.list-contexts")
                                     : msg("kubeconfig.did-you-mean", { { "context", meant } }) };
    }
    Resolution resolution = resolveContext(m_state->merged, *entry);
    if (hasErrors(resolution.problems)) {
        return Error { ErrorCode::Usage,
                       msg("kubeconfig.unusable-context", { { "context", context } }),
                       describeErrors(resolution.problems),
                       context,
                       firstRemedy(resolution.problems) };
    }
    return std::move(resolution.connection);
}

} // namespace isthmus::kubeconfig
