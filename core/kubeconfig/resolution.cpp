// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kubeconfig/resolution.h"

#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/kubeconfig/address.h"

#include <algorithm>
#include <array>

namespace isthmus::kubeconfig {

namespace {

/// A kubeconfig may name any file and any server. Small, regular files of the right form are all
/// that leaves this machine on its word (reference: reliability-security §4.2).
constexpr std::size_t largestCredential = std::size_t { 64 } << 10;
/// A CA file is never sent, and the system's own bundle, which some name here, has 250 KB.
constexpr std::size_t largestAuthority = std::size_t { 1 } << 20;

/// Collects what is wrong with one entry.
class Judge
{
public:
    Judge(const Entry& entry, std::string list, Diagnostics& problems)
        : m_entry(entry)
        , m_subject(std::move(list) + "[" + entry.name.text + "]")
        , m_problems(problems)
    {
        problems.insert(problems.end(), entry.problems.begin(), entry.problems.end());
    }

    void error(std::string_view key,
               Message what,
               Message remedy,
               std::string why = {},
               const Field* at = nullptr)
    {
        add(Severity::Error, key, std::move(what), std::move(remedy), std::move(why), at);
    }

    void warning(std::string_view key, Message what, Message remedy, const Field* at = nullptr)
    {
        add(Severity::Warning, key, std::move(what), std::move(remedy), {}, at);
    }

    void error(std::string_view key, const Error& reason, const Field* at = nullptr)
    {
        error(key, reason.message, reason.remedy, reason.detail, at);
    }

    [[nodiscard]] const std::filesystem::path& file() const { return m_entry.file; }

private:
    void add(Severity severity,
             std::string_view key,
             Message what,
             Message remedy,
             std::string why,
             const Field* at)
    {
        const Field& place = at == nullptr || at->line == 0 ? m_entry.name : *at;
        m_problems.push_back({ severity,
                               std::move(what),
                               std::move(why),
                               key.empty() ? m_subject : m_subject + "." + std::string(key),
                               std::move(remedy),
                               m_entry.file.string(),
                               place.line,
                               place.column });
    }

