// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kubeconfig/address.h"

#include "core/base/strings.h"

#include <algorithm>
#include <optional>

namespace isthmus::kubeconfig {

namespace {

bool isAlphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string lowered(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

struct Url
{
    std::string scheme; ///< lower case
    std::string_view authority;
    std::string_view path; ///< without query and fragment
};

std::optional<Url> parseUrl(std::string_view text)
{
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0) {
        return std::nullopt;
    }
    const std::string_view rest = text.substr(colon + 3);
    const std::size_t end = rest.find_first_of("/?#");
    Url url { lowered(text.substr(0, colon)), rest.substr(0, end), {} };
    if (end != std::string_view::npos) {
        url.path = rest.substr(end);
        url.path = url.path.substr(0, url.path.find_first_of("?#"));
    }
    return url;
}

/// "host", "host:port", "[v6]:port", without user information.
bool isAuthority(std::string_view text)
{
    std::string_view host = text;
    std::string_view port;
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
    if (bracket == std::string_view::npos) {
        return false;
    }
    if (const std::size_t colon = text.find(':', bracket); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
        const std::optional<long long> number = toInteger(port);
        if (!number || *number < 1 || *number > 65'535 || !isAlphanumeric(port.front())) {
            return false;
        }
    }
    if (bracket > 0) {
        return host.size() == bracket + 1 && isHostName(host.substr(1, bracket - 1));
    }
    return host.find(':') == std::string_view::npos && isHostName(host);
}

constexpr std::string_view pathCharacters = "/-._~%!$&'()*+,;=:@";

bool isPath(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) {
        return isAlphanumeric(c) || pathCharacters.find(c) != std::string_view::npos;
    });
}

Error refused(Message what, Message remedy)
{
    return Error { ErrorCode::Usage, std::move(what), {}, {}, std::move(remedy) };
}

} // namespace

bool isHostName(std::string_view text)
{
    return !text.empty() && text.size() <= 253 && text.front() != '-' && text != "."
        && std::ranges::all_of(text, [](char c) {
               return isAlphanumeric(c) || c == '.' || c == '-' || c == '_' || c == ':';
           });
}

Result<std::string> serverAddress(std::string_view text)
{
    const std::optional<Url> url = parseUrl(trimmed(text));
    if (!url) {
        return refused(msg("kubeconfig.bad-server"), msg("kubeconfig.give-server"));
    }
    if (url->scheme == "http") {
        return refused(msg("kubeconfig.server-not-encrypted"), msg("kubeconfig.use-https"));
    }
    if (url->scheme != "https") {
        return refused(msg("kubeconfig.bad-server"), msg("kubeconfig.give-server"));
    }
    if (url->authority.find('@') != std::string_view::npos) {
        return refused(msg("kubeconfig.server-with-user"), msg("kubeconfig.remove-user-info"));
    }
    if (!isAuthority(url->authority) || !isPath(url->path)) {
        return refused(msg("kubeconfig.bad-server"), msg("kubeconfig.give-server"));
    }
    std::string address = "https://" + std::string(url->authority) + std::string(url->path);
    while (address.ends_with('/')) {
        address.pop_back();
    }
    return address;
}

bool isProxyAddress(std::string_view text)
{
    const std::optional<Url> url = parseUrl(text);
    if (!url || (url->scheme != "http" && url->scheme != "https" && url->scheme != "socks5")) {
        return false;
    }
    const std::size_t at = url->authority.rfind('@');
    const bool plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
    return plain
        && isAuthority(at == std::string_view::npos ? url->authority
                                                    : url->authority.substr(at + 1));
}

} // namespace isthmus::kubeconfig
