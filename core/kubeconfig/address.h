// SPDX-License-Identifier: GPL-3.0-or-later
// Internal: the addresses in a kubeconfig, checked before anything is sent there. Pure.
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace isthmus::kubeconfig {

/// "https://host[:port][/prefix]" without trailing slashes, query and fragment. Errors: Usage (not
/// https, user information, no host, odd characters); never with the address's user information in
/// it.
[[nodiscard]] Result<std::string> serverAddress(std::string_view text);
/// Whether this is an http, https or socks5 address with a host.
[[nodiscard]] bool isProxyAddress(std::string_view text);
/// Whether this can be the name or address in a certificate.
[[nodiscard]] bool isHostName(std::string_view text);

} // namespace isthmus::kubeconfig