    const Entry& m_entry;
    std::string m_subject;
    Diagnostics& m_problems;
};

/// Text that can stand in a header line.
bool isHeaderText(std::string_view text)
{
    return std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

bool isToken(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<Secret>
fileContent(const Field& field, std::size_t limit, std::string_view key, Judge& judge)
{
    Result<std::string> content = readFile(besideFile(judge.file(), field.text), limit);
    if (!content) {
        judge.error(key,
                    msg("kubeconfig.credential-file",
                        { { "file", besideFile(judge.file(), field.text).string() } }),
                    msg("kubeconfig.check-credential-file"),
                    content.error().detail,
                    &field);
        return std::nullopt;
    }
    Secret secret(*content);
    wipe(*content);
    return secret;
}

std::optional<Secret>
decoded(std::string_view base64, std::string_view key, const Field* at, Judge& judge)
{
    std::optional<std::string> bytes = base64Decode(base64);
    if (!bytes) {
        judge.error(key, msg("kubeconfig.bad-base64"), msg("kubeconfig.give-base64"), {}, at);
        return std::nullopt;
    }
    Secret secret(*bytes);
    wipe(*bytes);
    return secret;
}

/// The bytes of `KEY-data`, else of the file `KEY` names; nothing where neither is there or it is
/// unusable.
std::optional<Secret> dataOrFile(std::string_view data,
                                 const Field& file,
                                 std::size_t limit,
                                 const std::string& key,
                                 const Field* dataPlace,
                                 Judge& judge)
{
    if (!data.empty()) {
        if (!file.empty()) {
            judge.warning(key,
                          msg("kubeconfig.data-and-file", { { "key", key } }),
                          msg("kubeconfig.remove-one"),
                          &file);
        }
        return decoded(data, key + "-data", dataPlace, judge);
    }
    return file.empty() ? std::nullopt : fileContent(file, limit, key, judge);
}

void resolveTrust(const ClusterEntry& cluster, Connection& out, Judge& judge)
{
    const bool hasAuthority = !cluster.authorityData.empty() || !cluster.authorityFile.empty();
    out.insecureSkipVerify = cluster.insecureSkipVerify;
    if (cluster.insecureSkipVerify) {
        if (hasAuthority) {
            judge.error("insecure-skip-tls-verify",
                        msg("kubeconfig.insecure-and-authority"),
                        msg("kubeconfig.remove-insecure"));
        } else {
            judge.warning("insecure-skip-tls-verify",
                          msg("kubeconfig.insecure"),
                          msg("kubeconfig.give-authority"));
        }
    }
    if (!hasAuthority) {
        return;
    }
    const std::optional<Secret> pem = dataOrFile(cluster.authorityData.text,
                                                 cluster.authorityFile,
                                                 largestAuthority,
                                                 "certificate-authority",
                                                 &cluster.authorityData,
                                                 judge);
    if (!pem) {
        return;
    }
    if (const auto certificates = crypto::readCertificates(pem->reveal()); !certificates) {
        judge.error("certificate-authority",
                    certificates.error(),
                    cluster.authorityData.empty() ? &cluster.authorityFile
                                                  : &cluster.authorityData);
        return;
    }
    out.caPem = pem->reveal();
}

void resolveCluster(const ClusterEntry& cluster, Connection& out, Judge& judge)
{
    if (cluster.server.empty()) {
        judge.error("server", msg("kubeconfig.no-server"), msg("kubeconfig.give-server"));
    } else if (Result<std::string> address = serverAddress(cluster.server.text); address) {
        out.server = std::move(*address);
    } else {
        judge.error("server", address.error(), &cluster.server);
    }
    resolveTrust(cluster, out, judge);
    if (!cluster.tlsServerName.empty() && !isHostName(cluster.tlsServerName.text)) {
        judge.error("tls-server-name",
                    msg("kubeconfig.bad-host-name"),
                    msg("kubeconfig.give-host-name"),
                    {},
                    &cluster.tlsServerName);
    }
    if (!cluster.proxyUrl.empty() && !isProxyAddress(cluster.proxyUrl.text)) {
        judge.error("proxy-url",
                    msg("kubeconfig.bad-proxy"),
                    msg("kubeconfig.give-proxy"),
                    {},
                    &cluster.proxyUrl);
    }
    out.tlsServerName = cluster.tlsServerName.text;
    out.proxyUrl = cluster.proxyUrl.text;
    out.disableCompression = cluster.disableCompression;
}

bool hasCertificate(const UserEntry& user)
{
    return !user.certificateData.empty() || !user.certificateFile.empty();
}

void resolveCertificate(const UserEntry& user, Connection& out, Judge& judge)
{
    const bool hasKey = !user.keyData.empty() || !user.keyFile.empty();
    if (!hasCertificate(user)) {
        if (hasKey) {
            judge.warning("client-key",
                          msg("kubeconfig.key-without-certificate"),
                          msg("kubeconfig.give-both"));
        }
        return;
    }
    if (!hasKey) {
        judge.error("client-certificate",
                    msg("kubeconfig.certificate-without-key"),
                    msg("kubeconfig.give-both"));
    }
    const std::optional<Secret> certificate = dataOrFile(user.certificateData.text,
                                                         user.certificateFile,
                                                         largestCredential,
                                                         "client-certificate",
                                                         &user.certificateData,
                                                         judge);
    std::optional<Secret> key = dataOrFile(
        user.keyData.reveal(), user.keyFile, largestCredential, "client-key", nullptr, judge);
    if (!certificate || !key) {
        return;
    }
    if (const auto read = crypto::readCertificates(certificate->reveal()); !read) {
        judge.error("client-certificate", read.error());
        return;
    }
    const Result<bool> matches = crypto::keyMatches(certificate->reveal(), *key);
    if (!matches) {
        judge.error("client-key", matches.error());
    } else if (!*matches) {
        judge.error(
            "client-key", msg("kubeconfig.key-mismatch"), msg("kubeconfig.give-matching-key"));
    } else {
        out.clientCertificatePem = certificate->reveal();
        out.clientKeyPem = std::move(*key);
    }
}

/// The file is read again later, so the fixed token counts only while the file cannot be read.
void resolveTokenFile(const UserEntry& user, Connection& out, Judge& judge)
{
    const std::filesystem::path path = besideFile(judge.file(), user.tokenFile.text);
    Result<std::string> content = readFile(path, largestCredential);
    if (!content) {
        const Message what = msg("kubeconfig.credential-file", { { "file", path.string() } });
        if (out.token.empty()) {
            judge.error("tokenFile",
                        what,
                        msg("kubeconfig.check-credential-file"),
                        content.error().detail,
                        &user.tokenFile);
        } else {
            judge.warning(
                "tokenFile", what, msg("kubeconfig.check-credential-file"), &user.tokenFile);
        }
        return;
    }
    if (isToken(trimmed(*content))) {
        out.token = Secret(trimmed(*content));
        out.tokenFile = path;
    } else {
        judge.error("tokenFile",
                    msg("kubeconfig.not-a-token"),
                    msg("kubeconfig.check-token"),
                    {},
                    &user.tokenFile);
    }
    wipe(*content);
}

void resolveToken(const UserEntry& user, Connection& out, Judge& judge)
{
    if (!user.token.empty()) {
        const std::string_view token = trimmed(user.token.reveal());
        if (isToken(token)) {
            out.token = Secret(token);
        } else {
            judge.error("token", msg("kubeconfig.not-a-token"), msg("kubeconfig.check-token"));
        }
    }
    if (!user.tokenFile.empty()) {
        resolveTokenFile(user, out, judge);
    }
    const bool basic = !user.username.empty() || !user.password.empty();
    if (basic && (!user.token.empty() || !user.tokenFile.empty())) {
        judge.error(
            "", msg("kubeconfig.token-and-password"), msg("kubeconfig.keep-one-credential"));
    }
    if (!isHeaderText(user.username) || !isHeaderText(user.password.reveal())
        || user.username.find(':') != std::string::npos) {
        judge.error(
            "username", msg("kubeconfig.odd-characters"), msg("kubeconfig.remove-odd-characters"));
    }
    out.username = user.username;
    out.password = user.password;
}

void resolveImpersonation(const UserEntry& user, Connection& out, Judge& judge)
{
    const Impersonation& as = user.impersonation;
    if (as.user.empty() && (!as.uid.empty() || !as.groups.empty() || !as.extra.empty())) {
        judge.error("as", msg("kubeconfig.impersonation-without-user"), msg("kubeconfig.give-as"));
    }
    const bool plain = isHeaderText(as.user) && isHeaderText(as.uid)
        && std::ranges::all_of(as.groups, isHeaderText)
        && std::ranges::all_of(as.extra, [](const auto& pair) {
                           return isHeaderText(pair.first) && isHeaderText(pair.second);
                       });
    if (!plain) {
        judge.error(
            "as", msg("kubeconfig.odd-characters"), msg("kubeconfig.remove-odd-characters"));
    }
    out.impersonation = as;
}

void judgeExec(const ExecPlugin& plugin, Judge& judge)
{
    constexpr std::string_view group = "client.authentication.k8s.io/";
    constexpr std::array<std::string_view, 3> versions { "v1", "v1beta1", "v1alpha1" };
    constexpr std::array<std::string_view, 3> modes { "Never", "IfAvailable", "Always" };
    if (plugin.command.empty()) {
        judge.error("exec.command",
                    msg("kubeconfig.exec-incomplete", { { "key", "command" } }),
                    msg("kubeconfig.complete-exec"));
    }
    const std::string_view version = plugin.apiVersion;
    if (!version.starts_with(group)
        || std::ranges::find(versions, version.substr(group.size())) == versions.end()) {
        judge.error("exec.apiVersion",
                    msg("kubeconfig.exec-incomplete", { { "key", "apiVersion" } }),
                    msg("kubeconfig.complete-exec"),
                    version.empty() ? "" : shortened(version, 80));
    } else if (std::ranges::find(modes, plugin.interactiveMode) == modes.end()) {
        judge.error("exec.interactiveMode",
                    msg("kubeconfig.exec-incomplete", { { "key", "interactiveMode" } }),
                    msg("kubeconfig.complete-exec"),
                    shortened(plugin.interactiveMode, 80));
    }
}

void judgeProvider(const std::string& provider, Judge& judge)
{
    const Message what =
        msg("kubeconfig.auth-provider", { { "provider", shortened(provider, 60) } });
    if (provider == "gcp") {
        judge.error("auth-provider", what, msg("kubeconfig.migrate-gcp"));
    } else if (provider == "azure") {
        judge.error("auth-provider", what, msg("kubeconfig.migrate-azure"));
    } else if (provider == "oidc") {
        judge.error("auth-provider", what, msg("kubeconfig.replace-oidc"));
    } else {
        judge.error("auth-provider", what, msg("kubeconfig.replace-provider"));
    }
}

void resolveUser(const UserEntry& user, Connection& out, Judge& judge)
{
    resolveCertificate(user, out, judge);
    resolveToken(user, out, judge);
    resolveImpersonation(user, out, judge);
    if (user.exec && user.authProvider) {
        judge.error("", msg("kubeconfig.exec-and-provider"), msg("kubeconfig.keep-one-credential"));
    } else if (user.authProvider) {
        judgeProvider(*user.authProvider, judge);
    }
    if (user.exec) {
        judgeExec(*user.exec, judge);
        const bool other = hasCertificate(user) || !user.token.empty() || !user.tokenFile.empty()
            || !user.username.empty() || !user.password.empty();
        if (!other) {
            out.exec = user.exec;
        }
    }
}

} // namespace

Resolution resolveContext(const ConfigFile& files, const ContextEntry& context)
{
    Resolution result;
    Judge judge(context, "contexts", result.problems);
    result.connection.context = context.name.text;
    if (!context.defaultNamespace.empty()) {
        result.connection.defaultNamespace = context.defaultNamespace;
        if (!isDns1123Label(context.defaultNamespace)) {
            judge.error(
                "namespace", msg("kubeconfig.bad-namespace"), msg("kubeconfig.give-namespace"));
        }
    }
    if (context.cluster.empty()) {
        judge.error("cluster", msg("kubeconfig.no-cluster"), msg("kubeconfig.give-cluster"));
    } else if (const ClusterEntry* cluster = findEntry(files.clusters, context.cluster.text)) {
        Judge clusterJudge(*cluster, "clusters", result.problems);
        resolveCluster(*cluster, result.connection, clusterJudge);
    } else {
        judge.error("cluster",
                    msg("kubeconfig.cluster-missing", { { "name", context.cluster.text } }),
                    msg("kubeconfig.give-cluster"),
                    {},
                    &context.cluster);
    }
    if (context.user.empty()) {
        return result; // anonymous, as in client-go
    }
    if (const UserEntry* user = findEntry(files.users, context.user.text)) {
        Judge userJudge(*user, "users", result.problems);
        resolveUser(*user, result.connection, userJudge);
    } else {
        judge.error("user",
                    msg("kubeconfig.user-missing", { { "name", context.user.text } }),
                    msg("kubeconfig.give-user"),
                    {},
                    &context.user);
    }
    return result;
}

std::string credentialText(const UserEntry* user)
{
    if (user == nullptr) {
        return "none";
    }
    if (hasCertificate(*user)) {
        return "client certificate";
    }
    if (!user->tokenFile.empty()) {
        return "token file";
    }
    if (!user->token.empty()) {
        return "token";
    }
    if (!user->username.empty() || !user->password.empty()) {
        return "basic";
    }
    if (user->exec) {
        return "exec " + user->exec->command;
    }
    return user->authProvider ? "auth-provider " + *user->authProvider : "none";
}

} // namespace isthmus::kubeconfig
