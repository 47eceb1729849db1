// SPDX-License-Identifier: GPL-3.0-or-later
// *Join*: one remote cluster becomes part of the mesh of its primary. Pure.
#pragma once

#include "core/operations/planning.h"

namespace isthmus::operations {

void planJoin(Draft& draft, const mesh::Cluster& remote);

} // namespace isthmus::operations
