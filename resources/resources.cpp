// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/resources.h"

#include <algorithm>

namespace isthmus::resources {

std::string_view find(std::string_view name)
{
    const std::span<const File> files = all();
    const auto place = std::lower_bound(
        files.begin(), files.end(), name, [](const File& file, std::string_view wanted) {
            return file.name < wanted;
        });
    return place != files.end() && place->name == name ? place->bytes : std::string_view {};
}

} // namespace isthmus::resources
