// SPDX-License-Identifier: GPL-3.0-or-later
// The contexts of a kubeconfig. Pure.
#pragma once

#include "app/cli/style.h"
#include "core/json/value.h"
#include "core/kubeconfig/kubeconfig.h"

#include <string>
#include <vector>

namespace isthmus::cli {

[[nodiscard]] std::string renderContexts(const std::vector<kubeconfig::ContextInfo>& contexts,
                                         const Style& style);
/// {kind: ContextList, items: [{name, cluster, server, user, credential, namespace, file, current,
/// problems}]}
[[nodiscard]] json::Value contextsDocument(const std::vector<kubeconfig::ContextInfo>& contexts,
                                           const Diagnostics& problems);

} // namespace isthmus::cli
