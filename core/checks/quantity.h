// SPDX-License-Identifier: GPL-3.0-or-later
// Kubernetes quantities: "500m", "2Gi", "1e3". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isthmus::checks {

/// In thousandths: "500m" is 500, "2Gi" is 2147483648000. Nothing for what is no quantity or does
/// not fit.
[[nodiscard]] std::optional<std::int64_t> parseQuantity(std::string_view text);

/// "0.5 CPU", "12 CPU": one digit behind the point, rounded down.
[[nodiscard]] std::string cpuText(std::int64_t milliCpu);
/// "2.0 GiB", "128 MiB": rounded down.
[[nodiscard]] std::string bytesText(std::int64_t bytes);

} // namespace isthmus::checks
