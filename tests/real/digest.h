// SPDX-License-Identifier: GPL-3.0-or-later
// What a cluster holds, as text: equal texts mean that nothing was changed, so that "undo leaves
// nothing behind" and "running it again writes nothing" can be tested on every kind there is.
#pragma once

#include "tests/real/bed.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::test {

struct Digest
{
    /// "configmaps istio-system/istio .data.mesh=…", a line per field, sorted. What a Secret holds
    /// is there as a hash.
    std::vector<std::string> lines;
    std::string error; ///< why there are no lines

    /// Lines of only one of them: "- " is in this one, "+ " in the later one. Empty where they are
    /// equal.
    [[nodiscard]] std::string differenceTo(const Digest& later) const;
};

/// Every object of every kind that can be listed, without what changes by itself: see the tables in
/// digest.cpp.
[[nodiscard]] Digest digestOf(const Bed& bed, const std::string& cluster);

/// The first digest that two readings in a row agree on, for a cluster whose controllers may still
/// be at work. An error where that does not happen in time.
[[nodiscard]] Digest settledDigestOf(const Bed& bed, const std::string& cluster);

/// The digest of one `kubectl get -o json` answer; pure.
[[nodiscard]] Digest digestOfList(std::string_view json);

} // namespace isthmus::test
