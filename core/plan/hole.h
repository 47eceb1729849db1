// SPDX-License-Identifier: GPL-3.0-or-later
// A value that only a step can find out, such as a load balancer's address, stands in objects and
// chart values as a hole: a typed marker that names the step. It is filled when that step has run,
// or at once where the mesh already knows the answer.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/json/value.h"

#include <map>
#include <string>
#include <vector>

namespace isthmus::plan {

struct Hole
{
    StepId step; ///< who finds the value out
    std::string name; ///< which of its values

    friend auto operator<=>(const Hole&, const Hole&) = default;
};

using HoleValues = std::map<Hole, std::string>;

/// "onprem/east-west-address#address"
[[nodiscard]] std::string text(const Hole& hole);
/// The marker as it stands in a JSON tree.
[[nodiscard]] json::Value marker(const Hole& hole);
/// Every hole in the tree, without repetition.
[[nodiscard]] std::vector<Hole> holesIn(const json::Value& tree);
/// The tree with all holes that `values` knows replaced by their texts.
[[nodiscard]] json::Value filled(json::Value tree, const HoleValues& values);
/// For previews: remaining holes become "<from STEP>".
[[nodiscard]] json::Value withPlaceholders(json::Value tree);

} // namespace isthmus::plan
