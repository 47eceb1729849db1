// SPDX-License-Identifier: GPL-3.0-or-later
// Every step type and what carries it out.
#pragma once

#include "core/operations/ports.h"
#include "core/plan/behaviour.h"

namespace isthmus::operations {

/// The ports must outlive what is returned.
[[nodiscard]] plan::Behaviours behaviours(const Ports& ports);

} // namespace isthmus::operations
