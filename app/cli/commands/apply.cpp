// SPDX-License-Identifier: GPL-3.0-or-later
// The operations that mesh.yaml describes: they differ in their planner alone.
#include "app/cli/commands/commands.h"
#include "app/cli/operate.h"

namespace isthmus::cli {

Result<int> runApply(Context& context)
{
    return operate(context, operations::OperationKind::Apply);
}

Result<int> runInstall(Context& context)
{
    return operate(context, operations::OperationKind::Install);
}

Result<int> runJoin(Context& context)
{
    return operate(context, operations::OperationKind::Join);
}

Result<int> runIngress(Context& context)
{
    return operate(context, operations::OperationKind::Ingress);
}

Result<int> runDemo(Context& context)
{
    return operate(context, operations::OperationKind::Demo);
}

Result<int> runRoute(Context& context)
{
    return operate(context, operations::OperationKind::Route);
}

} // namespace isthmus::cli
