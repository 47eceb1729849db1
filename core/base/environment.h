// SPDX-License-Identifier: GPL-3.0-or-later
// What the process knows from outside: variables, the user's folders, hardening of the process
// itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace isthmus {

/// The variable's value; nothing where it is unset or empty.
[[nodiscard]] std::optional<std::string> environment(const char* name);
/// $HOME, else the password database's entry.
[[nodiscard]] std::filesystem::path homeFolder();
/// $ISTHMUS_STATE_DIR, else $XDG_STATE_HOME/isthmus, else ~/.local/state/isthmus.
[[nodiscard]] std::filesystem::path stateFolder();
/// $XDG_CONFIG_HOME/isthmus, else ~/.config/isthmus.
[[nodiscard]] std::filesystem::path configFolder();
/// No core dumps and no debugger for a process that may hold keys, unless ISTHMUS_COREDUMP=1; files
/// it creates are private; TLS secrets are not written to SSLKEYLOGFILE. Call once, before any
/// thread.
void hardenProcess();

} // namespace isthmus
