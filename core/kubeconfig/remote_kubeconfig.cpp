// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/json/value.h"
#include "core/kubeconfig/kubeconfig.h"

namespace isthmus::kubeconfig {

namespace {

/// Appends a JSON text. The token takes this way and not json::write(), whose result would grow in
/// steps and leave a copy of the token in each piece of memory it grew out of.
void appendQuoted(std::string& out, std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < ' ') {
            out += "\\u00";
            out += digits[static_cast<std::size_t>(c) >> 4];
            out += digits[static_cast<std::size_t>(c) & 0xF];
        } else {
            out += c;
        }
    }
    out += '"';
}

} // namespace

Secret remoteKubeconfig(const std::string& cluster,
                        const std::string& server,
                        const std::string& caPem,
                        const std::string& tlsServerName,
                        const Secret& token)
{
    json::Value target;
    target.member("server") = server;
    target.member("certificate-authority-data") = base64Encode(caPem);
    if (!tlsServerName.empty()) {
        target.member("tls-server-name") = tlsServerName;
    }
    const std::string name = json::write(cluster);
    const std::string before = R"({"apiVersion":"v1","clusters":[{"cluster":)" + json::write(target)
        + R"(,"name":)" + name + R"(}],"contexts":[{"context":{"cluster":)" + name + R"(,"user":)"
        + name + R"(},"name":)" + name + R"(}],"current-context":)" + name
        + R"(,"kind":"Config","users":[{"name":)" + name + R"(,"user":{"token":)";
    const std::string_view after = "}}]}";
    std::string out;
    out.reserve(before.size() + 6 * token.size() + 2
                + after.size()); // a control character takes six bytes
    out += before;
    appendQuoted(out, token.reveal());
    out += after;
    Secret secret(out);
    wipe(out);
    return secret;
}

} // namespace isthmus::kubeconfig
