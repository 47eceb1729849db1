// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/root_residue.h"

#include "core/base/strings.h"
#include "core/operations/names.h"

#include <array>
#include <set>

namespace isthmus::operations {

namespace {

constexpr Milliseconds pollInterval { 300 };
constexpr int calmRounds = 2; ///< empty reads in a row before the cluster counts as clean
constexpr int mostRounds = 200;

Error notConnected(const ClusterId& cluster)
{
    return { ErrorCode::Internal,
             msg("plan.cluster-not-connected", { { "cluster", cluster.str() } }) };
}

bool holdsRoot(const json::Value& configMap, const std::string& rootPem)
{
    return trimmed(configMap["data"]["root-cert.pem"].string()) == trimmed(rootPem);
}

/// What an istiod with this root left in the namespaces: its root, and today beside it
/// the revocation list. The list names no root; it is another mesh's where another root is.
std::vector<const json::Value*> residueIn(const std::vector<json::Value>& configMaps,
                                          const std::string& rootPem)
{
    std::set<std::string> foreign;
    for (const json::Value& configMap : configMaps) {
        const kube::ObjectKey key = kube::keyOf(configMap);
        if (key.name == rootCertificate && !holdsRoot(configMap, rootPem)) {
            foreign.insert(key.ns);
        }
    }
    std::vector<const json::Value*> out;
    for (const json::Value& configMap : configMaps) {
        const kube::ObjectKey key = kube::keyOf(configMap);
        const bool isResidue = key.name == rootCertificate || key.name == revocationList;
        if (isResidue && !foreign.contains(key.ns) && !kube::isBeingDeleted(configMap)) {
            out.push_back(&configMap);
        }
    }
    return out;
}

Result<std::size_t> removeOnce(plan::ClusterPort& port,
                               const ClusterId& cluster,
                               const std::string& rootPem,
                               plan::WriteContext& context)
{
    const auto all = port.list("v1", "ConfigMap", {}, "istio.io/config=true", context.stop);
    if (!all) {
        return Error(all.error());
    }
    std::vector<kube::Write> writes;
    for (const json::Value* configMap : residueIn(*all, rootPem)) {
        kube::Write write;
        write.verb = kube::Verb::Delete;
        write.key = kube::keyOf(*configMap);
        write.body = json::Object { { "uid", kube::uid(*configMap) } };
        writes.push_back(std::move(write));
    }
    if (!writes.empty()) {
        context.say(
            msg("operations.removes-roots",
                { { "cluster", cluster.str() }, { "count", std::to_string(writes.size()) } }));
    }
    // Not journalled: istiod's copies are no receipts of ours, and deleting them is repeatable.
    for (const Result<json::Value>& answer : port.writeAll(writes, {}, context.stop)) {
        // In conflict: it was made anew since the list was read; the next round sees it.
        if (!answer && answer.error().code != ErrorCode::NotFound
            && answer.error().code != ErrorCode::Conflict) {
            return Error(answer.error());
        }
    }
    return writes.size();
}

} // namespace

Result<std::string> rootOf(const ClusterId& cluster, const plan::ReadContext& context)
{
    plan::ClusterPort* port = context.clusters.find(cluster);
    if (port == nullptr) {
        return notConnected(cluster);
    }
    const std::array keys {
        kube::ObjectKey { "v1", "Secret", std::string(istioNamespace), "cacerts" },
        kube::ObjectKey {
            "v1", "ConfigMap", std::string(istioNamespace), std::string(rootCertificate) }
    };
    std::vector<Result<json::Value>> live = port->getAll(keys, context.stop);
    if (live[0]) {
        const auto root = base64Decode((*live[0])["data"]["root-cert.pem"].string());
        json::wipe(*live[0]);
        if (root && !root->empty()) {
            return *root;
        }
    }
    if (live[1] && !(*live[1])["data"]["root-cert.pem"].string().empty()) {
        return (*live[1])["data"]["root-cert.pem"].string();
    }
    for (const Result<json::Value>& one : live) {
        if (!one && one.error().code != ErrorCode::NotFound) {
            return Error(one.error());
        }
    }
    return Error { ErrorCode::NotFound,
                   msg("operations.no-root", { { "cluster", cluster.str() } }) };
}

Result<void>
removeRoots(const ClusterId& cluster, const std::string& rootPem, plan::WriteContext& context)
{
    plan::ClusterPort* port = context.clusters.find(cluster);
    if (port == nullptr) {
        return notConnected(cluster);
    }
    int calm = 0;
    for (int round = 0; round < mostRounds && calm < calmRounds; ++round) {
        const Result<std::size_t> removed = removeOnce(*port, cluster, rootPem, context);
        if (!removed) {
            return Error(removed.error());
        }
        calm = *removed == 0 ? calm + 1 : 0;
        if (!context.clock.sleepUntil(context.clock.steady() + pollInterval, context.stop)) {
            return Error { ErrorCode::Cancelled, msg("plan.stopped") };
        }
    }
    if (calm < calmRounds) {
        return Error { ErrorCode::Timeout,
                       msg("operations.roots-come-back", { { "cluster", cluster.str() } }),
                       "an istiod still writes them",
                       cluster.str(),
                       msg("plan.mend-and-resume") };
    }
    return {};
}

Result<void>
removeRootsOf(const ClusterId& owner, const ClusterId& cluster, plan::WriteContext& context)
{
    const Result<std::string> root = rootOf(owner, context);
    if (!root) {
        return root.error().code == ErrorCode::NotFound ? Result<void>() : Error(root.error());
    }
    return removeRoots(cluster, *root, context);
}

Result<void> awaitNoIstiod(const ClusterId& cluster, plan::WriteContext& context)
{
    plan::ClusterPort* port = context.clusters.find(cluster);
    if (port == nullptr) {
        return notConnected(cluster);
    }
    for (int round = 0; round < mostRounds; ++round) {
        const auto pods =
            port->list("v1", "Pod", std::string(istioNamespace), "app=istiod", context.stop);
        if (!pods) {
            return Error(pods.error());
        }
        if (pods->empty()) {
            return {};
        }
        if (round == 0) {
            context.say(msg("operations.waits-istiod-gone", { { "cluster", cluster.str() } }));
        }
        if (!context.clock.sleepUntil(context.clock.steady() + pollInterval, context.stop)) {
            return Error { ErrorCode::Cancelled, msg("plan.stopped") };
        }
    }
    return Error { ErrorCode::Timeout,
                   msg("operations.istiod-stays", { { "cluster", cluster.str() } }),
                   {},
                   cluster.str(),
                   msg("plan.mend-and-resume") };
}

} // namespace isthmus::operations
