// SPDX-License-Identifier: GPL-3.0-or-later
// *Ingress*: the way in for visitors: a certificate, and a Gateway that redirects to it. Pure.
#pragma once

#include "core/operations/planning.h"

namespace isthmus::operations {

void planIngress(Draft& draft);

} // namespace isthmus::operations
