// SPDX-License-Identifier: GPL-3.0-or-later
// Files that the programs carry inside themselves, so that an executable alone is an installation.
// The table is made by cmake/IsthmusResources.cmake. Constant data; any thread.
#pragma once

#include <span>
#include <string_view>

namespace isthmus::resources {

struct File
{
    std::string_view name; ///< its path below resources/: "demo/frontend.yaml"
    std::string_view bytes;
};

/// Every file, sorted by name.
[[nodiscard]] std::span<const File> all();

/// The bytes of one file; empty where there is none of that name.
[[nodiscard]] std::string_view find(std::string_view name);

} // namespace isthmus::resources
