// SPDX-License-Identifier: GPL-3.0-or-later
// *Ingress*: the way in for visitors: a certificate, and a Gateway that redirects to it. Pure.
#pragma once

#include "core/operations/planning.h"

namespace isthmus::operations {

void planIngress(Draft& draft);
/// The certificate alone, for those who need to know its public part.
void planCertificate(Draft& draft, const mesh::IngressSpec& ingress);

} // namespace isthmus::operations
