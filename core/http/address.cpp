// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/address.h"

#include "core/base/strings.h"

#include <curl/urlapi.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace isthmus::http {

namespace {

// The URL itself stays out of these errors: a password in it is one of the reasons to refuse it.
Error badEndpoint(std::string_view why)
{
    return { ErrorCode::Invalid,
             msg("http.endpoint.invalid"),
             std::string(why),
             {},
             msg("http.endpoint.invalid.do") };
}

Error badRequest(std::string_view hostAndPort, std::string_view why)
{
    return { ErrorCode::Invalid,
             msg("http.request.invalid", { { "host", std::string(hostAndPort) } }),
             std::string(why),
             {},
             msg("http.request.invalid.do") };
}

struct UrlDeleter
{
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

using Url = std::unique_ptr<CURLU, UrlDeleter>;

std::string part(const Url& url, CURLUPart which, unsigned flags = 0)
{
    char* text = nullptr;
    if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) {
        return {};
    }
    std::string out(text);
    curl_free(text);
    return out;
}

Url parsed(std::string_view text)
{
    Url url(curl_url());
    const bool clean = std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; });
    if (!url || !clean
        || curl_url_set(url.get(),
                        CURLUPART_URL,
                        std::string(text).c_str(),
                        CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS)
            != CURLUE_OK) {
        return nullptr;
    }
    return url;
}

bool isDotSegment(std::string_view segment)
{
    std::string plain;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        const std::string_view three = segment.substr(i, 3);
        const bool encodedDot = three == "%2e" || three == "%2E";
        plain += encodedDot ? '.' : segment[i];
        i += encodedDot ? 2 : 0;
    }
    return plain == "." || plain == "..";
}

/// Dot segments would climb out of the endpoint's prefix, which on a shared front door is another
/// cluster.
bool hasDotSegment(std::string_view path)
{
    return std::ranges::any_of(split(path, '/'),
                               [](const std::string& segment) { return isDotSegment(segment); });
}

std::string bracketed(std::string_view host)
{
    const bool ipv6 = host.find(':') != std::string_view::npos;
    return ipv6 ? "[" + std::string(host) + "]" : std::string(host);
}

bool isHostText(std::string_view text)
{
    return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || c == '.' || c == '-' || c == '_' || c == ':';
    });
}

bool isHeaderName(std::string_view text)
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [marks](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || marks.find(c) != std::string_view::npos;
    });
}

bool isHeaderValue(std::string_view text)
{
    return std::ranges::none_of(text, [](char c) {
        return c != '\t' && (static_cast<unsigned char>(c) < ' ' || c == 0x7F);
    });
}

bool isOurs(std::string_view header)
{
    constexpr std::array<std::string_view, 4> ours {
        "host", "content-length", "transfer-encoding", "expect"
    };
    return std::ranges::any_of(
        ours, [header](std::string_view own) { return sameHeaderName(own, header); });
}

} // namespace

std::string Address::hostAndPort() const
{
    return bracketed(host) + ":" + std::to_string(port);
}

Result<Address> parseAddress(std::string_view url)
{
    const Url parts = parsed(url);
    if (!parts) {
        return badEndpoint("it is not a URL");
    }
    if (part(parts, CURLUPART_SCHEME) != "https") {
        return badEndpoint("only https is used");
    }
    if (!part(parts, CURLUPART_USER).empty() || !part(parts, CURLUPART_PASSWORD).empty()
        || url.find('@') != std::string_view::npos) {
        return badEndpoint("user name and password do not belong into it");
    }
    if (url.find_first_of("?#") != std::string_view::npos) {
        return badEndpoint("it has a query or a fragment");
    }
    Address address;
    address.host = part(parts, CURLUPART_HOST);
    if (address.host.starts_with('[')) {
        address.host = address.host.substr(1, address.host.size() - 2);
        if (!part(parts, CURLUPART_ZONEID).empty()) {
            return badEndpoint("an IPv6 zone belongs to one machine only");
        }
    }
    if (!isHostText(address.host)) {
        return badEndpoint("its host is not a name or an address");
    }
    address.port =
        static_cast<int>(toInteger(part(parts, CURLUPART_PORT, CURLU_DEFAULT_PORT)).value_or(0));
    if (address.port < 1 || address.port > 65'535) {
        return badEndpoint("its port is not between 1 and 65535");
    }
    address.prefix = part(parts, CURLUPART_PATH);
    while (address.prefix.ends_with('/')) {
        address.prefix.pop_back();
    }
    if (hasDotSegment(address.prefix)) {
        return badEndpoint("its path has a '.' or '..' in it");
    }
    return address;
}

Result<std::string> proxyAddress(std::string_view url)
{
    const Url parts = parsed(url);
    const std::string scheme = parts ? part(parts, CURLUPART_SCHEME) : std::string();
    if (scheme == "http" || scheme == "https" || scheme == "socks5h") {
        return std::string(url);
    }
    if (scheme == "socks5") {
        return "socks5h" + std::string(url.substr(scheme.size()));
    }
    return badEndpoint("its proxy is not an http, https or socks5 URL");
}

Result<Destination> destination(const Address& address,
                                std::string_view tlsServerName,
                                std::string_view target,
                                std::string_view dialAddress)
{
    if (!target.starts_with('/')) {
        return badRequest(address.hostAndPort(), "the target does not start with '/'");
    }
    const bool clean = std::ranges::all_of(
        target, [](char c) { return c > ' ' && c < 0x7F && c != '#' && c != '\\'; });
    if (!clean) {
        return badRequest(address.hostAndPort(), "the target is not percent-encoded");
    }
    if (hasDotSegment(target.substr(0, target.find('?')))) {
        return badRequest(address.hostAndPort(), "the target has a '.' or '..' in its path");
    }
    if (!tlsServerName.empty() && !isHostText(tlsServerName)) {
        return badEndpoint("its TLS server name is not a name or an address");
    }
    const std::string port = ":" + std::to_string(address.port);
    const std::string urlHost =
        bracketed(tlsServerName.empty() ? std::string_view(address.host) : tlsServerName);
    Destination out;
    out.host = address.hostAndPort();
    out.url = "https://" + urlHost + port + address.prefix + std::string(target);
    if (!tlsServerName.empty()) {
        out.connectTo = urlHost + port + ":" + out.host;
    }
    if (!dialAddress.empty()) {
        if (!isHostText(dialAddress)) {
            return badEndpoint("the address to dial is not a name or an address");
        }
        out.connectTo = urlHost + port + ":" + bracketed(dialAddress) + port;
        out.host = address.port == 443 ? urlHost : out.host; // as browsers send it
    }
    return out;
}

Result<void> checkRequest(const Request& request, std::string_view hostAndPort)
{
    for (const auto& [key, value] : request.headers) {
        if (!isHeaderName(key)) {
            return badRequest(hostAndPort, "a header's name has characters that no name may have");
        }
        if (!isHeaderValue(value)) {
            return badRequest(hostAndPort,
                              "the value of " + key + " has a line break or control character");
        }
        if (isOurs(key)) {
            return badRequest(hostAndPort, key + " is not the caller's to set");
        }
    }
    const bool bodyless = request.method == Method::Get || request.method == Method::Head;
    if (bodyless && !request.body.empty()) {
        return badRequest(hostAndPort, "GET and HEAD have no body");
    }
    return {};
}

} // namespace isthmus::http
