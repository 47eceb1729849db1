// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/plan_yaml.h"

#include "app/cli/render/plan.h"
#include "app/cli/style.h"
#include "core/yaml/document.h"

#include <algorithm>

namespace isthmus::cli {

std::string renderYaml(const plan::Survey& survey, const std::vector<StepObjects>& objects)
{
    std::string out =
        "# Plan of " + survey.plan.operation + " for " + oneLine(survey.plan.mesh) + "\n";
    for (const plan::Step& step : survey.plan.steps) {
        const std::string head =
            "# " + step.cluster.str() + ": " + oneLine(text(step.title)) + "\n";
        const auto found = std::ranges::find(objects, step.id, &StepObjects::step);
        if (found != objects.end()) {
            for (const json::Value& object : found->objects) {
                out += "---\n" + head + yaml::write(object);
            }
            continue;
        }
        for (const plan::Change& change : changesOf(survey, step.id)) {
            if (change.action != plan::Action::None) {
                out += "---\n" + head + "# " + std::string(name(change.action)) + " "
                    + text(change.key) + ": made when the step runs\n";
            }
        }
    }
    return out;
}

} // namespace isthmus::cli
