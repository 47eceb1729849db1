// SPDX-License-Identifier: GPL-3.0-or-later
// Small text tools that the standard library lacks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus {

/// The parts between `separator`; empty parts are kept, so "a,,b" has three.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// Without leading and trailing ASCII white space.
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// A label as RFC 1123 wants it: 1–63 of a-z, 0-9 and '-', neither first nor last a '-'.
[[nodiscard]] bool isDns1123Label(std::string_view text);
/// Labels joined by dots, at most 253 characters in all.
[[nodiscard]] bool isDns1123Subdomain(std::string_view text);
[[nodiscard]] bool isUtf8(std::string_view text);
[[nodiscard]] std::string base64Encode(std::string_view bytes);
/// Standard alphabet, padding required, white space ignored; nothing for anything else.
[[nodiscard]] std::optional<std::string> base64Decode(std::string_view text);
[[nodiscard]] std::string hexEncode(std::string_view bytes);
/// Every byte but unreserved ones as %XX (RFC 3986), for path segments and query values.
[[nodiscard]] std::string percentEncode(std::string_view text);
/// The whole text as a decimal number, nothing otherwise.
[[nodiscard]] std::optional<long long> toInteger(std::string_view text);
/// `text` cut to at most `limit` bytes at a character border, with an ellipsis where it was cut.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t limit);

} // namespace isthmus
