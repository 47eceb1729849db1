// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/remote_secret_step.h"

#include "core/base/strings.h"
#include "core/kubeconfig/kubeconfig.h"
#include "core/operations/names.h"
#include "core/operations/steps/root_residue.h"
#include "core/plan/objects.h"

#include <array>

namespace isthmus::operations {

namespace {

struct Reader
{
    Secret token;
    std::string caPem;
};

kube::ObjectKey secretKey(const plan::Step& step)
{
    const ClusterId remote(step.inputs["remote"].string());
    return { "v1", "Secret", std::string(istioNamespace), remoteSecretName(remote) };
}

/// What the remote's token Secret holds. Errors: NotFound while it is not filled.
Result<Reader> readReader(const plan::Step& step, const plan::ReadContext& context)
{
    const ClusterId remote(step.inputs["remote"].string());
    plan::ClusterPort* port = context.clusters.find(remote);
    if (port == nullptr) {
        return Error { ErrorCode::Internal,
                       msg("plan.cluster-not-connected", { { "cluster", remote.str() } }) };
    }
    const std::array keys { kube::ObjectKey {
        "v1", "Secret", std::string(istioNamespace), std::string(readerTokenSecret) } };
    Result<json::Value> secret = std::move(port->getAll(keys, context.stop).front());
    if (!secret) {
        return std::move(secret).error();
    }
    auto token = base64Decode((*secret)["data"]["token"].string());
    const auto ca = base64Decode((*secret)["data"]["ca.crt"].string());
    json::wipe(*secret);
    if (!token || token->empty() || !ca) {
        return Error { ErrorCode::NotFound,
                       msg("operations.no-token", { { "object", text(keys.front()) } }) };
    }
    Reader reader { Secret(*token), *ca };
    wipe(*token);
    const std::string& configured = step.inputs["ca"].string();
    reader.caPem = configured.empty() ? reader.caPem : configured;
    return reader;
}

Secret kubeconfigFor(const plan::Step& step, const Reader& reader)
{
    return kubeconfig::remoteKubeconfig(step.inputs["remote"].string(),
                                        step.inputs["server"].string(),
                                        reader.caPem,
                                        step.inputs["tlsServerName"].string(),
                                        reader.token);
}

json::Value secretFor(const plan::Step& step, const Secret& kubeconfig)
{
    const std::string& remote = step.inputs["remote"].string();
    return json::Object {
        { "apiVersion", "v1" },
        { "kind", "Secret" },
        { "metadata",
          json::Object {
              { "name", secretKey(step).name },
              { "namespace", istioNamespace },
              { "labels",
                json::Object { { "istio/multiCluster", "true" },
                               { "app.kubernetes.io/managed-by", "isthmus" } } },
              { "annotations", json::Object { { "networking.istio.io/cluster", remote } } } } },
        { "data", json::Object { { remote, base64Encode(kubeconfig.reveal()) } } },
    };
}

Result<json::Value> liveSecret(const plan::Step& step, const plan::ReadContext& context)
{
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    if (port == nullptr) {
        return Error { ErrorCode::Internal,
                       msg("plan.cluster-not-connected", { { "cluster", step.cluster.str() } }) };
    }
    const std::array keys { secretKey(step) };
    return std::move(port->getAll(keys, context.stop).front());
}

} // namespace

plan::Inspection RemoteSecretStep::inspect(const plan::Step& step,
                                           const plan::ReadContext& context) const
{
    plan::Inspection out;
    plan::Change change;
    change.cluster = step.cluster;
    change.key = secretKey(step);
    change.action = plan::Action::Create;
    change.diff =
        "+ data." + step.inputs["remote"].string() + ": (kubeconfig with a token, hidden)\n";
    Result<json::Value> live = liveSecret(step, context);
    if (live) {
        const std::string& remote = step.inputs["remote"].string();
        const Result<Reader> reader = readReader(step, context);
        const bool foreign = !plan::isOurs(*live);
        const bool same = reader
            && base64Decode((*live)["data"][remote].string())
                == kubeconfigFor(step, *reader).reveal();
        change.action = same || foreign ? plan::Action::None : plan::Action::Update;
        change.note = foreign ? "kept as it is: made by somebody else" : "";
        out.state = change.action == plan::Action::None ? plan::Inspection::State::AlreadyRight
                                                        : plan::Inspection::State::Needed;
        json::wipe(*live);
    } else if (live.error().code != ErrorCode::NotFound) {
        out = plan::blockedBy(live.error(), step.cluster.str());
    }
    out.changes.push_back(std::move(change));
    return out;
}

Result<void> RemoteSecretStep::apply(const plan::Step& step, plan::WriteContext& context) const
{
    const Result<Reader> reader = readReader(step, context);
    if (!reader) {
        return Error(reader.error());
    }
    context.say(msg("operations.tries-token", { { "server", step.inputs["server"].string() } }));
    Result<void> tried = m_probes.tryToken({ .server = step.inputs["server"].string(),
                                             .caPem = reader->caPem,
                                             .tlsServerName = step.inputs["tlsServerName"].string(),
                                             .token = reader->token },
                                           context.stop);
    if (!tried) {
        return std::move(tried).error().wrappedBy(
            tried.error().code,
            msg("operations.token-does-not-work",
                { { "cluster", step.inputs["remote"].string() } }));
    }
    Result<json::Value> live = liveSecret(step, context);
    if (!live && live.error().code != ErrorCode::NotFound) {
        return std::move(live).error();
    }
    plan::PreparedWrite write;
    write.write.key = secretKey(step);
    write.write.body = secretFor(step, kubeconfigFor(step, *reader));
    write.write.sensitive = true;
    write.live = live ? std::move(*live) : json::Value();
    std::vector<plan::PreparedWrite> writes;
    writes.push_back(std::move(write));
    Result<std::vector<json::Value>> sent = context.write(step.cluster, std::move(writes));
    return sent ? Result<void>() : std::move(sent).error();
}

Result<void> RemoteSecretStep::verify(const plan::Step& /*step*/,
                                      plan::WriteContext& /*context*/) const
{
    return {};
}

Result<void> RemoteSecretStep::undoResidue(const plan::Step& step,
                                           plan::WriteContext& context,
                                           bool writesGone) const
{
    if (!writesGone) {
        return {};
    }
    return removeRootsOf(step.cluster, ClusterId(step.inputs["remote"].string()), context);
}

} // namespace isthmus::operations
