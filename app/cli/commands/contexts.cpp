// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/contexts.h"

#include "app/cli/commands/commands.h"
#include "app/cli/render/error.h"

namespace isthmus::cli {

Result<int> runContexts(Context& context)
{
    const Result<kubeconfig::Kubeconfig> config =
        kubeconfig::Kubeconfig::load(kubeconfig::searchPath(context.arguments.value("kubeconfig")));
    if (!config) {
        return Error(config.error());
    }
    if (context.json()) {
        context.print(contextsDocument(config->contexts(), config->problems()));
    } else {
        context.err.write(renderProblems(config->problems(), context.errStyle));
        context.out.write(renderContexts(config->contexts(), context.style));
    }
    return exit_code::done;
}

} // namespace isthmus::cli
