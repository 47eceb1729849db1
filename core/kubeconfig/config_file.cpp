// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kubeconfig/config_file.h"

#include "core/base/strings.h"
#include "core/json/parse.h"
#include "core/kubeconfig/entry_reader.h"
#include "core/yaml/document.h"

#include <algorithm>
#include <set>

namespace isthmus::kubeconfig {

namespace {

using yaml::Node;

/// `kubectl config view -o json` indents with tabs or escapes slashes at times, which is JSON but
/// hard on a YAML reader; so JSON is read as JSON. Places are lost, which nobody misses in a
/// generated file.
Node fromJson(const json::Value& value)
{
    Node node;
    if (const json::Object* object = value.asObject()) {
        node.kind = Node::Kind::Map;
        for (const auto& [key, member] : *object) {
            Node name;
            name.kind = Node::Kind::Scalar;
            name.scalar = key;
            name.quoted = true;
            node.members.emplace_back(std::move(name), fromJson(member));
        }
    } else if (const json::Array* array = value.asArray()) {
        node.kind = Node::Kind::Sequence;
        for (const json::Value& item : *array) {
            node.items.push_back(fromJson(item));
        }
    } else if (!value.isNull()) {
        node.kind = Node::Kind::Scalar;
        node.quoted = value.asString() != nullptr;
        node.scalar = node.quoted ? *value.asString() : json::write(value);
    }
    return node;
}

void wipeTexts(Node& node)
{
    wipe(node.scalar);
    std::ranges::for_each(node.items, wipeTexts);
    for (auto& [key, value] : node.members) {
        wipeTexts(value);
    }
}

/// What the YAML reader quotes may be a line of a key or token that slipped out of its place.
Diagnostic withoutContent(Diagnostic problem)
{
    if (problem.summary.id != "yaml.duplicate-key") {
        for (auto& [name, value] : problem.summary.args) {
            if (name == "key" || name == "tag") {
                value = "…";
            }
        }
    }
    return problem;
}

/// The tree of a file; one problem, the first, where it cannot be read.
std::optional<Node> parseTree(std::string_view text, const std::string& file, Diagnostics& problems)
{
    if (trimmed(text).starts_with('{')) {
        Result<json::Value> value =
            json::parse(text, { .bytes = yaml::Limits().bytes, .depth = yaml::Limits().depth });
        if (value) {
            Node root = fromJson(*value);
            json::wipe(*value);
            return root;
        }
    }
    yaml::Parsed parsed = yaml::parse(text, file);
    const auto first = std::ranges::find(parsed.problems, Severity::Error, &Diagnostic::severity);
    if (first != parsed.problems.end()) {
        problems.push_back(withoutContent(*first));
        wipeTexts(parsed.root);
        return std::nullopt;
    }
    return std::move(parsed.root);
}

/// A tree whose texts are overwritten at the end of the scope.
struct WipedTree
{
    Node root;

    explicit WipedTree(Node node)
        : root(std::move(node))
    { }

    WipedTree(const WipedTree&) = delete;
    WipedTree& operator=(const WipedTree&) = delete;

