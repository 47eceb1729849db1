// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/session.h"

#include "app/cli/render/error.h"
#include "core/base/environment.h"
#include "core/base/strings.h"
#include "core/mesh/suggest.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

namespace isthmus::cli {

namespace {

constexpr const char* defaultFile = "mesh.yaml";

/// A server repeats its warnings with every answer; a person reads them once.
class WarningPrinter
{
public:
    explicit WarningPrinter(Context& context)
        : m_context(context)
    { }

    void operator()(const ClusterId& cluster, const std::string& text)
    {
        const std::scoped_lock lock(m_mutex);
        if (m_seen.insert(text).second) {
            m_context.say(m_context.errStyle.warning("warning:") + " " + cluster.str() + ": "
                          + oneLine(text));
        }
    }

private:
    Context& m_context;
    std::mutex m_mutex;
    std::set<std::string> m_seen;
};

Result<fleet::EngineOptions> engineOptions(Context& context, Session& session)
{
    Result<fleet::ConnectOptions> connect = connectOptions(context, session.audit);
    if (!connect) {
        return std::move(connect).error();
    }
    session.passphrases = std::make_unique<Passphrases>(context.person, context.stop);
    return fleet::EngineOptions { .connect = std::move(*connect),
                                  .stateFolder = stateFolder(),
                                  .passphrases = *session.passphrases,
                                  .clock = context.clock };
}

} // namespace

Result<std::filesystem::path> meshFile(const Context& context)
{
    if (const std::optional<std::string> given = context.arguments.value("file")) {
        return std::filesystem::path(*given);
    }
    std::error_code failed;
    if (std::filesystem::exists(defaultFile, failed)) {
        return std::filesystem::path(defaultFile);
    }
    return Error { ErrorCode::Usage, msg("app.no-mesh-file"), {}, {}, msg("app.name-mesh-file") };
}

Result<mesh::MeshSpec> loadSpec(Context& context)
{
    const Result<std::filesystem::path> file = meshFile(context);
    if (!file) {
        return Error(file.error());
    }
    Result<mesh::ParsedMesh> parsed = mesh::loadMesh(*file);
    if (!parsed) {
        return std::move(parsed).error();
    }
    if (hasErrors(parsed->problems)) {
        context.problems = std::move(parsed->problems);
        return Error { ErrorCode::Usage,
                       msg("app.bad-mesh-file", { { "file", file->string() } }),
                       {},
                       {},
                       msg("app.mend-mesh-file") };
    }
    context.err.write(renderProblems(parsed->problems, context.errStyle));
    return std::move(parsed->spec);
}

Result<fleet::ConnectOptions> connectOptions(Context& context, std::shared_ptr<AuditLog>& audit)
{
    fleet::ConnectOptions options;
    options.kubeconfig = context.arguments.value("kubeconfig");
    if (const std::optional<std::string> file = context.arguments.value("audit")) {
        Result<std::shared_ptr<AuditLog>> opened = AuditLog::open(*file);
        if (!opened) {
            return std::move(opened).error();
        }
        audit = *opened;
        options.audit = [log = *opened](const api::AuditRecord& record) { log->add(record); };
    }
    const auto printer = std::make_shared<WarningPrinter>(context);
    options.warning = [printer](const ClusterId& cluster, const std::string& text) {
        (*printer)(cluster, text);
    };
    return options;
}

Result<Session> openSession(Context& context, mesh::MeshSpec spec)
{
    Session session;
    Result<fleet::EngineOptions> options = engineOptions(context, session);
    if (!options) {
        return std::move(options).error();
    }
    Result<std::unique_ptr<fleet::Engine>> engine =
        fleet::Engine::open(std::move(spec), std::move(*options));
    if (!engine) {
        return std::move(engine).error();
    }
    session.engine = std::move(*engine);
    return session;
}

Result<Session> openSessionFor(Context& context, const plan::Plan& plan)
{
    Session session;
    Result<fleet::EngineOptions> options = engineOptions(context, session);
    if (!options) {
        return std::move(options).error();
    }
    Result<std::unique_ptr<fleet::Engine>> engine =
        fleet::Engine::openFor(plan, std::move(*options));
    if (!engine) {
        return std::move(engine).error();
    }
    session.engine = std::move(*engine);
    return session;
}

Result<Session> openSession(Context& context)
{
    Result<mesh::MeshSpec> spec = loadSpec(context);
    if (!spec) {
        return std::move(spec).error();
    }
    return openSession(context, std::move(*spec));
}

Result<std::optional<ClusterId>> onlyCluster(const Context& context, const mesh::MeshSpec& spec)
{
    const std::optional<std::string> name = context.arguments.value("cluster");
    if (!name) {
        return std::optional<ClusterId>();
    }
    if (spec.find(ClusterId(*name)) != nullptr) {
        return std::optional<ClusterId>(ClusterId(*name));
    }
    std::vector<std::string> names;
    for (const mesh::Cluster& cluster : spec.clusters) {
        names.push_back(cluster.name.str());
    }
    const std::optional<std::string> near = mesh::nearest(*name, names);
    return Error { ErrorCode::Usage,
                   msg("app.no-such-cluster", { { "cluster", *name } }),
                   "the mesh has " + isthmus::join(names, ", "),
                   {},
                   near ? msg("app.did-you-mean", { { "word", *near } })
                        : msg("app.say-one-of", { { "values", isthmus::join(names, ", ") } }) };
}

} // namespace isthmus::cli
