// SPDX-License-Identifier: GPL-3.0-or-later
// A secret at rest: AES-256-GCM under a key that scrypt makes of a passphrase.
#pragma once

#include "core/base/result.h"
#include "core/base/secret.h"

#include <string>
#include <string_view>

namespace isthmus::crypto {

/// Text form with format name, salt, nonce and parameters; safe to write to a file.
[[nodiscard]] Result<std::string> seal(const Secret& secret, const Secret& passphrase);
/// Errors: Refused (wrong passphrase or altered file: the two cannot be told apart), Invalid (no
/// such form).
[[nodiscard]] Result<Secret> unseal(std::string_view sealed, const Secret& passphrase);

} // namespace isthmus::crypto
