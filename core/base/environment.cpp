// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/environment.h"

#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace isthmus {

std::optional<std::string> environment(const char* name)
{
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') {
        return std::nullopt;
    }
    return std::string(value);
}

std::filesystem::path homeFolder()
{
    if (const auto home = environment("HOME")) {
        return *home;
    }
    const passwd* entry = ::getpwuid(::getuid());
    return entry != nullptr ? std::filesystem::path(entry->pw_dir) : std::filesystem::path("/");
}

std::filesystem::path stateFolder()
{
    if (const auto own = environment("ISTHMUS_STATE_DIR")) {
        return *own;
    }
    if (const auto xdg = environment("XDG_STATE_HOME")) {
        return std::filesystem::path(*xdg) / "isthmus";
    }
    return homeFolder() / ".local" / "state" / "isthmus";
}

std::filesystem::path configFolder()
{
    if (const auto xdg = environment("XDG_CONFIG_HOME")) {
        return std::filesystem::path(*xdg) / "isthmus";
    }
    return homeFolder() / ".config" / "isthmus";
}

void hardenProcess()
{
    ::umask(077);
    ::unsetenv("SSLKEYLOGFILE"); // libcurl would honour it
    if (environment("ISTHMUS_COREDUMP") == "1") {
        return;
    }
    const rlimit none { 0, 0 };
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

} // namespace isthmus
