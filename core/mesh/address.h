// SPDX-License-Identifier: GPL-3.0-or-later
// What counts as an address in mesh.yaml. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace isthmus::mesh {

/// "10.0.0.1" (no leading zeros) or "fd00::1"; no zone, no prefix length.
[[nodiscard]] bool isIpAddress(std::string_view text);
/// Labels of letters, digits and inner '-', as DNS and certificates take them; upper case is
/// refused.
[[nodiscard]] bool isHostName(std::string_view text);
/// The host of "https://host[:port][/path]"; empty where it is no such URL. IPv6 without its
/// brackets.
[[nodiscard]] std::string hostOfUrl(std::string_view url, std::string_view scheme);
/// Whether whoever dials this https URL reaches itself, however the host is spelled: localhost,
/// 127.0.0.0/8, ::1, and the unspecified addresses, which stand for them in a client.
[[nodiscard]] bool isLoopbackUrl(std::string_view url);

} // namespace isthmus::mesh
