// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/address.h"

#include "core/base/strings.h"

#include <algorithm>

namespace isthmus::mesh {

namespace {

bool isIpv4(std::string_view text)
{
    const std::vector<std::string> parts = split(text, '.');
    return parts.size() == 4 && std::ranges::all_of(parts, [](const std::string& part) {
               const bool digits = !part.empty() && part.size() <= 3
                   && part.find_first_not_of("0123456789") == std::string::npos;
               return digits && (part.size() == 1 || part.front() != '0')
                   && *toInteger(part) <= 255;
           });
}

/// Number of 16-bit groups in "a:b:c" (an IPv4 tail counts two), or -1 where one is malformed.
int groups(std::string_view text, bool mayEndInIpv4)
{
    if (text.empty()) {
        return 0;
    }
    const std::vector<std::string> parts = split(text, ':');
    int count = 0;
    for (const std::string& part : parts) {
        const bool hex = !part.empty() && part.size() <= 4
            && part.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
        const bool tail = mayEndInIpv4 && &part == &parts.back() && isIpv4(part);
        if (!hex && !tail) {
            return -1;
        }
        count += hex ? 1 : 2;
    }
    return count;
}

bool isIpv6(std::string_view text)
{
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        return groups(text, true) == 8;
    }
    const int before = groups(text.substr(0, gap), false);
    const int after = groups(text.substr(gap + 2), true);
    return before >= 0 && after >= 0 && before + after <= 7;
}

bool isPort(std::string_view text)
{
    const auto port = toInteger(text);
    return port && *port >= 1 && *port <= 65535;
}

/// The host of a URL without brackets, port and final dot; lower case. Unlike hostOfUrl() it judges
/// nothing.
std::string loweredHost(std::string_view url)
{
    const std::size_t scheme = url.find("://");
    std::string_view host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    if (host.starts_with('[')) {
        host = host.substr(1, host.find(']') - 1);
    } else {
        host = host.substr(0, host.find(':'));
    }
    std::string out(host.ends_with('.') ? host.substr(0, host.size() - 1) : host);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

} // namespace

bool isIpAddress(std::string_view text)
{
    return isIpv4(text) || isIpv6(text);
}

bool isHostName(std::string_view text)
{
    // All digits and dots is an address with a slip, never a name.
    return isDns1123Subdomain(text)
        && text.find_first_not_of("0123456789.") != std::string_view::npos;
}

std::string hostOfUrl(std::string_view url, std::string_view scheme)
{
    if (!url.starts_with(scheme) || !url.substr(scheme.size()).starts_with("://")) {
        return {};
    }
    url.remove_prefix(scheme.size() + 3);
    std::string_view authority = url.substr(0, url.find_first_of("/?#"));
    std::string_view host = authority;
    std::string_view rest;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos || !isIpv6(authority.substr(1, end - 1))) {
            return {};
        }
        host = authority.substr(1, end - 1);
        rest = authority.substr(end + 1);
    } else {
        host = authority.substr(0, authority.find(':'));
        rest = authority.substr(host.size());
        if (!isIpv4(host) && !isHostName(host)) {
            return {};
        }
    }
    const bool valid = rest.empty() || (rest.front() == ':' && isPort(rest.substr(1)));
    const bool printable = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7F; });
    return valid && printable ? std::string(host) : std::string();
}

bool isLoopbackUrl(std::string_view url)
{
    const std::string host = loweredHost(url);
    if (isIpv6(host)) {
        // Only the last group may be anything but zero: "::", "::1", "0:0:0:0:0:0:0:1".
        const std::size_t digit = host.find_first_not_of("0:");
        return digit == std::string::npos || (digit == host.size() - 1 && host[digit] == '1')
            || host.starts_with("::ffff:127.");
    }
    // Clients also take short forms of an address: 127.1.
    const bool numeric = host.find_first_not_of("0123456789.") == std::string::npos;
    return host == "localhost" || host.ends_with(".localhost")
        || (numeric && (host.starts_with("127.") || host == "0.0.0.0" || host == "0"));
}

} // namespace isthmus::mesh
