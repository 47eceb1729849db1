// SPDX-License-Identifier: GPL-3.0-or-later
// Commands that need nothing but the program itself.
#include "app/cli/commands/commands.h"
#include "app/cli/help.h"
#include "core/base/strings.h"
#include "core/mesh/mesh_spec.h"

namespace isthmus::cli {

Result<int> runSchema(Context& context)
{
    context.out.write(json::writePretty(mesh::meshSchema()) + "\n");
    return exit_code::done;
}

Result<int> runVersion(Context& context)
{
    if (context.json()) {
        context.print(document("Version", { { "version", ISTHMUS_VERSION } }));
    } else {
        context.out.write("isthmusctl " ISTHMUS_VERSION "\n");
    }
    return exit_code::done;
}

Result<int> runHelp(Context& context)
{
    const std::string name = isthmus::join(context.arguments.words, " ");
    const Result<std::string> text = helpOn(context.table, name);
    if (!text) {
        return Error(text.error());
    }
    context.out.write(*text);
    return exit_code::done;
}

} // namespace isthmus::cli
