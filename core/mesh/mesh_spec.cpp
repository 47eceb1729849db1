// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/mesh_spec.h"

#include "core/base/file.h"
#include "core/mesh/mesh_fields.h"
#include "core/mesh/mesh_rules.h"
#include "core/yaml/document.h"

#include <algorithm>

namespace isthmus::mesh {

namespace {

json::Value makeSchema()
{
    json::Value schema = meshFields().schema();
    schema.member("$schema") = "https://json-schema.org/draft/2020-12/schema";
    schema.member("$id") = "https://isthmus.io/schema/mesh-v1.json";
    schema.member("title") = "mesh.yaml";
    schema.member("description") =
        "What one Istio mesh over several clusters should be. Only the clusters are "
        "required: with them an existing mesh can be watched and steered.";
    return schema;
}

const json::Value& cachedSchema()
{
    static const json::Value schema = makeSchema();
    return schema;
}

} // namespace

const Cluster* MeshSpec::find(const ClusterId& id) const
{
    const auto found = std::ranges::find(clusters, id, &Cluster::name);
    return found != clusters.end() ? &*found : nullptr;
}

const Cluster& MeshSpec::primary() const
{
    static const Cluster none; // only while a file is checked that lists no cluster
    const auto found = std::ranges::find(clusters, Role::Primary, &Cluster::role);
    return found != clusters.end() ? *found : clusters.empty() ? none : clusters.front();
}

std::vector<const Cluster*> MeshSpec::remotes() const
{
    std::vector<const Cluster*> out;
    for (const Cluster& cluster : clusters) {
        if (cluster.role == Role::Remote) {
            out.push_back(&cluster);
        }
    }
    return out;
}

const RouteSpec* MeshSpec::findRoute(std::string_view route) const
{
    const auto found = std::ranges::find(routes, route, &RouteSpec::name);
    return found != routes.end() ? &*found : nullptr;
}

ParsedMesh parseMesh(std::string_view text, const std::filesystem::path& file)
{
    ParsedMesh out;
    out.spec.file = file;
    const yaml::Parsed document = yaml::parse(text, file.string());
    out.problems = document.problems;
    if (document.root.kind == yaml::Node::Kind::Null && !out.problems.empty()) {
        return out; // nothing was readable
    }
    if (document.root.kind == yaml::Node::Kind::Null) {
        out.problems.push_back({ Severity::Error,
                                 msg("mesh.empty-file"),
                                 {},
                                 {},
                                 msg("mesh.use-init"),
                                 file.string(),
                                 1,
                                 1 });
        return out;
    }
    Problems problems(document.root, file.string());
    ReadContext context { problems, file.parent_path(), cachedSchema() };
    meshFields().read(context, {}, document.root, out.spec);
    applyDefaults(out.spec, problems);
    checkRules(out.spec, problems);
    std::ranges::move(std::move(problems).take(), std::back_inserter(out.problems));
    std::ranges::stable_sort(out.problems, {}, [](const Diagnostic& problem) {
        return std::pair(problem.line, problem.column);
    });
    return out;
}

Result<ParsedMesh> loadMesh(const std::filesystem::path& file)
{
    return readFile(file).transform(
        [&file](const std::string& text) { return parseMesh(text, file); });
}

json::Value meshSchema()
{
    return cachedSchema();
}

} // namespace isthmus::mesh
