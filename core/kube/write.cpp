// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/write.h"

namespace isthmus::kube {

std::string_view name(Verb verb)
{
    switch (verb) {
    case Verb::Apply:
        return "apply";
    case Verb::Create:
        return "create";
    case Verb::Delete:
        return "delete";
    case Verb::JsonPatch:
        return "patch";
    }
    return "apply";
}

} // namespace isthmus::kube
