// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"

#include "core/base/strings.h"

namespace isthmus::cli {

Result<bool> Context::confirm(const std::string& question)
{
    if (arguments.has("yes")) {
        return true;
    }
    if (!person.isThere()) {
        return Error {
            ErrorCode::Refused, msg("app.nobody-to-ask"), {}, {}, msg("app.say-yes-flag")
        };
    }
    const Result<std::string> answer = person.ask(question + " [y/N] ", stop);
    if (!answer) {
        return Error(answer.error());
    }
    const std::string_view said = trimmed(*answer);
    return said == "y" || said == "Y" || said == "yes";
}

json::Value document(std::string_view kind, json::Object members)
{
    members["apiVersion"] = "isthmus/v1";
    members["kind"] = kind;
    return members;
}

} // namespace isthmus::cli
