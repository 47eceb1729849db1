// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/change.h"

namespace isthmus::plan {

std::string_view name(Action action)
{
    switch (action) {
    case Action::None:
        return "none";
    case Action::Create:
        return "create";
    case Action::Update:
        return "update";
    case Action::Delete:
        return "delete";
    }
    return "none";
}

std::string_view name(DiffFrom from)
{
    switch (from) {
    case DiffFrom::Planned:
        return "planned";
    case DiffFrom::DryRun:
        return "dryRun";
    case DiffFrom::Deferred:
        return "deferred";
    }
    return "planned";
}

std::string dump(const std::vector<Change>& changes)
{
    std::string out;
    for (const Change& change : changes) {
        if (change.action != Action::None) {
            out += change.cluster.str() + "  " + std::string(name(change.action)) + "  "
                + text(change.key) + "\n";
        }
    }
    return out;
}

} // namespace isthmus::plan
