// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/preflight_facts.h"

#include "core/checks/balancer.h"
#include "core/checks/capacity.h"
#include "core/checks/decode.h"
#include "core/checks/names.h"
#include "core/checks/rights.h"

#include <array>
#include <optional>
#include <utility>

namespace isthmus::fleet {

namespace {

constexpr std::string_view istioSystem = "istio-system";

struct Listed
{
    const char* apiVersion;
    const char* kind;
    std::string_view ns;
};

/// Where a control plane shows, beside its definitions.
constexpr std::array<Listed, 3> istioKinds { {
    { "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "" },
    { "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "" },
    { "apps/v1", "Deployment", istioSystem },
} };

/// The object, null where it is not there.
Result<json::Value> orNull(Result<json::Value> read)
{
    return !read && read.error().code == ErrorCode::NotFound ? Result<json::Value>(json::Value())
                                                             : std::move(read);
}

kube::ObjectKey inIstioSystem(std::string kind, std::string name)
{
    return { .apiVersion = "v1",
             .kind = std::move(kind),
             .ns = std::string(istioSystem),
             .name = std::move(name) };
}

/// The definitions of Istio's kinds that the cluster serves. By name, since a list of all
/// definitions can be tens of megabytes.
std::vector<kube::ObjectKey> istioDefinitions(const kube::ResourceMap& served)
{
    std::set<std::string> names;
    for (const kube::Resource& resource : served.all()) {
        const std::string group = resource.apiVersion.substr(0, resource.apiVersion.find('/'));
        if (group.ends_with(".istio.io")) {
            names.insert(resource.plural + "." + group);
        }
    }
    std::vector<kube::ObjectKey> keys;
    keys.reserve(names.size());
    for (const std::string& name : names) {
        keys.push_back({ .apiVersion = "apiextensions.k8s.io/v1",
                         .kind = "CustomResourceDefinition",
                         .name = name });
    }
    return keys;
}

void addIstio(const json::Value& object, checks::LeftoverFacts& facts)
{
    if (auto found = checks::readIstioObject(object)) {
        facts.objects.push_back(std::move(*found));
    }
}

} // namespace

FactReader::FactReader(const mesh::MeshSpec& spec,
                       const mesh::Cluster& cluster,
                       api::Client& client,
                       const Clock& clock,
                       std::stop_token stop)
    : m_spec(spec)
    , m_cluster(cluster)
    , m_client(client)
    , m_clock(clock)
    , m_stop(std::move(stop))
{ }

Result<std::vector<json::Value>> FactReader::all(const std::string& apiVersion,
                                                 const std::string& kind,
                                                 std::string_view ns,
                                                 const std::string& fieldSelector)
{
    auto objects = m_client.list(
        apiVersion, kind, std::string(ns), { .fieldSelector = fieldSelector }, m_stop);
    return !objects && objects.error().code == ErrorCode::NotFound
        ? Result(std::vector<json::Value>())
        : std::move(objects);
}

Result<checks::IdentityFacts> FactReader::identity()
{
    return m_client.clusterUid(m_stop).transform([this](ClusterUid uid) {
        return checks::IdentityFacts { .cluster = m_cluster.name,
                                       .uid = std::move(uid),
                                       .server = m_client.connection().server };
    });
}

Result<checks::RightsFacts> FactReader::rights()
{
    checks::RightsFacts facts { .cluster = m_cluster.name };
    facts.asked = checks::requiredRights(m_cluster.role, checks::namespacesOf(m_spec));
    Result<std::vector<bool>> allowed = m_client.allowed(facts.asked, m_stop);
    if (!allowed) {
        return std::move(allowed).error();
    }
    facts.allowed = std::move(*allowed);
    return facts;
}

Result<void> FactReader::definitions(checks::LeftoverFacts& facts)
{
    const Result<kube::ResourceMap> served = m_client.discover(m_stop);
    if (!served) {
        return served.error();
    }
    for (Result<json::Value>& read : m_client.getAll(istioDefinitions(*served), m_stop)) {
        const Result<json::Value> definition = orNull(std::move(read));
        if (!definition) {
            return definition.error();
        }
        addIstio(*definition, facts);
    }
    return {};
}

Result<checks::LeftoverFacts> FactReader::leftovers()
{
    checks::LeftoverFacts facts { .cluster = m_cluster.name,
                                  .revision = m_spec.istio.revision,
                                  .version = m_spec.istio.version,
                                  .network = m_cluster.network,
                                  .installs = checks::installsIstio(m_spec) };
    if (Result<void> read = definitions(facts); !read) {
        return std::move(read).error();
    }
    const Result<json::Value> ns = orNull(m_client.get(
        { .apiVersion = "v1", .kind = "Namespace", .name = std::string(istioSystem) }, m_stop));
    if (!ns) {
        return ns.error();
    }
    facts.labelledNetwork = kube::label(*ns, "topology.istio.io/network");
    for (const Listed& listed : istioKinds) {
        const auto objects = all(listed.apiVersion, listed.kind, listed.ns);
        if (!objects) {
            return objects.error();
        }
        for (const json::Value& object : *objects) {
            addIstio(object, facts);
            if (kube::keyOf(object).kind == "Deployment") {
                m_deployments.insert(kube::keyOf(object).name);
            }
        }
    }
    return facts;
}

Result<checks::BalancerFacts> FactReader::balancers()
{
    checks::BalancerFacts facts { .cluster = m_cluster.name,
                                  .wishes = checks::gatewaysOf(m_spec, m_cluster) };
    const auto services = all("v1", "Service");
    if (!services) {
        return services.error();
    }
    for (const json::Value& service : *services) {
        if (auto found = checks::readBalancer(service, m_clock.now())) {
            facts.services.push_back(std::move(*found));
        }
    }
    return facts;
}

Result<checks::AuthorityFacts> FactReader::authorities()
{
    const bool remote = m_cluster.role == mesh::Role::Remote;
    checks::AuthorityFacts facts { .cluster = m_cluster.name,
                                   .remote = remote,
                                   .makesRoot =
                                       !remote && m_spec.trust && !m_spec.trust->existing };
    const std::array keys { inIstioSystem("Secret", "cacerts"),
                            inIstioSystem("Secret", "istio-ca-secret"),
                            inIstioSystem("ConfigMap", "istio-ca-root-cert") };
    std::vector<json::Value> objects;
    std::optional<Error> failure;
    for (Result<json::Value>& read : m_client.getAll(keys, m_stop)) {
        Result<json::Value> object = orNull(std::move(read));
        if (!object && !failure) {
            failure = object.error();
        }
        objects.push_back(object ? std::move(*object) : json::Value());
    }
    // Even where one could not be read: the others carry keys, which these two wipe.
    checks::readPluggedAuthority(objects[0], facts);
    facts.selfSignedPem = checks::readSelfSigned(objects[1]);
    facts.trustedPem = objects[2]["data"]["root-cert.pem"].string();
    return failure ? Result<checks::AuthorityFacts>(std::move(*failure))
                   : Result<checks::AuthorityFacts>(std::move(facts));
}

Result<checks::CapacityFacts> FactReader::capacity()
{
    checks::CapacityFacts facts { .cluster = m_cluster.name,
                                  .demands = checks::demandsOf(m_spec, m_cluster, m_deployments) };
    if (facts.demands.empty()) {
        return facts;
    }
    const auto nodes = all("v1", "Node");
    if (!nodes) {
        return nodes.error();
    }
    const auto pods = all("v1", "Pod", {}, "status.phase!=Succeeded,status.phase!=Failed");
    if (!pods) {
        return pods.error();
    }
    for (const json::Value& node : *nodes) {
        facts.nodes.push_back(checks::readNode(node));
    }
    for (const json::Value& pod : *pods) {
        if (auto found = checks::readPod(pod)) {
            facts.pods.push_back(std::move(*found));
        }
    }
    // Only softens a failure, so whoever may not read it just gets the strict answer.
    facts.autoscaled = m_client
                           .get({ .apiVersion = "v1",
                                  .kind = "ConfigMap",
                                  .ns = "kube-system",
                                  .name = "cluster-autoscaler-status" },
                                m_stop)
                           .has_value();
    return facts;
}

Result<std::vector<checks::NamespaceFacts>> FactReader::namespaces()
{
    const std::vector<std::string> names = checks::namespacesOf(m_spec);
    std::vector<kube::ObjectKey> keys;
    keys.reserve(names.size());
    for (const std::string& name : names) {
        keys.push_back({ .apiVersion = "v1", .kind = "Namespace", .name = name });
    }
    std::vector<Result<json::Value>> reads = m_client.getAll(keys, m_stop);
    std::vector<checks::NamespaceFacts> facts;
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const Result<json::Value> object = orNull(std::move(reads[i]));
        if (!object) {
            return object.error();
        }
        facts.push_back(checks::readNamespace(m_cluster.name, names[i], *object));
    }
    return facts;
}

} // namespace isthmus::fleet
