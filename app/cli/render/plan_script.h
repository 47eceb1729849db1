// SPDX-License-Identifier: GPL-3.0-or-later
// A plan as the kubectl and helm commands that do the same by hand. Pure.
#pragma once

#include "core/plan/survey.h"

#include <string>

namespace isthmus::cli {

/// A bash script with a comment per step. Keys and tokens are never in it: where the plan would
/// generate one, the script does, or reads it from the cluster.
[[nodiscard]] std::string renderScript(const plan::Survey& survey);

/// The text as one word of a shell command.
[[nodiscard]] std::string shellWord(const std::string& text);

} // namespace isthmus::cli
