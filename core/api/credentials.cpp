// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/credentials.h"

#include "core/base/file.h"
#include "core/base/strings.h"

namespace isthmus::api {

namespace {

constexpr std::chrono::seconds tokenFileAge { 60 };
constexpr std::size_t tokenFileBytes = std::size_t { 1 } << 20;

std::string basic(const std::string& user, const Secret& password)
{
    std::string plain = user + ':';
    plain += password.reveal();
    std::string out = "Basic " + base64Encode(plain);
    wipe(plain);
    return out;
}

void impersonate(const kubeconfig::Impersonation& as, http::Headers& headers)
{
    if (!as.user.empty()) {
        headers.emplace_back("Impersonate-User", as.user);
    }
    if (!as.uid.empty()) {
        headers.emplace_back("Impersonate-Uid", as.uid);
    }
    for (const std::string& group : as.groups) {
        headers.emplace_back("Impersonate-Group", group);
    }
    for (const auto& [key, value] : as.extra) {
        headers.emplace_back("Impersonate-Extra-" + percentEncode(key), value);
    }
}

/// Any other credential keeps an exec plugin from being asked (as client-go has it).
bool needsPlugin(const kubeconfig::Connection& connection)
{
    return connection.exec && connection.token.empty() && !connection.tokenFile
        && connection.username.empty() && connection.clientCertificatePem.empty();
}

} // namespace

Credentials::Credentials(const kubeconfig::Connection& connection, const Clock& clock)
    : m_connection(connection)
    , m_clock(clock)
    , m_token(connection.token)
{ }

void Credentials::readTokenFile()
{
    m_readAt = m_clock.steady();
    auto content = readFile(*m_connection.tokenFile, tokenFileBytes);
    if (!content) {
        m_unreadable = std::move(content).error();
        return;
    }
    const Secret token(trimmed(*content));
    wipe(*content);
    if (!token.empty() && token.reveal() != m_token.reveal()) {
        m_token = token;
        ++m_generation;
    }
}

Result<Credentials::Proof> Credentials::proof()
{
    if (needsPlugin(m_connection)) {
        return Error { .code = ErrorCode::Refused,
                       .message =
                           msg("api.exec-plugin", { { "program", m_connection.exec->command } }),
                       .detail = "exec credential plugins are not run by this version",
                       .subject = m_connection.context,
                       .remedy = msg("api.exec-plugin.do") };
    }
    const std::lock_guard lock(m_mutex);
    if (m_connection.tokenFile && (!m_readAt || m_clock.steady() - *m_readAt > tokenFileAge)) {
        readTokenFile();
    }
    if (m_connection.tokenFile && m_token.empty()) {
        return Error { .code = ErrorCode::Unauthorized,
                       .message =
                           msg("api.no-token", { { "file", m_connection.tokenFile->string() } }),
                       .detail = m_unreadable ? m_unreadable->detail : "it is empty",
                       .subject = m_connection.context,
                       .remedy = msg("api.no-token.do") };
    }
    Proof proof { .generation = m_generation };
    if (!m_token.empty()) {
        std::string bearer = "Bearer ";
        bearer += m_token.reveal();
        proof.headers.emplace_back("Authorization", std::move(bearer));
    } else if (!m_connection.username.empty()) {
        proof.headers.emplace_back("Authorization",
                                   basic(m_connection.username, m_connection.password));
    }
    impersonate(m_connection.impersonation, proof.headers);
    return proof;
}

bool Credentials::renew(int generation)
{
    const std::lock_guard lock(m_mutex);
    if (m_connection.tokenFile && m_generation == generation) {
        readTokenFile();
    }
    return m_generation != generation;
}

void Credentials::expire(int generation)
{
    const std::lock_guard lock(m_mutex);
    if (m_generation == generation) {
        m_readAt.reset();
    }
}

} // namespace isthmus::api
