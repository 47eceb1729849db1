// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/mesh_fields.h"

#include <algorithm>

namespace isthmus::mesh {

namespace {

Type<std::string> domain()
{
    Type<std::string> type = hostName();
    type.read = [inner = type.read](ReadContext& context,
                                    const FieldPath& at,
                                    const yaml::Node& node,
                                    std::string& out) {
        if (node.kind == yaml::Node::Kind::Scalar && node.scalar.starts_with("*.")) {
            out = node.scalar.substr(2);
            context.problems.error(
                at, msg("mesh.wildcard-domain"), msg("mesh.write-domain", { { "domain", out } }));
            return;
        }
        inner(context, at, node, out);
    };
    return type;
}

struct CertificateFiles
{
    std::filesystem::path certificate;
    std::filesystem::path key;
};

Field<IngressSpec> certificateFiles()
{
    const Record<CertificateFiles> record({
        field(
            "cert", &CertificateFiles::certificate, path(), "The chain, PEM.", Presence::Required),
        field("key", &CertificateFiles::key, path(), "Its key, PEM.", Presence::Required),
    });
    return { "files",
             "Certificate and key from files.",
             record.schema(),
             [record](ReadContext& context,
                      const FieldPath& at,
                      const yaml::Node& node,
                      IngressSpec& out) {
                 CertificateFiles files;
                 record.read(context, at, node, files);
                 out.certificateFile = files.certificate;
                 out.keyFile = files.key;
             } };
}

Field<IngressSpec> certManager()
{
    return later<IngressSpec>(
        "certManager",
        "A certificate from cert-manager.",
        objectSchema(
            { { "issuer",
                json::Object { { "type", "string" }, { "description", "Name of the issuer." } } },
              { "kind",
                json::Object { { "enum", json::Array { "Issuer", "ClusterIssuer" } },
                               { "description", "Its kind." } } } },
            { "issuer" }),
        "asking cert-manager for a certificate",
        msg("mesh.instead.cert-manager"));
}

Record<IngressSpec> certificateFields()
{
    return Record<IngressSpec>(
        { field("generate",
                &IngressSpec::generateCertificate,
                choice<bool>({ { "self-signed", true } }),
                "A certificate of our own making, for trying things out."),
          certificateFiles(),
          field("secret",
                &IngressSpec::certificateSecret,
                label(),
                "An existing TLS Secret in istio-system."),
          certManager() },
        [](ReadContext& context, const FieldPath& at, const yaml::Node& node, IngressSpec& out) {
            out.generateCertificate = node.find("generate") != nullptr;
            if (node.members.size() != 1) {
                context.problems.error(
                    at, msg("mesh.certificate-sources"), msg("mesh.keep-one-source"));
            }
        });
}

void readGateways(ReadContext& context, const FieldPath& at, const yaml::Node& node, RouteSpec& out)
{
    if (node.kind != yaml::Node::Kind::Sequence || node.items.empty()) {
        reportType(context, at, node, "a list with ingress, mesh or both");
        return;
    }
    out.viaIngress = false;
    const std::vector<std::string> words { "ingress", "mesh" };
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const yaml::Node& item = node.items[i];
        if (!isText(context, at[i], item)) {
            continue;
        }
        if (std::ranges::find(words, item.scalar) == words.end()) {
            reportChoice(context, at[i], item.scalar, words);
        }
        out.viaIngress = out.viaIngress || item.scalar == "ingress";
        out.viaMesh = out.viaMesh || item.scalar == "mesh";
    }
}

void readWeights(ReadContext& context, const FieldPath& at, const yaml::Node& node, RouteSpec& out)
{
    if (node.kind != yaml::Node::Kind::Map || node.members.empty()) {
        reportType(context, at, node, "a map of cluster and weight");
        return;
    }
    const Type<int> weight = integer(0, 100);
    for (const auto& [key, value] : node.members) {
        int number = 0;
        weight.read(context, at / key.scalar, value, number);
        out.weights.emplace_back(ClusterId(key.scalar), number);
    }
}

Field<RouteSpec> via()
{
    return { "via",
             "The API that carries the split. This version does VirtualService.",
             json::Object { { "enum", json::Array { "VirtualService", "HTTPRoute" } },
                            { "default", "VirtualService" } },
             [](ReadContext& context, const FieldPath& at, const yaml::Node& node, RouteSpec&) {
                 bool unused = true;
                 choice<bool>(
                     { { "VirtualService", true },
                       { "HTTPRoute", false, "via: HTTPRoute", msg("mesh.instead.http-route") } })
                     .read(context, at, node, unused);
             } };
}

} // namespace

Record<IngressSpec> ingressFields()
{
    return Record<IngressSpec>({
        field("cluster",
              &IngressSpec::cluster,
              clusterName(),
              "Cluster whose ingress gateway is public; left out: the primary."),
        field("domain",
              &IngressSpec::domain,
              domain(),
              "The certificate's and gateway's domain, without \"*.\".",
              Presence::Required),
        group("certificate", "Exactly one source. Left out: generate.", certificateFields()),
        field("httpsRedirect",
              &IngressSpec::httpsRedirect,
              boolean(),
              "Whether plain HTTP is answered with a redirect."),
    });
}

Record<DemoSpec> demoFields()
{
    return Record<DemoSpec>({
        field("namespace", &DemoSpec::ns, label(), "Namespace of the shop."),
        group("placement",
              "Which clusters run what.",
              Record<DemoSpec>({
                  field("frontend",
                        &DemoSpec::frontend,
                        listOf(clusterName()),
                        "Clusters with the frontend; left out: all."),
                  field("others",
                        &DemoSpec::others,
                        listOf(clusterName()),
                        "Clusters with everything else; left out: the primary."),
              })),
        group(
            "images",
            "Where the shop's images come from.",
            Record<DemoSpec>({
                field(
                    "prefix", &DemoSpec::imagePrefix, text(), "Registry and folder, for mirrors."),
                field("pullSecret",
                      &DemoSpec::imagePullSecret,
                      label(),
                      "An existing Secret with registry credentials."),
            })),
        field("load", &DemoSpec::load, boolean(), "Whether the load generator runs."),
    });
}

Record<RouteSpec> routeFields()
{
    const json::Value weight =
        json::Object { { "type", "integer" }, { "minimum", 0 }, { "maximum", 100 } };
    return Record<RouteSpec>({
        field("name",
              &RouteSpec::name,
              label(),
              "Name of the route and of its DestinationRule; the VirtualService is NAME-ingress.",
              Presence::Required),
        field("namespace",
              &RouteSpec::ns,
              label(),
              "Namespace of the Service and of the route's objects.",
              Presence::Required),
        field("hosts",
              &RouteSpec::hosts,
              listOf(hostName()),
              "Public host names. Required with the gateway ingress."),
        field("service", &RouteSpec::service, label(), "The Service; left out: the route's name."),
        field("port", &RouteSpec::port, integer(1, 65535), "Port of the Service."),
        via(),
        { "gateways",
          "Who follows the split: ingress for requests from outside, mesh for callers inside.",
          json::Object {
              { "type", "array" },
              { "minItems", 1 },
              { "items", json::Object { { "enum", json::Array { "ingress", "mesh" } } } },
              { "default", json::Array { "ingress" } } },
          readGateways },
        { "weights",
          "Share of each cluster in percent; together 100.",
          json::Object {
              { "type", "object" }, { "minProperties", 1 }, { "additionalProperties", weight } },
          readWeights,
          true },
    });
}

} // namespace isthmus::mesh
