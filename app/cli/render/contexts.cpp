// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/contexts.h"

#include "app/cli/context.h"
#include "app/cli/render/error.h"

namespace isthmus::cli {

std::string renderContexts(const std::vector<kubeconfig::ContextInfo>& contexts, const Style& style)
{
    if (contexts.empty()) {
        return "No contexts: no kubeconfig was found, or it has none.\n";
    }
    std::vector<std::vector<std::string>> rows {
        { " ", "NAME", "CLUSTER", "SERVER", "USER", "CREDENTIAL" }
    };
    Diagnostics problems;
    for (const kubeconfig::ContextInfo& one : contexts) {
        rows.push_back({ one.current ? "*" : " ",
                         oneLine(one.name),
                         oneLine(one.cluster),
                         one.server.empty() ? "-" : oneLine(one.server),
                         one.user.empty() ? "-" : oneLine(one.user),
                         oneLine(one.credential) });
        for (Diagnostic problem : one.problems) {
            problem.subject = problem.subject.empty() ? one.name : problem.subject;
            problems.push_back(std::move(problem));
        }
    }
    const std::string all = table(rows);
    const std::size_t head = all.find('\n');
    return style.faint(all.substr(0, head)) + all.substr(head)
        + (problems.empty() ? "" : "\n" + renderProblems(problems, style));
}

json::Value contextsDocument(const std::vector<kubeconfig::ContextInfo>& contexts,
                             const Diagnostics& problems)
{
    json::Array items;
    for (const kubeconfig::ContextInfo& one : contexts) {
        items.push_back(json::Object { { "name", one.name },
                                       { "cluster", one.cluster },
                                       { "server", one.server },
                                       { "user", one.user },
                                       { "credential", one.credential },
                                       { "namespace", one.defaultNamespace },
                                       { "file", one.file.string() },
                                       { "current", one.current },
                                       { "problems", problemsJson(one.problems) } });
    }
    return document("ContextList",
                    { { "items", std::move(items) }, { "problems", problemsJson(problems) } });
}

} // namespace isthmus::cli
