// SPDX-License-Identifier: GPL-3.0-or-later
// Every command there is, those of later versions included.
#pragma once

#include "app/cli/arguments.h"

namespace isthmus::cli {

[[nodiscard]] CommandTable commandTable();

} // namespace isthmus::cli
