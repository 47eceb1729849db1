// SPDX-License-Identifier: GPL-3.0-or-later
// P8 and P9: whom the workloads of each cluster trust, whether istiod can sign for it, and that it
// is not somebody whose key the whole world has. Pure.
#pragma once

#include "core/checks/check.h"
#include "core/checks/facts.h"

namespace isthmus::checks {

/// P8 of one cluster: the set in `cacerts` is whole and can sign, and istiod has taken it over.
[[nodiscard]] CheckItem checkAuthorities(const AuthorityFacts& facts, UtcTime now);
/// P8 of a pair: a root in common, where both have one. What a remote's workloads still trust from
/// an earlier mesh only warns, as joining replaces it.
[[nodiscard]] CheckItem checkSharedRoot(const AuthorityFacts& from, const AuthorityFacts& to);
/// P9: no certificate on the key of Istio's public samples, wherever it lies.
[[nodiscard]] CheckItem checkSampleAuthority(const AuthorityFacts& facts);

} // namespace isthmus::checks
