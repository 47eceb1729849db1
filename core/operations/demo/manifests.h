// SPDX-License-Identifier: GPL-3.0-or-later
// The shop's objects out of the built-in manifests, with what the mesh.yaml asks for put in.
#pragma once

#include "core/base/result.h"
#include "core/json/value.h"
#include "core/mesh/mesh_spec.h"

#include <string>
#include <vector>

namespace isthmus::operations {

/// Which part of the shop one cluster runs. The Services of all parts go to every cluster that runs
/// any.
struct DemoPart
{
    ClusterId cluster;
    bool frontend = false;
    bool others = false;
};

/// The namespace, with injection switched on before the first pod.
[[nodiscard]] json::Value demoNamespace(const std::string& ns);
/// Errors: Internal where a built-in manifest is broken.
[[nodiscard]] Result<std::vector<json::Value>> demoObjects(const mesh::DemoSpec& demo,
                                                           const DemoPart& part);
/// The load generator for `host`; `ca` is the PEM text it verifies the server against, or a hole
/// for it.
[[nodiscard]] Result<std::vector<json::Value>>
loadObjects(const mesh::DemoSpec& demo, const std::string& host, const json::Value& ca);

} // namespace isthmus::operations