    ~WipedTree() { wipeTexts(root); }
};

void readBody(const EntryReader& from, ClusterEntry& entry)
{
    entry.server = from.field("server");
    entry.authorityFile = from.field("certificate-authority");
    entry.authorityData = from.field("certificate-authority-data");
    entry.tlsServerName = from.field("tls-server-name");
    entry.proxyUrl = from.field("proxy-url");
    entry.insecureSkipVerify = from.flag("insecure-skip-tls-verify");
    entry.disableCompression = from.flag("disable-compression");
}

std::string printable(std::string text)
{
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
    return text;
}

ExecPlugin readExec(const EntryReader& from, const std::filesystem::path& file)
{
    ExecPlugin plugin;
    plugin.command = from.text("command");
    if (plugin.command.find('/') != std::string::npos) {
        plugin.command = besideFile(file, plugin.command).string();
    }
    plugin.arguments = from.texts("args");
    plugin.apiVersion = from.text("apiVersion");
    for (const EntryReader& variable : from.maps("env")) {
        plugin.environment.emplace_back(variable.text("name"), variable.secret("value"));
    }
    const bool stable = plugin.apiVersion == "client.authentication.k8s.io/v1";
    const std::string mode = from.text("interactiveMode");
    plugin.interactiveMode = mode.empty() && !stable ? "IfAvailable" : mode;
    plugin.provideClusterInfo = from.flag("provideClusterInfo");
    plugin.installHint = printable(from.text("installHint"));
    return plugin;
}

void readBody(const EntryReader& from, UserEntry& entry)
{
    entry.certificateFile = from.field("client-certificate");
    entry.certificateData = from.field("client-certificate-data");
    entry.keyFile = from.field("client-key");
    entry.keyData = from.secret("client-key-data");
    entry.token = from.secret("token");
    entry.tokenFile = from.field("tokenFile");
    entry.username = from.text("username");
    entry.password = from.secret("password");
    entry.impersonation = {
        from.text("as"), from.text("as-uid"), from.texts("as-groups"), from.pairs("as-user-extra")
    };
    if (const EntryReader exec = from.map("exec"); exec.present()) {
        entry.exec = readExec(exec, entry.file);
    }
    if (const EntryReader provider = from.map("auth-provider"); provider.present()) {
        entry.authProvider = provider.text("name");
    }
}

void readBody(const EntryReader& from, ContextEntry& entry)
{
    entry.cluster = from.field("cluster");
    entry.user = from.field("user");
    entry.defaultNamespace = from.text("namespace");
}

/// The list `list` of entries, whose content stands under `body`.
template<typename T>
std::vector<T> readEntries(const EntryReader& root,
                           const std::string& list,
                           const std::string& body,
                           const std::filesystem::path& file,
                           Diagnostics& problems)
{
    std::vector<T> entries;
    std::set<std::string> names;
    for (const EntryReader& item : root.maps(list)) {
        if (!item.present()) {
            continue;
        }
        T entry;
        entry.name = item.field("name");
        entry.file = file;
        const std::string subject = list + "[" + entry.name.text + "]";
        const auto note = [&](Severity severity, Message what, Message remedy) {
            problems.push_back({ severity,
                                 std::move(what),
                                 {},
                                 subject,
                                 std::move(remedy),
                                 file.string(),
                                 entry.name.line,
                                 entry.name.column });
        };
        if (entry.name.empty()) {
            note(Severity::Warning, msg("kubeconfig.no-name"), msg("kubeconfig.give-name"));
            continue;
        }
        if (!names.insert(entry.name.text).second) {
            note(Severity::Error, msg("kubeconfig.name-twice"), msg("kubeconfig.remove-one"));
            continue;
        }
        readBody(item.map(body, subject, entry.problems), entry);
        entries.push_back(std::move(entry));
    }
    return entries;
}

} // namespace

std::filesystem::path besideFile(const std::filesystem::path& file, std::string_view path)
{
    return (file.parent_path() / std::filesystem::path(path)).lexically_normal();
}

ConfigFile
readConfig(std::string_view text, const std::filesystem::path& file, Diagnostics& problems)
{
    const std::string name = file.string();
    const auto refuse = [&](Message what, std::string why) {
        problems.push_back({ Severity::Error,
                             std::move(what),
                             std::move(why),
                             {},
                             msg("kubeconfig.check-file"),
                             name });
        return ConfigFile {};
    };
    if (!isUtf8(text) || text.find('\0') != std::string_view::npos) {
        return refuse(msg("kubeconfig.not-a-kubeconfig"), "it is not text");
    }
    std::optional<Node> parsed = parseTree(text, name, problems);
    if (!parsed) {
        return {};
    }
    const WipedTree tree(std::move(*parsed));
    if (tree.root.kind != Node::Kind::Map && tree.root.kind != Node::Kind::Null) {
        return refuse(msg("kubeconfig.not-a-kubeconfig"), "it has no map at the top");
    }
    const EntryReader root(&tree.root, {}, name, problems);
    const std::string kind = root.text("kind");
    if (!kind.empty() && kind != "Config") {
        return refuse(msg("kubeconfig.not-a-kubeconfig"),
                      "its kind is " + shortened(kind, 60) + ", not Config");
    }
    const std::string version = root.text("apiVersion");
    if (!version.empty() && version != "v1") {
        return refuse(msg("kubeconfig.not-a-kubeconfig"),
                      "its apiVersion is " + shortened(version, 60) + ", not v1");
    }
    ConfigFile config;
    config.clusters = readEntries<ClusterEntry>(root, "clusters", "cluster", file, problems);
    config.users = readEntries<UserEntry>(root, "users", "user", file, problems);
    config.contexts = readEntries<ContextEntry>(root, "contexts", "context", file, problems);
    config.currentContext = root.text("current-context");
    return config;
}

} // namespace isthmus::kubeconfig
