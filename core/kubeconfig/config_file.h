// SPDX-License-Identifier: GPL-3.0-or-later
// Internal: the entries of kubeconfig files as they stand, each with its place. Values; nothing is
// judged here but their shape.
#pragma once

#include "core/base/diagnostics.h"
#include "core/base/secret.h"
#include "core/kubeconfig/connection.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::kubeconfig {

/// A text with its place in the file of its entry.
struct Field
{
    std::string text = {};
    int line = 0; ///< from 1; 0 where the file is JSON
    int column = 0;

    [[nodiscard]] bool empty() const { return text.empty(); }
};

/// What every entry has. `problems` concern only those contexts that use the entry.
struct Entry
{
    Field name;
    std::filesystem::path file; ///< relative paths start at its folder
    Diagnostics problems = {};
};

struct ClusterEntry : Entry
{
    Field server = {};
    Field authorityFile = {};
    Field authorityData = {};
    Field tlsServerName = {};
    Field proxyUrl = {};
    bool insecureSkipVerify = false;
    bool disableCompression = false;
};

struct UserEntry : Entry
{
    Field certificateFile = {};
    Field certificateData = {};
    Field keyFile = {};
    Secret keyData = {};
    Secret token = {};
    Field tokenFile = {};
    std::string username = {};
    Secret password = {};
    Impersonation impersonation = {};
    std::optional<ExecPlugin> exec = {};
    std::optional<std::string> authProvider = {};
};

struct ContextEntry : Entry
{
    Field cluster = {};
    Field user = {};
    std::string defaultNamespace = {};
};

struct ConfigFile
{
    std::vector<ClusterEntry> clusters = {};
    std::vector<UserEntry> users = {};
    std::vector<ContextEntry> contexts = {};
    std::string currentContext = {};
};

template<typename T>
const T* findEntry(const std::vector<T>& entries, std::string_view name)
{
    for (const T& entry : entries) {
        if (entry.name.text == name) {
            return &entry;
        }
    }
    return nullptr;
}

/// Reads one file's text, YAML or JSON. With an error among `problems` (not YAML, not a kubeconfig,
/// a name twice) the file does not count at all, as in client-go: which of two readings is meant,
/// nobody can say.
[[nodiscard]] ConfigFile
readConfig(std::string_view text, const std::filesystem::path& file, Diagnostics& problems);

/// A path in an entry, made absolute by the folder of the file that it stands in.
[[nodiscard]] std::filesystem::path besideFile(const std::filesystem::path& file,
                                               std::string_view path);

} // namespace isthmus::kubeconfig
