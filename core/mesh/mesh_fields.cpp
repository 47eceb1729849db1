// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/mesh_fields.h"

#include "core/base/strings.h"
#include "core/mesh/address.h"

#include <algorithm>

namespace isthmus::mesh {

Type<std::string> label()
{
    return text({ { { "pattern", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" }, { "maxLength", 63 } },
                  [](const std::string& value) { return isDns1123Label(value); },
                  msg("mesh.not-a-label", { { "value", {} } }),
                  msg("mesh.write-label") });
}

Type<std::string> hostName()
{
    return text(
        { { { "pattern", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" },
            { "maxLength", 253 } },
          isHostName,
          msg("mesh.not-a-host", { { "value", {} } }),
          msg("mesh.write-host") });
}

Type<ClusterId> clusterName()
{
    return named<ClusterId>(label());
}

namespace {

/// A key that must hold one word, where it is there at all.
template<typename T>
Field<T> constant(std::string key, std::string doc, std::string word)
{
    const std::vector<std::string> words { word };
    return { std::move(key),
             std::move(doc),
             json::Object { { "const", word } },
             [words](ReadContext& context, const FieldPath& at, const yaml::Node& node, T&) {
                 if (isText(context, at, node) && node.scalar != words.front()) {
                     reportChoice(context, at, node.scalar, words);
                 }
             } };
}

bool isVersion(const std::string& value)
{
    const std::string core = value.substr(0, value.find('-'));
    const auto parts = split(core, '.');
    return parts.size() == 3 && value.back() != '-'
        && std::ranges::all_of(parts,
                               [](const std::string& part) {
                                   return !part.empty()
                                       && part.find_first_not_of("0123456789") == std::string::npos;
                               })
        && std::ranges::all_of(value, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                   || c == '.' || c == '-';
           });
}

Type<std::string> version()
{
    return text({ { { "pattern", "^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$" } },
                  isVersion,
                  msg("mesh.not-a-version", { { "value", {} } }),
                  msg("mesh.write-version") });
}

Type<std::string> repository()
{
    return text({ { { "pattern", "^(https?|oci)://" } },
                  [](const std::string& value) {
                      return !hostOfUrl(value, "https").empty() || !hostOfUrl(value, "oci").empty()
                          || !hostOfUrl(value, "http").empty();
                  },
                  msg("mesh.not-a-repository", { { "value", {} } }),
                  msg("mesh.write-repository") });
}

/// At most one of the sources; more would leave it to chance which one counts.
void checkCharts(ReadContext& context,
                 const FieldPath& at,
                 const yaml::Node& node,
                 ChartSource& charts)
{
    if (node.members.size() > 1) {
        context.problems.error(at, msg("mesh.charts-twice"), msg("mesh.keep-one-source"));
    }
    if (charts.repository.starts_with("http:")) {
        context.problems.warning(at / "repository", msg("mesh.charts-http"), msg("mesh.use-https"));
    }
}

Record<ChartSource> chartFields()
{
    return Record<ChartSource>(
        { field("repository",
                &ChartSource::repository,
                repository(),
                "Helm repository: https://… or oci://…; helm downloads from it."),
          field("directory",
                &ChartSource::directory,
                path(),
                "Folder with Istio's charts: istio-1.31.0/manifests/charts."),
          field("archive",
                &ChartSource::archive,
                path(),
                "A release archive: istio-1.31.0.tar.gz.") },
        checkCharts);
}

Type<Topology> topology()
{
    return choice<Topology>({
        { "primary-remote", Topology::PrimaryRemote },
        { "multi-primary",
          Topology::MultiPrimary,
          "the topology multi-primary",
          msg("mesh.instead.topology") },
        { "classic", Topology::Classic, "the topology classic", msg("mesh.instead.topology") },
    });
}

Type<std::string> revision()
{
    Type<std::string> type = label();
    type.read = [inner = type.read](ReadContext& context,
                                    const FieldPath& at,
                                    const yaml::Node& node,
                                    std::string& out) {
        inner(context, at, node, out);
        if (isDns1123Label(out) && out != "default") {
            reportLater(context, at, "another revision than default", msg("mesh.instead.revision"));
        }
    };
    return type;
}

Field<Istio> addons()
{
    json::Object properties {
        { "directory",
          json::Object { { "type", "string" }, { "description", "Folder with the manifests." } } },
        { "install",
          json::Object {
              { "type", "array" },
              { "items", json::Object { { "type", "string" } } },
              { "description", "Which of them: prometheus, grafana, kiali, tracing." } } },
    };
    return later<Istio>("addons",
                        "Telemetry add-ons of the Istio release.",
                        objectSchema(std::move(properties), {}),
                        "installing add-ons",
                        msg("mesh.instead.addons"));
}

Record<Istio> istioFields()
{
    return Record<Istio>({
        field("version", &Istio::version, version(), "Version to install: 1.31.0."),
        field("topology",
              &Istio::topology,
              topology(),
              "Which clusters run istiod. This version does primary-remote."),
        field("revision",
              &Istio::revision,
              revision(),
              "Istio revision; another one than default injects by istio.io/rev. This version does "
              "default."),
        field("charts",
              &Istio::charts,
              object(chartFields()),
              "Where Istio's charts come from; exactly one source. Not needed on simulated "
              "clusters."),
        addons(),
        group("values",
              "Helm values that are merged over ours, for every cluster.",
              Record<Istio>({
                  field("base", &Istio::baseValues, values(), "For the chart base."),
                  field("istiod", &Istio::istiodValues, values(), "For the chart istiod."),
                  field("gateway", &Istio::gatewayValues, values(), "For the chart gateway."),
              })),
    });
}

void readRoot(ReadContext& context, const FieldPath& at, const yaml::Node& node, Trust& out)
{
    if (node.kind == yaml::Node::Kind::Map) {
        checkKeys(context, at, node, { "directory" }, { "directory" });
        if (const yaml::Node* folder = node.find("directory")) {
            path().read(context, at / "directory", *folder, out.directory);
        }
        reportLater(context, at, "root: {directory: …}", msg("mesh.instead.trust-directory"));
    } else if (isText(context, at, node)) {
        const std::vector<std::string> words { "generate", "existing" };
        if (std::ranges::find(words, node.scalar) == words.end()) {
            reportChoice(context, at, node.scalar, words);
        }
        out.existing = node.scalar == "existing";
    }
}

void readRootKey(ReadContext& context, const FieldPath& at, const yaml::Node& node, Trust& out)
{
    out.discardRootKey = node.kind == yaml::Node::Kind::Scalar && node.scalar == "discard";
    if (!out.discardRootKey) {
        path().read(context, at, node, out.rootKeyFile);
    }
}

void checkTrust(ReadContext& context, const FieldPath& at, const yaml::Node& node, Trust& trust)
{
    const bool hasKey = node.find("rootKey") != nullptr;
    const bool generates = !trust.existing && trust.directory.empty();
    if (generates && !hasKey) {
        context.problems.error(
            at / "rootKey", msg("mesh.no-root-key"), msg("mesh.choose-root-key"));
    } else if (!generates && hasKey) {
        context.problems.warning(
            at / "rootKey", msg("mesh.pointless-root-key"), msg("mesh.remove-root-key"));
    }
}

Record<Trust> trustFields()
{
    const json::Value directory = objectSchema(
        { { "directory",
            json::Object { { "type", "string" },
                           { "description",
                             "Not done by this version. Holds "
                             "CLUSTER/{ca-cert,ca-key,root-cert,cert-chain}.pem." } } } },
        { "directory" });
    return Record<Trust>(
        { { "root",
            "generate makes a root and one intermediate for the primary; existing keeps what the "
            "primary "
            "has.",
            json::Object {
                { "oneOf",
                  json::Array { json::Object { { "enum", json::Array { "generate", "existing" } } },
                                directory } },
                { "default", "generate" } },
            readRoot },
          { "rootKey",
            "Where the key of a generated root goes: a file, sealed with a passphrase, or discard. "
            "Required with root: generate.",
            json::Object { { "type", "string" }, { "minLength", 1 } },
            readRootKey } },
        checkTrust);
}

Record<MeshSpec> specFields()
{
    return Record<MeshSpec>({
        field("istio", &MeshSpec::istio, object(istioFields()), "What is installed."),
        group("security",
              "Defaults for the whole mesh.",
              Record<MeshSpec>({ field(
                  "mtls",
                  &MeshSpec::mtls,
                  choice<Mtls>({ { "strict", Mtls::Strict }, { "permissive", Mtls::Permissive } }),
                  "Whether sidecars refuse plain text.") })),
        field("trust",
              &MeshSpec::trust,
              optional(object(trustFields())),
              "The mesh's root certificate. Needed to install."),
        field("clusters",
              &MeshSpec::clusters,
              listOf(object(clusterFields())),
              "The clusters of the mesh.",
              Presence::Required),
        field("ingress",
              &MeshSpec::ingress,
              optional(object(ingressFields())),
              "The public side: gateway, domain, certificate."),
        field("demo", &MeshSpec::demo, optional(object(demoFields())), "The demo shop."),
        field("routes",
              &MeshSpec::routes,
              listOf(object(routeFields())),
              "Services whose traffic is split over clusters."),
    });
}

} // namespace

const Record<MeshSpec>& meshFields()
{
    static const Record<MeshSpec> table({
        constant<MeshSpec>("apiVersion", "Version of this format.", "isthmus/v1"),
        constant<MeshSpec>("kind", "What this document is.", "Mesh"),
        group("metadata",
              "Names the mesh.",
              Record<MeshSpec>({ field("name", &MeshSpec::name, label(), "The meshID.") })),
        group("spec", "The mesh.", specFields(), Presence::Required),
    });
    return table;
}

} // namespace isthmus::mesh
